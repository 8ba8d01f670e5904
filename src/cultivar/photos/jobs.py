"""Background work on photos: thumbnails, turning upright, deleting objects, ending holds, sweeping.

Each may run again after a crash: what it does twice is as if done once.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.storage import ObjectMissing
from cultivar.kernel.world import World
from cultivar.photos import queries, rules, service
from cultivar.photos.events import PhotoKept
from cultivar.photos.tables import Photo
from cultivar.vision.errors import UnreadableImage

THUMB_LONG_SIDE = 512
BATCH = 200


async def hear(session: AsyncSession, facts: Sequence[PhotoKept], world: World) -> None:
    """One job for all photos of a batch of facts."""
    await enqueue(session, service.PREPARE, {"photo_ids": [str(fact.photo_id) for fact in facts]})


async def prepare(job: JobContext) -> dict[str, Any]:
    """Make the thumbnails of the photos in the payload, and turn upright those that lie on their side."""
    photo_ids = [UUID(photo_id) for photo_id in job.payload["photo_ids"]]
    async with job.world.db.reading() as session:
        waiting = [photo for photo in await queries.by_ids(session, photo_ids) if photo.thumb_key is None]
    made = 0
    for done, photo in enumerate(waiting, start=1):
        made += await _prepare_one(job.world, photo)
        await job.progress(done, len(waiting))
        if await job.cancelled():
            break
    return {"prepared": made}


async def _prepare_one(world: World, photo: Photo) -> bool:
    """False for a photo that is gone, or that its own decoder no longer reads; then the full one stands in."""
    key = rules.thumb_key(photo.key)
    try:
        size_bytes = await _put_prepared(world, photo, key)
    except (ObjectMissing, UnreadableImage):
        async with world.db.reading() as session:
            still_there, made = bool(await queries.known(session, [photo.id])), False
    else:
        async with world.db.transaction() as session:
            still_there = made = await service.note_prepared(session, photo.id, key, size_bytes)
    if not still_there:  # deleted meanwhile, and perhaps written again by us
        await _delete(world, [photo.key, key])
    return made


async def _put_prepared(world: World, photo: Photo, key: str) -> int:
    """Write the picture upright, and its thumbnail under `key`; how many bytes the picture has then."""
    if world.engine is None:
        raise Unavailable("This process does not look at photos.")
    data = await world.storage.get(photo.key)
    if photo.orientation != 1:
        data = await world.engine.upright(data)
        await world.storage.put(photo.key, data, photo.content_type)
    await world.storage.put(key, await world.engine.thumbnail(data, THUMB_LONG_SIDE), "image/jpeg")
    return len(data)


async def delete_objects(job: JobContext) -> dict[str, Any]:
    """Delete the objects in the payload from storage; those that are gone already are fine."""
    await _delete(job.world, job.payload["keys"])
    return {"deleted": len(job.payload["keys"])}


async def _delete(world: World, keys: Sequence[str]) -> None:
    for key in keys:
        await world.storage.delete(key)


async def end_holds(job: JobContext) -> dict[str, Any]:
    """End the holds whose time is over, and delete the photos that nobody needs any more."""
    ended = 0
    while True:
        async with job.world.db.transaction() as session:
            count = await service.release_expired(session, now(), at_most=BATCH)
        ended += count
        await job.progress(ended)
        if count < BATCH or await job.cancelled():
            return {"holds_ended": ended}


async def sweep(job: JobContext) -> dict[str, Any]:
    """Delete objects older than a day that have no row: a crash between the two left them."""
    swept, at, batch = 0, now(), dict[str, UUID]()
    async for found in job.world.storage.list(rules.PREFIX):
        photo_id = rules.photo_of(found.key)
        if photo_id is not None and rules.is_orphan(found.modified, at):
            batch[found.key] = photo_id
        if len(batch) >= BATCH:
            swept += await _sweep(job.world, batch)
            batch = {}
            await job.progress(swept)
    return {"swept": swept + await _sweep(job.world, batch)}


async def _sweep(world: World, found: dict[str, UUID]) -> int:
    async with world.db.reading() as session:
        known = await queries.known(session, set(found.values()))
    orphans = [key for key, photo_id in found.items() if photo_id not in known]
    await _delete(world, orphans)
    return len(orphans)
