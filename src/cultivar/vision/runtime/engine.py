"""The vision engine: photos of one plant in, one answer out, for as many models as are open.

Photos wait in a bounded queue, are decoded in processes of their own and judged by networks in threads. Models are
opened, swapped and shut beside the running calls; each call ends on the model it began with.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from cultivar.kernel.errors import TooLarge
from cultivar.vision.answer import Answer, PhotoAnswer
from cultivar.vision.decode import SeenPhoto
from cultivar.vision.errors import ModelNotOpen, Overloaded, UnreadableImage
from cultivar.vision.manifest import Manifest
from cultivar.vision.overlay import Kind, Shape
from cultivar.vision.quality import unusable
from cultivar.vision.runtime.lanes import Lanes, Ran
from cultivar.vision.runtime.machine import Plan, Wish, plan, usable_cores
from cultivar.vision.runtime.models import LoadedModel, load_model
from cultivar.vision.runtime.pool import Confinement, DecodePool, Observe
from cultivar.vision.runtime.sessions import available_providers
from cultivar.vision.runtime.wire import Message, frame_header, read_sight
from cultivar.vision.tasks.classify import classify
from cultivar.vision.tasks.detect import Looking

MEASURES: Final = {
    "queue_photos": "photos waiting or at work, told when one comes or goes",
    "queue_ms": "time that a photo and its network waited",
    "decode_ms": "time of one photo in its decoder",
    "batch_photos": "photos in one call of a network",
    "inference_ms": "time of one call of a network",
    "decoder_replaced": "1 for each decoder process that had to be replaced",
    "overloaded": "1 for each request that was turned away",
}
"""What an observer is told."""
STEP: Final = 0.1
"""Weight of the newest in the running mean of a photo's time."""


@dataclass(frozen=True, slots=True)
class Options:
    """`queue`: photos waiting or at work before the next request is turned away. `photo_bytes`: of one, at most."""

    wish: Wish = field(default_factory=Wish)
    queue: int = 128
    photo_bytes: int = 50 * 2**20
    confinement: Confinement = field(default_factory=Confinement)


@dataclass(frozen=True, slots=True)
class Look:
    """A photo that went all the way."""

    seen: SeenPhoto
    ran: Ran
    decode_ms: float
    waited_ms: float


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
        self._models: dict[str, LoadedModel] = {}
        self._held = 0
        self._mean_ms = 50.0

    async def start(self) -> None:
        """Start missing decoder processes; returns when all are ready. Raises ChildEnded or TimeoutError."""
        await self._decoders.start()

    async def close(self) -> None:
        """Running networks end, photos still waiting get Unavailable, no process is left. Safe to call twice."""
        await self._lanes.close()
        await self._decoders.close()
        self._models.clear()

    async def open(self, key: str, folder: Path) -> Manifest:
        """Read, verify and warm up a model beside the running calls, then let it answer for `key`.

        An open model of that key is replaced at once; on any fault it stays. Raises BadManifest.
        """
        model = await asyncio.to_thread(load_model, folder, self.plan)
        self._models[key] = model
        return model.manifest

    async def shut(self, key: str) -> None:
        """Let go of a model; running calls end on it. An unknown key is no fault."""
        self._models.pop(key, None)

    def manifest(self, key: str) -> Manifest:
        """Of the model that answers now. Raises ModelNotOpen."""
        return self._model(key).manifest

    def busy(self) -> bool:
        """Somebody waits for an answer; background work had better wait too."""
        return self._held > 0

    async def answer(self, key: str, photos: Sequence[bytes], looking: Looking = Looking()) -> Answer:
        """What the model says of one plant, shown by one photo or several.

        Raises TooLarge or UnreadableImage with `file_index`, Overloaded with `retry_after`, ModelNotOpen.
        """
        model = self._model(key)
        for index, photo in enumerate(photos):
            if len(photo) > self._options.photo_bytes:
                raise TooLarge(f"A photo has at most {self._options.photo_bytes:,} bytes.", file_index=index)
        self._take_places(len(photos))
        try:
            return await self._answer(model, photos)
        finally:
            self._held -= len(photos)
            self._observe("queue_photos", self._held)

    async def thumbnail(self, data: bytes, long_side: int) -> bytes:
        """See `decode.thumbnail`; yields to photos that somebody waits for."""
        reply, _ = await self._decoders.ask(Message({"do": "thumbnail", "long_side": long_side}, data), background=True)
        return reply.body

    async def upright(self, data: bytes) -> bytes:
        """See `decode.upright`; yields to photos that somebody waits for."""
        reply, _ = await self._decoders.ask(Message({"do": "upright"}, data), background=True)
        return reply.body

    async def overlay(
        self, data: bytes, shapes: Sequence[Shape], headline: str = "", long_side: int = 1280, kind: Kind = "jpeg"
    ) -> bytes:
        """The upright photo with an answer drawn on it, see `overlay.draw`. Raises UnreadableImage."""
        raise NotImplementedError

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

    async def _answer(self, model: LoadedModel, photos: Sequence[bytes]) -> Answer:
        looks = [asyncio.ensure_future(self._look(model, index, data)) for index, data in enumerate(photos)]
        try:
            seen = await asyncio.gather(*looks)
        finally:
            for look in looks:
                look.cancel()
        answer = compose(model.manifest, seen)
        self._mean_ms += STEP * (answer.decode_ms + answer.inference_ms - self._mean_ms)
        self._observe("queue_ms", answer.queue_ms)
        return answer

    async def _look(self, model: LoadedModel, index: int, data: bytes) -> Look:
        ask = Message({"do": "see", "frame": frame_header(model.manifest.input)}, data)
        try:
            reply, waited_ms = await self._decoders.ask(ask)
        except UnreadableImage as error:
            error.extra["file_index"] = index
            raise
        self._observe("decode_ms", reply.header["ms"])
        sight = read_sight(reply)
        ran = await self._lanes.run(model, sight.pixels)
        return Look(sight.photo(data), ran, reply.header["ms"], waited_ms + ran.waited_ms)


def compose(manifest: Manifest, seen: Sequence[Look]) -> Answer:
    """Classify what the network put out, and lay each photo's part beside the whole."""
    qualities = [look.seen.quality for look in seen]
    outputs = {name: np.stack([look.ran.outputs[name] for look in seen]) for name in seen[0].ran.outputs}
    whole, alone = classify(manifest, outputs, [unusable(quality) for quality in qualities])
    return Answer(
        refusal=whole.refusal,
        heads=whole.heads,
        classes=whole.classes,
        class_id=whole.class_id,
        class_name=whole.class_name,
        confidence=whole.confidence,
        labels=whole.labels,
        quality=max(qualities, key=lambda quality: quality.score),
        photos=tuple(
            PhotoAnswer(index, look.seen, look.seen.quality, opinion.heads, opinion.refusal)
            for index, (look, opinion) in enumerate(zip(seen, alone, strict=True))
        ),
        inference_ms=max(look.ran.ms for look in seen),
        decode_ms=max(look.decode_ms for look in seen),
        queue_ms=max(look.waited_ms for look in seen),
    )
