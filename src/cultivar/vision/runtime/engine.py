"""The vision engine: photos of one plant in, one answer out, for as many models as are open.

Photos wait in a bounded queue, are decoded in processes of their own and judged by networks in threads. Models are
opened, swapped and shut beside the running calls; each call ends on the model it began with.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cultivar.kernel.errors import TooLarge
from cultivar.vision.answer import Answer
from cultivar.vision.errors import ModelNotOpen, Overloaded, UnreadableImage
from cultivar.vision.manifest import Manifest
from cultivar.vision.overlay import Kind, Shape
from cultivar.vision.runtime.ahead import Ahead
from cultivar.vision.runtime.explaining import Explained, GoOn, say_why
from cultivar.vision.runtime.judge import Look, compose, judge, view_of
from cultivar.vision.runtime.lanes import Lanes
from cultivar.vision.runtime.machine import Plan, Wish, plan, usable_cores
from cultivar.vision.runtime.models import LoadedModel
from cultivar.vision.runtime.pool import Confinement, DecodePool, Observe
from cultivar.vision.runtime.sessions import available_providers
from cultivar.vision.runtime.wire import Message, ask_to_draw, ask_to_see, read_sight
from cultivar.vision.tasks.detect import AS_MADE, Looking

MEASURES: Final = {
    "queue_photos": "photos waiting or at work, told when one comes or goes",
    "queue_ms": "time that a photo and its network waited",
    "decode_ms": "time of one photo in its decoder",
    "batch_photos": "photos in one call of a network",
    "inference_ms": "time of one call of a network, and of reading what it put out",
    "decoder_replaced": "1 for each decoder process that had to be replaced",
    "overloaded": "1 for each request that was turned away",
}
"""What an observer is told."""
STEP: Final = 0.1
"""Weight of the newest in the running mean of a photo's time."""
LULL_S: Final = 0.3
"""Who asks one photo after another is back by then."""


@dataclass(frozen=True, slots=True)
class Options:
    """`queue`: photos waiting or at work before the next request is turned away. `photo_bytes`: of one, at most."""

    wish: Wish = field(default_factory=Wish)
    queue: int = 128
    photo_bytes: int = 50 * 2**20
    confinement: Confinement = field(default_factory=Confinement)


def _tell_nobody(_measure: str, _value: float) -> None:
    """The observer of an engine that nobody watches."""


class Engine:
    """One per process, used on the event loop that started it. Takes bytes, gives an Answer; knows nothing else."""

    def __init__(self, options: Options = Options(), observe: Observe = _tell_nobody) -> None:
        self.plan: Plan = plan(options.wish, usable_cores(), available_providers())
        self._options = options
        self._observe = observe
        self._decoders = DecodePool(self.plan.decoders, options.confinement, observe)
        self._lanes = Lanes(self.plan.lanes, self.plan.batch, observe)
        self._ahead = Ahead(self.plan)
        self._models: dict[str, LoadedModel] = {}
        self._held = 0
        self._told = -LULL_S
        self._mean_ms = 50.0

    def begin(self, folders: Sequence[Path]) -> None:
        """Start the decoders and load these models beside what the caller does next; no loop need run yet.

        `start` and `open` take over what was begun; a fault shows there. `forget` lets go of what nobody opened.
        """
        self._ahead.begin(folders)
        self._decoders.begin()

    def forget(self) -> None:
        """See `begin`."""
        self._ahead.forget()

    async def start(self) -> None:
        """Start missing decoder processes; returns when all are ready. Raises ChildEnded or TimeoutError."""
        await self._decoders.start()

    async def close(self) -> None:
        """Running networks end, photos still waiting get Unavailable, no process is left. Safe to call twice."""
        self._ahead.forget()
        await self._lanes.close()
        await self._decoders.close()
        self._models.clear()

    async def open(self, key: str, folder: Path) -> Manifest:
        """Read, verify and warm up a model beside the running calls, then let it answer for `key`.

        An open model of that key is replaced at once; on any fault it stays. Raises BadManifest.
        """
        model = await asyncio.to_thread(self._ahead.take, folder)
        self._models[key] = model
        return model.manifest

    async def shut(self, key: str) -> None:
        """Let go of a model; running calls end on it. An unknown key is no fault."""
        self._models.pop(key, None)

    def manifest(self, key: str) -> Manifest:
        """Of the model that answers now. Raises ModelNotOpen."""
        return self._model(key).manifest

    def held(self) -> int:
        """Photos waiting or at work."""
        return self._held

    def busy(self) -> bool:
        """Somebody waits for an answer, or has just got one and may ask again; background work had better wait too."""
        return self._held > 0 or time.monotonic() - self._told < LULL_S

    async def answer(self, key: str, photos: Sequence[bytes], looking: Looking = AS_MADE) -> Answer:
        """What the model says of one plant, shown by one photo or several.

        Raises TooLarge or UnreadableImage with `file_index`, Overloaded with `retry_after`, ModelNotOpen.
        """
        model = self._model(key)
        for index, photo in enumerate(photos):
            if len(photo) > self._options.photo_bytes:
                raise TooLarge(f"A photo has at most {self._options.photo_bytes:,} bytes.", file_index=index)
        self._take_places(len(photos))
        try:
            return await self._answer(model, photos, looking)
        finally:
            self._held -= len(photos)
            self._told = time.monotonic()
            self._observe("queue_photos", self._held)

    async def thumbnail(self, data: bytes, long_side: int) -> bytes:
        """See `decode.thumbnail`; yields to photos that somebody waits for."""
        reply, _ = await self._decoders.ask(Message({"do": "thumbnail", "long_side": long_side}, data), background=True)
        return bytes(reply.body)

    async def upright(self, data: bytes) -> bytes:
        """See `decode.upright`; yields to photos that somebody waits for."""
        reply, _ = await self._decoders.ask(Message({"do": "upright"}, data), background=True)
        return bytes(reply.body)

    async def overlay(
        self, data: bytes, shapes: Sequence[Shape], headline: str = "", long_side: int = 1280, kind: Kind = "jpeg"
    ) -> bytes:
        """The upright photo with an answer drawn on it, see `overlay.draw`. Raises UnreadableImage."""
        reply, _ = await self._decoders.ask(ask_to_draw(data, shapes, headline, long_side, kind))
        return bytes(reply.body)

    async def explain(self, key: str, data: bytes, class_id: int, go_on: GoOn) -> Explained | None:
        """The photo with heat where a classifier could least do without it to name this class, see `explain`.

        `class_id`: its place in the manifest. Yields to photos that somebody waits for; None if `go_on` said no. Raises
        ModelNotOpen, UnreadableImage, and NotExplainable of a detector.
        """
        return await say_why(self._decoders, self._lanes, self._model(key), data, class_id, go_on)

    def _model(self, key: str) -> LoadedModel:
        try:
            return self._models[key]
        except KeyError:
            raise ModelNotOpen from None

    def _take_places(self, photos: int) -> None:
        if self._held + photos > self._options.queue:
            self._observe("overloaded", 1)
            seconds = self._held * self._mean_ms / 1000 / self.plan.lanes
            raise Overloaded(retry_after=min(60, max(1, math.ceil(seconds))))
        self._held += photos
        self._observe("queue_photos", self._held)

    async def _answer(self, model: LoadedModel, photos: Sequence[bytes], looking: Looking) -> Answer:
        looks = [asyncio.ensure_future(self._look(model, index, data, looking)) for index, data in enumerate(photos)]
        try:
            seen = await asyncio.gather(*looks)
        finally:
            for look in looks:
                look.cancel()
        answer = compose(model.manifest, seen)
        self._mean_ms += STEP * (answer.decode_ms + answer.inference_ms - self._mean_ms)
        self._observe("queue_ms", answer.queue_ms)
        return answer

    async def _look(self, model: LoadedModel, index: int, data: bytes, looking: Looking) -> Look:
        try:
            reply, waited_ms = await self._decoders.ask(ask_to_see(data, model.manifest.input, model.beside))
        except UnreadableImage as error:
            error.extra["file_index"] = index
            raise
        self._observe("decode_ms", reply.header["ms"])
        sight = read_sight(reply)
        judged = await judge(self._lanes, model, sight, looking)
        return Look(sight.photo(data), view_of(sight), judged, reply.header["ms"], waited_ms + judged.waited_ms)
