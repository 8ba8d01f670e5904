"""Everything that holds something of a person: one line a capability, in the order in which they let go of it.

A test compares `columns` with the tables: a column that leads to a person and is not in this list fails it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import service as accounts
from cultivar.bulk import service as bulk
from cultivar.datasets import service as datasets
from cultivar.feedback import service as feedback
from cultivar.kernel import outbox
from cultivar.kernel.jobs import queue
from cultivar.kernel.world import World
from cultivar.monitoring import service as monitoring
from cultivar.photos import service as photos
from cultivar.predictions.service import history as predictions
from cultivar.predictions.service import why as explanations
from cultivar.registry import service as registry
from cultivar.surveys import service as surveys

Erase = Callable[[AsyncSession, UUID, World], Awaitable[None]]
Export = Callable[[AsyncSession, UUID], AsyncIterator[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Holder:
    """A capability that holds something of people, in these columns.

    `erase` removes it and may be done twice; `export` gives all of it, but secrets, page by page, as values that become
    JSON.
    """

    name: str
    erase: Erase
    export: Export
    columns: frozenset[str]


def _without_world(erase: Callable[[AsyncSession, UUID], Awaitable[None]]) -> Erase:
    return lambda session, person_id, _: erase(session, person_id)


def _at_once(export: Callable[[AsyncSession, UUID], Awaitable[Sequence[Any]]]) -> Export:
    """For what is never much: one page."""

    async def one_page(session: AsyncSession, person_id: UUID) -> AsyncIterator[Sequence[Any]]:
        yield await export(session, person_id)

    return one_page


async def _account(session: AsyncSession, person_id: UUID) -> AsyncIterator[Sequence[Any]]:
    yield [await accounts.export(session, person_id)]


def _holder(name: str, erase: Erase, export: Export, *columns: str) -> Holder:
    return Holder(name, erase, export, frozenset(columns))


HOLDERS = (
    _holder(
        "statistics",
        lambda session, person_id, world: monitoring.erase(session, person_id, world=world),
        _at_once(monitoring.export),
        "daily_models.owner_id",
        "daily_classes.owner_id",
        "daily_confusions.owner_id",
    ),
    _holder("surveys", _without_world(surveys.erase), surveys.export, "surveys.owner_id"),
    _holder("training", _without_world(datasets.erase), datasets.export, "dataset_items.owner_id"),
    _holder("feedback", _without_world(feedback.erase), feedback.export, "feedback.owner_id"),
    _holder("explanations", _without_world(explanations.erase), explanations.export),
    _holder("predictions", _without_world(predictions.erase), predictions.export, "predictions.owner_id"),
    _holder("photos", _without_world(photos.erase), photos.export, "photos.owner_id"),
    _holder("batches", _without_world(bulk.erase), bulk.export),
    _holder("jobs", _without_world(queue.erase), _at_once(queue.export), "jobs.owner_id"),
    _holder("models", _without_world(registry.erase), _at_once(registry.export), "model_activations.actor_id"),
    _holder("facts", _without_world(outbox.erase), _at_once(outbox.export)),
    _holder(
        "account",
        _without_world(accounts.erase),
        _account,
        "sessions.user_id",
        "api_keys.user_id",
        "consent_changes.user_id",
    ),
)
