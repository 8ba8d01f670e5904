"""Photos one after the other, several at once: a line for each, nothing kept."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from cultivar.bulk.places import Place, Reader
from cultivar.kernel.errors import Broken, CultivarError
from cultivar.kernel.world import Engine
from cultivar.predictions.schemas import Said, Wanted
from cultivar.predictions.service import picture, tell

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looker:
    """An engine with one model open under the pack's name, and how its answers are wanted."""

    engine: Engine
    version: str
    wanted: Wanted
    reader: Reader
    overlay: Path | None = None
    """Where the photos go with their answers drawn on them."""

    async def one(self, place: Place) -> dict[str, Any]:
        """A photo's line: its answer, or why there is none. Nothing about one photo is raised."""
        try:
            photo = await asyncio.to_thread(self.reader.read, place.where)
            _, said = await tell.look(self.engine, self.wanted.pack.name, [photo], self.wanted)
            if self.overlay is not None:
                await self._draw(place, photo, said, self.overlay)
        except CultivarError as error:
            return failed(place, error)
        except Exception:
            log.exception("photo_failed", file=place.name)
            return failed(place, Broken())
        told = {"file": place.name, "success": True, "model": self.wanted.pack.name, "model_version": self.version}
        return told | said.model_dump(mode="json")

    async def _draw(self, place: Place, photo: bytes, said: Said, folder: Path) -> None:
        drawn = await picture.draw(
            self.engine, photo, said, self.wanted.pack, picture.first(said), language=self.wanted.language
        )
        file = place.drawing(folder)
        await asyncio.to_thread(_write, file, drawn)


def failed(place: Place, error: CultivarError) -> dict[str, Any]:
    """The line of a photo without an answer."""
    detail = " ".join(error.detail.split())
    return {"file": place.name, "success": False, "error": {"code": error.code, "detail": detail}}


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


async def look(looker: Looker, places: Sequence[Place]) -> AsyncIterator[dict[str, Any]]:
    """The lines of these photos in their order; as many are at work as keep the machine busy."""
    plan = looker.engine.plan
    at_once = plan.lanes * plan.batch + plan.decoders
    looking: deque[asyncio.Task[dict[str, Any]]] = deque()
    try:
        for place in places:
            looking.append(asyncio.create_task(looker.one(place)))
            if len(looking) > at_once:
                yield await looking.popleft()
        while looking:
            yield await looking.popleft()
    finally:
        for task in looking:
            task.cancel()


async def open_model(engine: Engine, wanted: Wanted) -> str:
    """Start the engine and open the pack's model under the pack's name; its version."""
    await engine.start()
    manifest = await engine.open(wanted.pack.name, wanted.pack.model_folder or wanted.pack.folder)
    return str(manifest.version)
