"""Keep photos for those who need them, and delete what nobody needs."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import core_insert
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.pages import walk
from cultivar.kernel.storage import Storage
from cultivar.photos import queries, rules
from cultivar.photos.errors import PhotoUnknown
from cultivar.photos.events import PhotoKept
from cultivar.photos.schemas import Held, Hold, PhotoData, Size, Stored
from cultivar.photos.tables import Photo, PhotoHold
from cultivar.vision.decode import SeenPhoto

PREPARE = "photos.prepare"
DELETE_OBJECTS = "photos.delete_objects"


_NEW_PHOTOS, _NEW_HOLDS = core_insert(Photo), core_insert(PhotoHold)


async def store(storage: Storage, photos: Sequence[SeenPhoto], *, owner_id: UUID) -> list[Stored]:
    """Put pictures that vision has cleaned into storage, outside of any transaction. `keep` gives them their rows.

    What is never kept, the sweeper finds. Raises StorageUnavailable.
    """
    at = now()
    made = [_stored(photo, owner_id, at) for photo in photos]
    await asyncio.gather(
        *(storage.put(one.key, photo.clean, photo.content_type) for one, photo in zip(made, photos, strict=True))
    )
    return made


async def discard(storage: Storage, stored: Sequence[Stored]) -> None:
    """Take stored pictures that are not kept out of storage again. Raises StorageUnavailable."""
    await asyncio.gather(*(storage.delete(one.key) for one in stored))


async def keep(session: AsyncSession, held: Sequence[tuple[Sequence[Stored], Hold]]) -> None:
    """Give stored pictures their rows, each group held in its order; whoever keeps them states `facts` of them."""
    rows = [{name: getattr(one, name) for name in Stored.__slots__} for stored, _ in held for one in stored]
    holds = [
        {"photo_id": one.id, "holder": hold.holder, "subject_id": hold.subject_id, "position": i, "until": hold.until}
        for stored, hold in held
        for i, one in enumerate(stored)
    ]
    if rows:
        await session.execute(_NEW_PHOTOS, rows)
        await session.execute(_NEW_HOLDS, holds)


def facts(stored: Sequence[Stored]) -> list[PhotoKept]:
    """What there is to say when pictures have been kept."""
    return [PhotoKept(one.id, one.created_at) for one in stored]


def _stored(photo: SeenPhoto, owner_id: UUID, at: datetime) -> Stored:
    photo_id = new_id()
    return Stored(
        id=photo_id,
        owner_id=owner_id,
        key=rules.object_key(photo_id, photo.content_type, at),
        content_type=photo.content_type,
        size_bytes=len(photo.clean),
        width=photo.facts.width,
        height=photo.facts.height,
        orientation=photo.facts.orientation,
        sha256=photo.facts.sha256,
        quality={name: round(value, 4) for name, value in asdict(photo.quality).items()},
        created_at=at,
    )


async def hold(session: AsyncSession, photo_id: UUID, hold: Hold, *, position: int = 0) -> None:
    """Need a photo too, at this place among the row's photos; a second time changes nothing.

    Raises PhotoUnknown if it is gone.
    """
    if await session.scalar(select(Photo.id).where(Photo.id == photo_id).with_for_update()) is None:
        raise PhotoUnknown
    known = await session.get(PhotoHold, (photo_id, hold.holder, hold.subject_id))
    if known is None:
        key = {"photo_id": photo_id, "holder": hold.holder, "subject_id": hold.subject_id}
        session.add(PhotoHold(**key, position=position, until=hold.until))


async def release(session: AsyncSession, holder: str, subjects: Collection[UUID]) -> None:
    """Need the photos of these rows no longer; a photo that nobody else holds is deleted."""
    mine = (PhotoHold.holder == holder) & PhotoHold.subject_id.in_(subjects)
    photo_ids = list(await session.scalars(select(PhotoHold.photo_id).where(mine)))
    await _lock(session, photo_ids)
    await session.execute(delete(PhotoHold).where(mine))
    await _delete_unheld(session, photo_ids)


async def release_expired(session: AsyncSession, at: datetime, *, at_most: int) -> int:
    """End the holds whose time is over and delete what nobody else holds. Returns how many holds ended."""
    over = (
        select(PhotoHold.photo_id, PhotoHold.holder, PhotoHold.subject_id).where(PhotoHold.until <= at).limit(at_most)
    )
    holds = [(row.photo_id, row.holder, row.subject_id) for row in await session.execute(over)]
    photo_ids: list[UUID] = [photo_id for photo_id, _, _ in holds]
    await _lock(session, photo_ids)
    key = tuple_(PhotoHold.photo_id, PhotoHold.holder, PhotoHold.subject_id)
    await session.execute(delete(PhotoHold).where(key.in_(holds)))
    await _delete_unheld(session, photo_ids)
    return len(holds)


async def _lock(session: AsyncSession, photo_ids: Collection[UUID]) -> None:
    """So that of two who release at once, the second sees that it is the last."""
    await session.execute(select(Photo.id).where(Photo.id.in_(photo_ids)).order_by(Photo.id).with_for_update())


async def _delete_unheld(session: AsyncSession, photo_ids: Collection[UUID]) -> None:
    held = select(PhotoHold.photo_id).where(PhotoHold.photo_id == Photo.id).exists()
    await _delete(session, list(await session.scalars(select(Photo.id).where(Photo.id.in_(photo_ids), ~held))))


async def _delete(session: AsyncSession, photo_ids: Collection[UUID]) -> None:
    """The rows at once, the objects by a job: from now on nobody can be shown them."""
    gone = delete(Photo).where(Photo.id.in_(photo_ids)).returning(Photo.key)
    keys = [name for key in await session.scalars(gone) for name in (key, rules.thumb_key(key))]
    if keys:
        await enqueue(session, DELETE_OBJECTS, {"keys": keys})


async def held(session: AsyncSession, holder: str, subjects: Collection[UUID]) -> dict[UUID, dict[int, Held]]:
    """The photos that these rows hold, by their place among the row's photos."""
    found: dict[UUID, dict[int, Held]] = defaultdict(dict)
    for subject_id, position, photo in await queries.held(session, holder, subjects):
        found[subject_id][position] = photo
    return found


async def alike(session: AsyncSession, holder: str, hashes: Collection[str]) -> list[tuple[UUID, int, Held]]:
    """The photos of these SHA-256 that a capability holds, each with the row it is held for and its place there."""
    return await queries.alike(session, holder, hashes)


async def own(session: AsyncSession, actor: Actor, photo_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Those of these photos that are the actor's."""
    return {photo.id: photo for photo in await queries.own(session, actor, photo_ids)}


async def described(session: AsyncSession, photo_ids: Collection[UUID]) -> dict[UUID, Held]:
    """What is known of these photos, for a capability whose rows name them."""
    return {photo.id: photo for photo in await queries.described(session, photo_ids)}


def link(storage: Storage, photo: Held, size: Size) -> str:
    """An address of the picture that works for an hour without a header; the full one while there is no thumbnail."""
    return storage.sign(photo.thumb_key if size == "thumb" and photo.thumb_key else photo.key)


async def note_prepared(session: AsyncSession, photo_id: UUID, thumb_key: str, size_bytes: int) -> bool:
    """The thumbnail is there and the photo upright; False if it has been deleted meanwhile."""
    done = (
        update(Photo)
        .where(Photo.id == photo_id)
        .values(thumb_key=thumb_key, orientation=1, size_bytes=size_bytes)
        .returning(Photo.id)
    )
    return await session.scalar(done) is not None


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Delete every photo of a person, whoever holds it."""
    await _delete(session, list(await session.scalars(select(Photo.id).where(Photo.owner_id == person_id))))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[PhotoData]]:
    """What is kept of a person's photos, oldest first, and under which key each picture lies."""
    names = [field.name for field in fields(PhotoData)]
    async for rows in walk(session, queries.of_person(person_id), Photo.id):
        yield [PhotoData(**{name: getattr(row, name) for name in names}) for row in rows]
