"""Look back, and let go."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.outbox import emit
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total, walk
from cultivar.kernel.storage import ObjectMissing, Storage
from cultivar.kernel.world import World
from cultivar.packs.schemas import Language
from cultivar.photos import service as photos
from cultivar.photos.schemas import Held, Size
from cultivar.predictions import queries
from cultivar.predictions.errors import ImageGone, PredictionUnknown
from cultivar.predictions.events import PredictionDeleted
from cultivar.predictions.filters import Filters
from cultivar.predictions.found import COUNTS, Instance
from cultivar.predictions.schemas import KeptAnswer, OwnFeedback, PredictionOut, Said
from cultivar.predictions.service import picture
from cultivar.predictions.tables import Prediction, PredictionInstance
from cultivar.registry import service as registry
from cultivar.vision.overlay import Kind

HOLDER = "prediction"
"""The holder's name on our photos."""
WHY_HOLDER = "explanation"
"""The same on pictures that explain; the subject is the prediction."""


async def own_page(
    session: AsyncSession, actor: Actor, filters: Filters, cursor: Cursor, storage: Storage
) -> Page[PredictionOut]:
    """The actor's predictions that fit, newest first, each with a link to its picture."""
    fitting = queries.own(actor, filters)
    page = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        page = page.where(Prediction.id < after)
    rows = (await session.scalars(page)).all()
    shown = rows[: cursor.limit]
    return Page(
        items=await _linked(session, shown, storage),
        total=await exact_total(session, fitting),
        next_cursor=encode_cursor(shown[-1].id) if len(rows) > len(shown) else None,
    )


async def own_one(session: AsyncSession, actor: Actor, prediction_id: UUID) -> KeptAnswer:
    """One of the actor's predictions, with what they said of it. Raises PredictionUnknown."""
    (kept,) = await _out(session, [await _own(session, actor, prediction_id)])
    return kept


async def own_shown(session: AsyncSession, actor: Actor, prediction_id: UUID, storage: Storage) -> PredictionOut:
    """As `own_one`, with a link to its picture."""
    (shown,) = await _linked(session, [await _own(session, actor, prediction_id)], storage)
    return shown


async def own_some(
    session: AsyncSession, actor: Actor, prediction_ids: Collection[UUID], storage: Storage | None = None
) -> Sequence[KeptAnswer]:
    """Those of these predictions that are the actor's; with `storage`, each with a link to its picture."""
    mine = Prediction.owner_id == actor.user_id, Prediction.id.in_(prediction_ids)
    rows = (await session.scalars(select(Prediction).where(*mine))).all()
    return await _out(session, rows) if storage is None else await _linked(session, rows, storage)


async def image_link(
    session: AsyncSession, actor: Actor, prediction_id: UUID, *, storage: Storage, index: int, size: Size
) -> str:
    """An address of the photo that needs no header, for an hour. Raises PredictionUnknown or ImageGone."""
    await _own(session, actor, prediction_id)
    held = (await photos.held(session, HOLDER, [prediction_id])).get(prediction_id, {})
    if index not in held:
        raise ImageGone("Photos are deleted when their time is over; the answer stays.")
    return photos.link(storage, held[index], size)


async def drawn(
    world: World, actor: Actor, prediction_id: UUID, *, index: int | None, kind: Kind, language: Language
) -> bytes:
    """A kept photo with its answer drawn on it, by default the first that was not refused.

    Raises PredictionUnknown, ImageGone, UnreadableImage, StorageUnavailable, Unavailable.
    """
    async with world.db.reading() as session:
        said = await own_one(session, actor, prediction_id)
        held = (await photos.held(session, HOLDER, [prediction_id])).get(prediction_id, {})
    shown = picture.first(said) if index is None else index
    try:
        photo = await world.storage.get(held[shown].key)
    except (KeyError, ObjectMissing) as error:
        raise ImageGone("Photos are deleted when their time is over; the answer stays.") from error
    serving = registry.catalogue(world).serving.get(said.model)
    return await picture.draw(
        world.engine, photo, said, serving.pack if serving else None, shown, kind=kind, language=language
    )


async def delete_own(session: AsyncSession, actor: Actor, prediction_id: UUID) -> None:
    """Remove a prediction with its feedback and its photos. What was counted over all people stays, without a name."""
    row = await _own(session, actor, prediction_id, lock=True)
    for holder in (HOLDER, WHY_HOLDER):
        await photos.release(session, holder, [row.id])
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
            correct_class_name=said.get("correct_class_name"),
        ),
    )
    await session.execute(delete(Prediction).where(Prediction.id == row.id))


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Delete all of a person's predictions."""
    await session.execute(delete(Prediction).where(Prediction.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[KeptAnswer]]:
    """All of a person's predictions, oldest first."""
    async for rows in walk(session, queries.of_person(person_id), Prediction.id):
        yield await _out(session, rows)


async def _own(session: AsyncSession, actor: Actor, prediction_id: UUID, *, lock: bool = False) -> Prediction:
    row = await queries.own_one(session, actor, prediction_id, lock=lock)
    if row is None:
        raise PredictionUnknown
    return row


async def _out(session: AsyncSession, rows: Sequence[Prediction]) -> list[KeptAnswer]:
    return [kept for kept, _ in await _with_photos(session, rows)]


async def _linked(session: AsyncSession, rows: Sequence[Prediction], storage: Storage) -> list[PredictionOut]:
    return [
        PredictionOut(**dict(kept), thumb_url=photos.link(storage, held[0], "thumb") if 0 in held else None)
        for kept, held in await _with_photos(session, rows)
    ]


async def _with_photos(
    session: AsyncSession, rows: Sequence[Prediction]
) -> list[tuple[KeptAnswer, Mapping[int, Held]]]:
    ids = [row.id for row in rows]
    held, found = await photos.held(session, HOLDER, ids), await queries.instances(session, ids)
    return [(_one_out(row, held.get(row.id, {}), found.get(row.id, [])), held.get(row.id, {})) for row in rows]


def _one_out(row: Prediction, held: Mapping[int, Held], found: Sequence[PredictionInstance]) -> KeptAnswer:
    said = Said.model_validate(row.said)
    for photo in said.photos:
        photo.image_id = held[photo.file_index].id if photo.file_index in held else None
    counted = {name: getattr(row, name) for name in COUNTS}
    return KeptAnswer(
        **dict(said) | counted | {"instances": [_instance(one) for one in found]},
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


def _instance(row: PredictionInstance) -> Instance:
    plain = {name: getattr(row, name) for name in Instance.model_fields if hasattr(row, name)}
    return Instance.model_validate((row.measures or {}) | plain)
