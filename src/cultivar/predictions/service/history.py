"""Look back, and let go."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import tokens
from cultivar.kernel.actor import Actor
from cultivar.kernel.errors import NotSignedIn
from cultivar.kernel.outbox import emit
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total, walk
from cultivar.kernel.storage import Storage
from cultivar.photos import service as photos
from cultivar.photos.schemas import Held, Size
from cultivar.predictions import queries
from cultivar.predictions.errors import ImageGone, PredictionUnknown
from cultivar.predictions.events import PredictionDeleted
from cultivar.predictions.filters import Filters
from cultivar.predictions.schemas import OwnFeedback, PredictionOut, Said, Subject, Trainable
from cultivar.predictions.tables import Prediction

HOLDER = "prediction"
"""The holder's name on our photos."""

FEEDBACK = "feedback"
"""The purpose of the token that opens feedback on an answer that is not stored."""


async def own_page(session: AsyncSession, actor: Actor, filters: Filters, cursor: Cursor) -> Page[PredictionOut]:
    """The actor's predictions that fit, newest first."""
    fitting = queries.own(actor, filters)
    page = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        page = page.where(Prediction.id < after)
    rows = (await session.scalars(page)).all()
    shown = rows[: cursor.limit]
    return Page(
        items=await _out(session, shown),
        total=await exact_total(session, fitting),
        next_cursor=encode_cursor(shown[-1].id) if len(rows) > len(shown) else None,
    )


async def own_one(session: AsyncSession, actor: Actor, prediction_id: UUID) -> PredictionOut:
    """One of the actor's predictions, with what they said of it. Raises PredictionUnknown."""
    (shown,) = await _out(session, [await _own(session, actor, prediction_id)])
    return shown


async def image_link(
    session: AsyncSession, actor: Actor, prediction_id: UUID, *, storage: Storage, index: int, size: Size
) -> str:
    """An address of the photo that needs no header, for an hour. Raises PredictionUnknown or ImageGone."""
    await _own(session, actor, prediction_id)
    held = (await photos.held(session, HOLDER, [prediction_id])).get(prediction_id, {})
    if index not in held:
        raise ImageGone("Photos are deleted when their time is over; the answer stays.")
    return photos.link(storage, held[index], size)


async def delete_own(session: AsyncSession, actor: Actor, prediction_id: UUID) -> None:
    """Remove a prediction with its feedback and its photos. What was counted over all people stays, without a name."""
    row = await _own(session, actor, prediction_id, lock=True)
    await photos.release(session, HOLDER, [row.id])
    said: dict[str, Any] = row.feedback or {}
    emit(
        session,
        PredictionDeleted(
            prediction_id=row.id,
            owner_id=actor.user_id,
            model=row.model,
            model_version=row.model_version,
            class_name=row.class_name,
            confidence=row.confidence,
            refusal=row.refusal,
            inference_ms=row.inference_ms,
            made_at=row.created_at,
            has_feedback=row.feedback is not None,
            is_correct=said.get("is_correct"),
            satisfied=said.get("satisfied"),
        ),
    )
    await session.execute(delete(Prediction).where(Prediction.id == row.id))


async def open_for_feedback(session: AsyncSession, actor: Actor, prediction_id: UUID, token: str | None) -> Subject:
    """What feedback on this prediction is about, locked until the end of the transaction.

    A prediction that belongs to nobody is opened by its token alone. Raises PredictionUnknown.
    """
    row = await queries.own_one(session, actor, prediction_id, lock=True)
    if row is None and token is not None and _opens(token, prediction_id):
        row = await queries.ownerless(session, prediction_id, lock=True)
    if row is None:
        raise PredictionUnknown
    return Subject(
        prediction_id=row.id,
        owner_id=row.owner_id,
        model=row.model,
        model_version=row.model_version,
        class_id=row.class_id,
        class_name=row.class_name,
        confidence=row.confidence,
        made_at=row.created_at,
    )


def _opens(token: str, prediction_id: UUID) -> bool:
    try:
        return bool(tokens.unsign(token, FEEDBACK)["sub"] == str(prediction_id))
    except NotSignedIn:
        return False


async def note_feedback(session: AsyncSession, prediction_id: UUID, feedback: OwnFeedback | None) -> None:
    """Keep a copy of what the owner says now beside the answer; None when it was taken back."""
    copy = feedback.model_dump(mode="json") if feedback else None
    await session.execute(update(Prediction).where(Prediction.id == prediction_id).values(feedback=copy))


async def trainable(
    session: AsyncSession, prediction_ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Trainable]:
    """Those of these predictions whose owners still consent to training, with `lock` until the transaction ends."""
    rows = await queries.trainable(session, prediction_ids, lock=lock)
    held = await photos.held(session, HOLDER, [row.id for row in rows])
    return {row.id: Trainable(row.model, _spoken_of(row, held.get(row.id, {}))) for row in rows}


def _spoken_of(row: Prediction, held: Mapping[int, Held]) -> dict[int, Held]:
    refused = _refused(row.said)
    return {index: photo for index, photo in held.items() if index not in refused}


def _refused(said: dict[str, Any]) -> set[int]:
    """Photos of several that were left out of the answer; a person who corrects it does not speak of them."""
    refused = {photo["file_index"] for photo in said["photos"] if photo["refused"]}
    return refused if len(refused) < len(said["photos"]) else set()


async def end_training(session: AsyncSession, person_id: UUID, at: datetime) -> list[UUID]:
    """Nothing that this person had sent by then is open to training any more. Gives the predictions that were."""
    mine = Prediction.owner_id == person_id, Prediction.consent == "train", Prediction.created_at <= at
    ended = update(Prediction).where(*mine).values(consent="store").returning(Prediction.id)
    return list(await session.scalars(ended.execution_options(synchronize_session=False)))


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Delete all of a person's predictions."""
    await session.execute(delete(Prediction).where(Prediction.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[PredictionOut]]:
    """All of a person's predictions, oldest first."""
    async for rows in walk(session, queries.of_person(person_id), Prediction.id):
        yield await _out(session, rows)


async def _own(session: AsyncSession, actor: Actor, prediction_id: UUID, *, lock: bool = False) -> Prediction:
    row = await queries.own_one(session, actor, prediction_id, lock=lock)
    if row is None:
        raise PredictionUnknown
    return row


async def _out(session: AsyncSession, rows: Sequence[Prediction]) -> list[PredictionOut]:
    held = await photos.held(session, HOLDER, [row.id for row in rows])
    return [_one_out(row, held.get(row.id, {})) for row in rows]


def _one_out(row: Prediction, held: Mapping[int, Held]) -> PredictionOut:
    said = Said.model_validate(row.said)
    for photo in said.photos:
        photo.image_id = held[photo.file_index].id if photo.file_index in held else None
    return PredictionOut(
        **dict(said),
        prediction_id=row.id,
        image_id=held[0].id if 0 in held else None,
        model=row.model,
        model_version=row.model_version,
        inference_time_ms=row.inference_ms,
        processing_time=row.processing_s,
        stored=True,
        feedback_token=None,
        created_at=row.created_at,
        consent=row.consent,
        user_location=row.user_location,
        latitude=row.latitude,
        longitude=row.longitude,
        feedback=OwnFeedback.model_validate(row.feedback) if row.feedback else None,
    )
