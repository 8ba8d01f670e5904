"""Gather what people allow to be learned from, and let it go when they change their minds."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts.events import ConsentChanged
from cultivar.datasets import queries, rules
from cultivar.datasets.rules import Lesson
from cultivar.datasets.schemas import ItemData, ItemFilters, ItemOut
from cultivar.datasets.tables import Item
from cultivar.feedback import service as feedback
from cultivar.feedback.events import FeedbackChanged, FeedbackGiven, FeedbackWithdrawn
from cultivar.feedback.service import Spoken
from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total, walk
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.photos.errors import PhotoUnknown
from cultivar.photos.schemas import Held, Hold
from cultivar.predictions.events import PredictionDeleted
from cultivar.predictions.service import lending as predictions
from cultivar.predictions.service.lending import Trainable

HOLDER = "dataset"
"""The holder's name on our photos; they are held for the predictions that were corrected."""

BATCH = 200

T = TypeVar("T")


async def hear(session: AsyncSession, facts: Sequence[Any], world: World) -> None:
    """Look again at what the facts are about. What they say themselves may be old: it is read anew, in any order."""
    changed: set[UUID] = set()
    for fact in facts:
        match fact:
            case FeedbackGiven() | FeedbackChanged() | FeedbackWithdrawn():
                changed.add(fact.about.prediction_id)
            case PredictionDeleted():
                changed.add(fact.prediction_id)
            case ConsentChanged() if rules.ends_training(fact.after):
                changed.update(await predictions.end_training(session, fact.user_id, fact.at))
    for some in _batches(sorted(changed)):
        await _look_again(session, some)


async def _look_again(session: AsyncSession, prediction_ids: Sequence[UUID]) -> None:
    """Hold the photos that corrections of these predictions teach now, and no others; have their items follow."""
    open_now = await predictions.trainable(session, prediction_ids, lock=True)
    lessons = await _lessons(session, open_now)
    held = await photos.held(session, HOLDER, prediction_ids)
    pictures = {photo.sha256 for by_index in held.values() for photo in by_index.values()}
    for prediction_id in lessons:
        for index, photo in open_now[prediction_id].photos.items():
            with suppress(PhotoUnknown):  # its time was over just now
                await photos.hold(session, photo.id, Hold(HOLDER, prediction_id), position=index)
            pictures.add(photo.sha256)
    await _settle(session, pictures)
    await photos.release(session, HOLDER, held.keys() - lessons.keys())


async def _lessons(session: AsyncSession, open_now: Mapping[UUID, Trainable]) -> dict[UUID, Lesson]:
    """What the corrections of predictions that are open to training teach, by prediction."""
    said = await feedback.spoken(session, open_now)
    taught = {one: _lesson(open_now[one], one, said[one]) for one in said}
    return {prediction_id: lesson for prediction_id, lesson in taught.items() if lesson is not None}


def _lesson(about: Trainable, prediction_id: UUID, said: Spoken) -> Lesson | None:
    return rules.lesson(
        prediction_id, said.feedback_id, said.verdict, said.instances, about.things, predicted=about.class_name
    )


async def _settle(session: AsyncSession, hashes: Collection[str]) -> None:
    """Have each of these pictures be one item a pack, as the correction that carries it says, or none.

    The items are locked before the corrections are read, so that of two who settle one picture the later sees all.
    """
    if not hashes:
        return
    items = await queries.known(session, hashes)
    taught = {key: rules.carrying(lessons) for key, lessons in (await _taught(session, hashes)).items()}
    for key in items.keys() - taught.keys():
        await session.delete(items[key])
    for (model, sha256), (lesson, photo) in sorted(taught.items(), key=lambda found: found[1][0].feedback_id):
        item = items.get((model, sha256)) or Item(id=new_id(), model=model, sha256=sha256, source="feedback")
        _take(item, lesson, photo)
        session.add(item)
    await session.flush()


async def _taught(session: AsyncSession, hashes: Collection[str]) -> dict[tuple[str, str], list[tuple[Lesson, Held]]]:
    """Every standing correction of these pictures, with its own photo, by pack and hash."""
    found = await photos.alike(session, HOLDER, hashes)
    open_now: dict[UUID, Trainable] = await predictions.trainable(session, {subject for subject, _, _ in found})
    lessons = await _lessons(session, open_now)
    taught: dict[tuple[str, str], list[tuple[Lesson, Held]]] = defaultdict(list)
    for prediction_id, position, photo in found:
        if prediction_id in lessons:
            lesson = lessons[prediction_id].of_photo(position)
            taught[open_now[prediction_id].model, photo.sha256].append((lesson, photo))
    return taught


def _take(item: Item, lesson: Lesson, photo: Held) -> None:
    """Have the item say what this correction says of this photo."""
    item.photo_id, item.owner_id = photo.id, photo.owner_id
    item.class_id, item.class_name = lesson.class_id, lesson.class_name
    item.instances = next(([asdict(one) for one in found] for found in lesson.instances.values()), None)
    item.source_id, item.feedback_id = lesson.prediction_id, lesson.feedback_id
    item.width, item.height = photo.width, photo.height
    item.quality_score = photo.quality["score"]
    item.sharpness, item.brightness = photo.quality["sharpness"], photo.quality["brightness"]


def _batches(found: Sequence[T]) -> Iterator[Sequence[T]]:
    """A database takes only so many parameters at once."""
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


async def page(world: World, filters: ItemFilters, cursor: Cursor) -> Page[ItemOut]:
    """The training queue, newest first, as it is at one moment: items come and go between two looks."""
    fitting = queries.fitting(filters)
    wanted = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        wanted = wanted.where(Item.id < after)
    async with world.db.reading() as session:
        rows = (await session.scalars(wanted)).all()
        shown = rows[: cursor.limit]
        pictures = await photos.described(session, [row.photo_id for row in shown])
        total = await exact_total(session, fitting)
    return Page(
        items=[_out(row, photos.link(world.storage, pictures[row.photo_id], "full")) for row in shown],
        total=total,
        next_cursor=encode_cursor(shown[-1].id) if len(rows) > len(shown) else None,
    )


def _out(row: Item, image_url: str) -> ItemOut:
    same = {name: getattr(row, name) for name in ItemOut.model_fields if name not in {"item_id", "image_url"}}
    return ItemOut(item_id=row.id, image_url=image_url, **same)


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Nothing learns from a person's photos any more; what somebody else corrected too is theirs alone."""
    await predictions.end_training(session, person_id, now())
    for some in _batches(await queries.pictures_of(session, person_id)):
        await _settle(session, some)


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[ItemData]]:
    """What a person's photos have given to training, oldest first."""
    async for items in walk(session, queries.of_person(person_id), Item.id):
        yield [
            ItemData(
                item_id=item.id,
                model=item.model,
                class_name=item.class_name,
                prediction_id=item.source_id,
                added_at=item.added_at,
            )
            for item in items
        ]
