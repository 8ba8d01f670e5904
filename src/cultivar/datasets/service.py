"""Gather what people allow to be learned from, and let it go when they change their minds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts.events import ConsentChanged
from cultivar.datasets import queries, rules
from cultivar.datasets.schemas import ItemData, ItemFilters, ItemOut
from cultivar.datasets.tables import Item
from cultivar.feedback.events import About, FeedbackChanged, FeedbackGiven, FeedbackWithdrawn
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.photos.errors import PhotoUnknown
from cultivar.photos.schemas import Held, Hold
from cultivar.predictions.events import PredictionDeleted
from cultivar.predictions.service import history as predictions

HOLDER = "dataset"
"""The holder's name on our photos."""


async def hear(session: AsyncSession, facts: Sequence[Any], world: World) -> None:
    """Corrections come in; what is withdrawn, deleted or no longer consented to goes out. In the order of the facts."""
    for fact in facts:
        match fact:
            case FeedbackGiven() | FeedbackChanged() if label := rules.lesson(fact.about, fact.said):
                await _learn(session, fact.about, label)
            case FeedbackGiven() | FeedbackChanged() | FeedbackWithdrawn():
                await _drop(session, await queries.from_predictions(session, [fact.about.prediction_id]))
            case PredictionDeleted():
                await _drop(session, await queries.from_predictions(session, [fact.prediction_id]))
            case ConsentChanged() if rules.ends_training(fact.before, fact.after):
                await predictions.end_training(session, fact.user_id)
                await _drop(session, await queries.of_person(session, fact.user_id))


async def _learn(session: AsyncSession, about: About, label: tuple[int, str]) -> None:
    """One item a photo of the prediction; a hash that is known gets the newer class and source."""
    pictures = (await predictions.training_photos(session, [about.prediction_id])).get(about.prediction_id, [])
    known = await queries.known(session, about.model, [photo.sha256 for photo in pictures])
    for photo in pictures:
        item = known.get(photo.sha256) or Item(id=new_id(), model=about.model, sha256=photo.sha256, source="feedback")
        await _take(session, item, photo, about, label)
        known[photo.sha256] = item


async def _take(session: AsyncSession, item: Item, photo: Held, about: About, label: tuple[int, str]) -> None:
    """Point the item to this photo and this correction, and hold the photo instead of the one before."""
    if item.photo_id != photo.id:
        try:
            await photos.hold(session, photo.id, Hold(HOLDER, item.id))
        except PhotoUnknown:
            return
    before, item.photo_id = item.photo_id, photo.id
    item.owner_id = photo.owner_id
    item.class_id, item.class_name = label
    item.source_id, item.feedback_id = about.prediction_id, about.feedback_id
    item.width, item.height = photo.width, photo.height
    item.quality_score = photo.quality["score"]
    item.sharpness, item.brightness = photo.quality["sharpness"], photo.quality["brightness"]
    session.add(item)
    await session.flush()
    if before is not None and before != photo.id:
        await photos.release_one(session, before, Hold(HOLDER, item.id))


async def _drop(session: AsyncSession, items: Sequence[Item]) -> None:
    if items:
        ids = [item.id for item in items]
        await session.execute(delete(Item).where(Item.id.in_(ids)))
        await photos.release(session, HOLDER, ids)


async def page(session: AsyncSession, storage: Storage, filters: ItemFilters, cursor: Cursor) -> Page[ItemOut]:
    """The training queue, newest first."""
    fitting = queries.fitting(filters)
    wanted = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        wanted = wanted.where(Item.id < after)
    rows = (await session.scalars(wanted)).all()
    shown = rows[: cursor.limit]
    return Page(
        items=await _out(session, storage, shown),
        total=await exact_total(session, fitting),
        next_cursor=encode_cursor(shown[-1].id) if len(rows) > len(shown) else None,
    )


async def _out(session: AsyncSession, storage: Storage, rows: Sequence[Item]) -> list[ItemOut]:
    held = await photos.held(session, HOLDER, [row.id for row in rows])
    return [
        ItemOut(
            item_id=row.id,
            image_url=photos.link(storage, held[row.id][0], "full"),
            **{name: getattr(row, name) for name in ItemOut.model_fields if name not in {"item_id", "image_url"}},
        )
        for row in rows
    ]


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Nothing learns from a person's photos any more."""
    await _drop(session, await queries.of_person(session, person_id))


async def export(session: AsyncSession, person_id: UUID) -> list[ItemData]:
    """What a person's photos have given to training."""
    return [
        ItemData(
            item_id=item.id,
            model=item.model,
            class_name=item.class_name,
            prediction_id=item.source_id,
            added_at=item.added_at,
        )
        for item in await queries.of_person(session, person_id)
    ]
