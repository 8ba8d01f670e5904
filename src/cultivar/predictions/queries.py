"""Questions about predictions. Each takes the one who asks: a stranger finds nothing."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.predictions.filters import Filters, Range
from cultivar.predictions.tables import Explanation, Prediction, PredictionInstance


def own(actor: Actor, filters: Filters) -> Select[Prediction]:
    """The actor's predictions that fit, newest first."""
    return (
        select(Prediction)
        .where(Prediction.owner_id == actor.user_id, *_conditions(filters))
        .order_by(Prediction.id.desc())
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "model": Prediction.model.__eq__,
        "model_version": Prediction.model_version.__eq__,
        "class_name": Prediction.class_name.__eq__,
        "refused": lambda yes: Prediction.refusal.is_not(None) if yes else Prediction.refusal.is_(None),
        "has_feedback": lambda yes: Prediction.feedback.is_not(None) if yes else Prediction.feedback.is_(None),
        "since": Prediction.created_at.__ge__,
        "until": Prediction.created_at.__lt__,
        "min_confidence": Prediction.confidence.__ge__,
        "q": _mentions,
    }
    given = {name: getattr(filters, name) for name in wanted}
    conditions = [wanted[name](value) for name, value in given.items() if value is not None]
    return conditions + [one for name, range_ in filters.counts.items() for one in _within(name, range_)]


def _within(name: str, range_: Range) -> list[ColumnElement[bool]]:
    column = getattr(Prediction, name)
    wanted = {column.__eq__: range_.exactly, column.__ge__: range_.least, column.__le__: range_.most}
    return [is_so(value) for is_so, value in wanted.items() if value is not None]


def _mentions(words: str) -> ColumnElement[bool]:
    return or_(
        Prediction.class_name.icontains(words, autoescape=True),
        Prediction.user_location.icontains(words, autoescape=True),
    )


async def own_one(session: AsyncSession, actor: Actor, prediction_id: UUID, *, lock: bool = False) -> Prediction | None:
    """The actor's own prediction. `lock` keeps others from changing it until the end of the transaction."""
    statement = select(Prediction).where(Prediction.id == prediction_id, Prediction.owner_id == actor.user_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def ownerless(session: AsyncSession, prediction_id: UUID, *, lock: bool) -> Prediction | None:
    """A prediction that belongs to nobody, for whoever holds its token."""
    statement = select(Prediction).where(Prediction.id == prediction_id, Prediction.owner_id.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def explanation(session: AsyncSession, prediction_id: UUID) -> Explanation | None:
    """What explains a prediction, both locked until the end of the transaction; for its own job."""
    there = select(Prediction.id).where(Prediction.id == prediction_id).with_for_update()
    if await session.scalar(there) is None:
        return None
    return await session.get(Explanation, prediction_id, populate_existing=True)


async def trainable(session: AsyncSession, prediction_ids: Collection[UUID], *, lock: bool) -> Sequence[Prediction]:
    """Those whose owner still consents to training; for the datasets' worker, which acts for nobody."""
    statement = select(Prediction).where(Prediction.id.in_(prediction_ids), Prediction.consent == "train")
    statement = statement.order_by(Prediction.id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).all()


async def instances(session: AsyncSession, prediction_ids: Collection[UUID]) -> dict[UUID, list[PredictionInstance]]:
    """The instances of predictions that have been found for the one who asks, in their order."""
    of_these = PredictionInstance.prediction_id.in_(prediction_ids)
    statement = select(PredictionInstance).where(of_these).order_by(PredictionInstance.instance_id)
    found: dict[UUID, list[PredictionInstance]] = defaultdict(list)
    for row in await session.scalars(statement):
        found[row.prediction_id].append(row)
    return found


def of_person(person_id: UUID) -> Select[Prediction]:
    """Everything a person has here; for their own export."""
    return select(Prediction).where(Prediction.owner_id == person_id)


def explanations_of(person_id: UUID) -> Select[Explanation]:
    """What explains a person's predictions; for their own export."""
    joined = select(Explanation).join(Prediction, Prediction.id == Explanation.prediction_id)
    return joined.where(Prediction.owner_id == person_id)
