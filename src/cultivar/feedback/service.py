"""Say whether an answer was right, change one's mind, take it back."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.feedback import queries, rules
from cultivar.feedback.errors import FeedbackUnknown
from cultivar.feedback.events import About, FeedbackChanged, FeedbackGiven, FeedbackWithdrawn, InstanceSaid, Verdict
from cultivar.feedback.instances import Answered
from cultivar.feedback.rules import Said
from cultivar.feedback.schemas import Change, FeedbackIn, FeedbackOut, FeedbackPatch
from cultivar.feedback.tables import Feedback, FeedbackChange, FeedbackInstance
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now, this_hour
from cultivar.kernel.database import core_insert
from cultivar.kernel.ids import hourly_id, new_id, new_silent_id
from cultivar.kernel.outbox import emit
from cultivar.kernel.pages import walk
from cultivar.kernel.telemetry import forget_actor
from cultivar.kernel.world import World
from cultivar.predictions.errors import PredictionUnknown
from cultivar.predictions.schemas import OwnFeedback
from cultivar.predictions.service import lending as predictions
from cultivar.predictions.service.lending import Subject
from cultivar.registry import service as registry

_FIELDS = tuple(field.name for field in fields(Said))
_COLUMNS = tuple(name for name in _FIELDS if name != "instances")
_NEW_INSTANCES = core_insert(FeedbackInstance)


async def submit(session: AsyncSession, actor: Actor, body: FeedbackIn, *, world: World) -> tuple[UUID, bool]:
    """Give feedback, or say it anew: what was sent replaces what was said. Returns its id and whether it is the first.

    Raises PredictionUnknown, InstanceUnknown, BadPlace, ClassUnknown, Contradiction, NothingSaid.
    """
    subject = _quietly(await predictions.open_for_feedback(session, actor, body.prediction_id, body.feedback_token))
    said = _checked(world, subject, Said(**_sent(body)))
    row = await queries.about(session, subject.prediction_id)
    if row is not None:
        await _change(session, row, subject, said)
        return row.id, False
    return await _give(session, subject, said), True


def _sent(body: FeedbackPatch, *, unset: bool = True) -> dict[str, Any]:
    """The fields of a body that `Said` has; those that were not sent with `unset` alone."""
    sent = body.model_dump(include=set(_FIELDS), exclude_unset=not unset)
    if "instances" in sent:
        sent["instances"] = tuple(InstanceSaid(**one.model_dump()) for one in body.instances or ())
    return sent


def _quietly(subject: Subject) -> Subject:
    """Where the prediction has no owner, the log does not name who speaks of it."""
    if subject.owner_id is None:
        forget_actor()
    return subject


def _moment(owner_id: UUID | None) -> datetime:
    """What has no owner is dated to the hour, so that no log leads from it to whoever spoke."""
    return now() if owner_id else this_hour()


def _checked(world: World, subject: Subject, said: Said) -> Said:
    classes = [known.name for known in registry.serving(world, subject.model).pack.answers]
    answered = Answered(_is_whole(world, subject), subject.things, subject.sizes)
    return rules.checked(said, predicted=subject.class_name, classes=classes, answered=answered)


def _is_whole(world: World, subject: Subject) -> bool:
    """Whether the answer is its instances: a detector's is."""
    return registry.serving(world, subject.model).pack.task != "classify"


async def _give(session: AsyncSession, subject: Subject, said: Said) -> UUID:
    at = _moment(subject.owner_id)
    row = Feedback(
        id=new_id() if subject.owner_id else new_silent_id(),
        prediction_id=subject.prediction_id,
        owner_id=subject.owner_id,
        created_at=at,
        updated_at=at,
        **{name: getattr(said, name) for name in _COLUMNS},
    )
    session.add(row)
    await session.flush()
    await _note(session, row, said, at)
    emit(session, FeedbackGiven(_about(row.id, subject), said.verdict, at))
    return row.id


async def _change(session: AsyncSession, row: Feedback, subject: Subject, said: Said) -> None:
    """The same again changes nothing."""
    before = (await _saids(session, [row]))[row.id]
    if said == before:
        return
    for name in _COLUMNS:
        setattr(row, name, getattr(said, name))
    await session.execute(delete(FeedbackInstance).where(FeedbackInstance.feedback_id == row.id))
    row.updated_at = _moment(row.owner_id)
    await session.flush()
    await _note(session, row, said, row.updated_at)
    if (said.verdict, said.instances) != (before.verdict, before.instances):
        emit(session, FeedbackChanged(_about(row.id, subject), before.verdict, said.verdict, row.updated_at))


async def _note(session: AsyncSession, row: Feedback, said: Said, at: datetime) -> None:
    change = FeedbackChange(feedback_id=row.id, said=asdict(said), at=at)
    if row.owner_id is None:
        change.id = hourly_id(place=len((await queries.changes(session, [row.id]))[row.id]))
    session.add(change)
    if said.instances:
        rows = [{"feedback_id": row.id, "position": at, **asdict(one)} for at, one in enumerate(said.instances)]
        await session.execute(_NEW_INSTANCES, rows)
    if row.owner_id is not None:
        await predictions.note_feedback(session, row.prediction_id, _copy(row, said))


async def read(session: AsyncSession, actor: Actor, feedback_id: UUID, *, token: str | None) -> FeedbackOut:
    """Feedback with its history. Raises FeedbackUnknown."""
    row, _ = await _open(session, actor, feedback_id, token)
    (shown,) = await _out(session, [row])
    return shown


async def change(
    session: AsyncSession, actor: Actor, feedback_id: UUID, body: FeedbackPatch, *, token: str | None, world: World
) -> FeedbackOut:
    """Set the fields that were sent. Raises FeedbackUnknown, and what `submit` raises of what is said."""
    row, subject = await _open(session, actor, feedback_id, token)
    before = (await _saids(session, [row]))[row.id]
    said = rules.patched(before, _sent(body, unset=False), whole=_is_whole(world, subject))
    await _change(session, row, subject, _checked(world, subject, said))
    (shown,) = await _out(session, [row])
    return shown


async def withdraw(session: AsyncSession, actor: Actor, feedback_id: UUID, *, token: str | None) -> None:
    """Take it back: it is counted no longer, and nothing learns from it. Raises FeedbackUnknown."""
    row, subject = await _open(session, actor, feedback_id, token)
    said = (await _saids(session, [row]))[row.id]
    emit(session, FeedbackWithdrawn(_about(row.id, subject), said.verdict, _moment(row.owner_id)))
    if row.owner_id is not None:
        await predictions.note_feedback(session, row.prediction_id, None)
    await session.delete(row)
    await session.flush()


async def _open(session: AsyncSession, actor: Actor, feedback_id: UUID, token: str | None) -> tuple[Feedback, Subject]:
    found = await queries.own_or_ownerless(session, actor, feedback_id)
    if found is None:
        raise FeedbackUnknown
    try:
        subject = _quietly(await predictions.open_for_feedback(session, actor, found.prediction_id, token))
    except PredictionUnknown as error:
        raise FeedbackUnknown from error
    row = await queries.about(session, subject.prediction_id)
    if row is None:
        raise FeedbackUnknown
    return row, subject


async def _saids(session: AsyncSession, rows: Sequence[Feedback]) -> dict[UUID, Said]:
    """What each row holds now, by its id."""
    found = await queries.instances(session, [row.id for row in rows])
    return {row.id: _said(row, found.get(row.id, [])) for row in rows}


def _said(row: Feedback, instances: Sequence[FeedbackInstance]) -> Said:
    columns = {name: getattr(row, name) for name in _COLUMNS}
    return Said(**columns, instances=tuple(map(_instance, instances)))


def _instance(row: FeedbackInstance) -> InstanceSaid:
    return InstanceSaid(
        verdict=row.verdict,
        instance_id=row.instance_id,
        file_index=row.file_index,
        class_id=row.class_id,
        class_name=row.class_name,
        bbox=(row.bbox[0], row.bbox[1], row.bbox[2], row.bbox[3]) if row.bbox else None,
        polygon=tuple((x, y) for x, y in row.polygon) if row.polygon else None,
    )


def _about(feedback_id: UUID, subject: Subject) -> About:
    return About(
        feedback_id=feedback_id,
        prediction_id=subject.prediction_id,
        owner_id=subject.owner_id,
        model=subject.model,
        model_version=subject.model_version,
        class_name=subject.class_name,
        confidence=subject.confidence,
        made_at=subject.made_at,
    )


def _copy(row: Feedback, said: Said) -> OwnFeedback:
    return OwnFeedback(feedback_id=row.id, created_at=row.created_at, updated_at=row.updated_at, **asdict(said))


async def _out(session: AsyncSession, rows: Sequence[Feedback]) -> list[FeedbackOut]:
    changes, saids = await queries.changes(session, [row.id for row in rows]), await _saids(session, rows)
    return [_one_out(row, saids[row.id], changes[row.id]) for row in rows]


def _one_out(row: Feedback, said: Said, changes: Sequence[FeedbackChange]) -> FeedbackOut:
    before = [Change.model_validate(change) for change in changes]
    return FeedbackOut(**dict(_copy(row, said)), prediction_id=row.prediction_id, changes=before)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What stands now of one answer, for those who learn from it."""

    feedback_id: UUID
    verdict: Verdict
    instances: tuple[InstanceSaid, ...]


async def spoken(session: AsyncSession, prediction_ids: Collection[UUID]) -> dict[UUID, Spoken]:
    """What is said now of those of these predictions that have feedback."""
    rows = await queries.about_each(session, prediction_ids)
    saids = await _saids(session, rows)
    return {row.prediction_id: Spoken(row.id, saids[row.id].verdict, saids[row.id].instances) for row in rows}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Delete everything a person has said."""
    await session.execute(delete(Feedback).where(Feedback.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[FeedbackOut]]:
    """Everything a person has said, oldest first."""
    async for rows in walk(session, queries.of_person(person_id), Feedback.id):
        yield await _out(session, rows)
