"""Questions about photos. Who may ask is decided by the holder: a prediction is found by its owner first."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.photos.schemas import Held
from cultivar.photos.tables import Photo, PhotoHold

_ASKED = 500
_HELD = [getattr(Photo, field.name) for field in fields(Held)]


async def held(session: AsyncSession, holder: str, subjects: Collection[UUID]) -> list[tuple[UUID, int, Held]]:
    """`(subject, position, photo)` of every hold of these rows."""
    found = await session.execute(
        select(PhotoHold.subject_id, PhotoHold.position, *_HELD)
        .join(Photo, Photo.id == PhotoHold.photo_id)
        .where(PhotoHold.holder == holder, PhotoHold.subject_id.in_(subjects))
        .order_by(PhotoHold.subject_id, PhotoHold.position)
    )
    return [(row[0], row[1], Held(*row[2:])) for row in found]


async def alike(session: AsyncSession, holder: str, hashes: Collection[str]) -> list[tuple[UUID, int, Held]]:
    """`(subject, position, photo)` of every hold of this holder on photos of these SHA-256."""
    found = await session.execute(
        select(PhotoHold.subject_id, PhotoHold.position, *_HELD)
        .join(Photo, Photo.id == PhotoHold.photo_id)
        .where(PhotoHold.holder == holder, Photo.sha256.in_(hashes))
    )
    return [(row[0], row[1], Held(*row[2:])) for row in found]


async def described(session: AsyncSession, photo_ids: Collection[UUID]) -> list[Held]:
    """Photos by their ids; those that are gone are left out."""
    return [Held(*row) for row in await session.execute(select(*_HELD).where(Photo.id.in_(photo_ids)))]


async def own(session: AsyncSession, actor: Actor, photo_ids: Collection[UUID]) -> list[Held]:
    """Those of these photos that are the actor's, asked for a few hundred at a time."""
    ids, found = list(photo_ids), list[Held]()
    for start in range(0, len(ids), _ASKED):
        mine = Photo.owner_id == actor.user_id, Photo.id.in_(ids[start : start + _ASKED])
        found += [Held(*row) for row in await session.execute(select(*_HELD).where(*mine))]
    return found


def of_person(person_id: UUID) -> Select[Photo]:
    """Everything a person has here; for their own export."""
    return select(Photo).where(Photo.owner_id == person_id)


async def by_ids(session: AsyncSession, photo_ids: Collection[UUID]) -> Sequence[Photo]:
    """Photos for our own jobs; those that are gone are left out."""
    return (await session.scalars(select(Photo).where(Photo.id.in_(photo_ids)))).all()


async def known(session: AsyncSession, photo_ids: Collection[UUID]) -> set[UUID]:
    """Which of these still have a row; for the sweeper."""
    return set(await session.scalars(select(Photo.id).where(Photo.id.in_(photo_ids))))
