"""Where a batch's photos come from: objects that were sent, members of a ZIP, stored photos."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from cultivar.bulk import rules, service
from cultivar.bulk.archives import Archive
from cultivar.bulk.tables import Batch, BatchItem
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.predictions.errors import ImageGone


class Photos(Protocol):
    """Gives the bytes of a batch's photos."""

    async def read(self, item: BatchItem) -> bytes:
        """Raises what is wrong with this photo, or Unavailable."""
        ...


class Sent:
    """Each lies in an object of its own."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, item: BatchItem) -> bytes:
        return await self._world.storage.get(rules.object_key(item.job_id, item.place))


class Zipped:
    """Read in place, one after the other, in a thread."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = asyncio.Lock()

    async def read(self, item: BatchItem) -> bytes:
        async with self._lock:
            return await asyncio.to_thread(self._archive.read, item.place)


class Stored:
    """Photos that their owner has kept."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, item: BatchItem) -> bytes:
        async with self._world.db.reading() as session:
            found = await photos.described(session, [item.image_id] if item.image_id else [])
        for photo in found.values():
            return await self._world.storage.get(photo.key)
        raise ImageGone("This photo has been deleted since it was asked for.")


@asynccontextmanager
async def photos_of(batch: Batch, world: World) -> AsyncIterator[Photos]:
    """The batch's photos, as long as the block lasts. Raises StorageUnavailable, ObjectMissing."""
    if batch.source == "files":
        yield Sent(world)
    elif batch.source == "images":
        yield Stored(world)
    else:
        with await asyncio.to_thread(world.storage.reader, rules.object_key(batch.job_id, None)) as file:
            yield Zipped(await asyncio.to_thread(Archive, file, service.bounds_of(world.settings)))
