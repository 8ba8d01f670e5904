"""One photo through a classifier many times, and the picture that comes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from cultivar.vision import explain
from cultivar.vision.decode import PhotoFacts, SeenPhoto, Sight
from cultivar.vision.errors import NotExplainable
from cultivar.vision.geometry import place
from cultivar.vision.runtime.lanes import Lanes
from cultivar.vision.runtime.models import LoadedModel
from cultivar.vision.runtime.pool import DecodePool
from cultivar.vision.runtime.wire import ask_for_heat, ask_to_see, read_sight
from cultivar.vision.tasks.classify import Outputs

GoOn = Callable[[int, int], Awaitable[bool]]
"""Told how many passes are done, and of how many; False ends the work."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The photo with its heat, a PNG, with the photo's own quality; `decisive` as of `explain.Heat`."""

    picture: SeenPhoto
    decisive: bool


async def say_why(
    decoders: DecodePool, lanes: Lanes, model: LoadedModel, data: bytes, class_id: int, go_on: GoOn
) -> Explained | None:
    """See `Engine.explain`. Of the network's lanes one at most is taken, and only for one call at a time."""
    if model.manifest.boxes:
        raise NotExplainable("What was found is outlined: the outlines say where, and there is no more to be shown.")
    reply, _ = await decoders.ask(ask_to_see(data, model.manifest.input), background=True)
    sight = read_sight(reply)
    odds = await _odds(lanes, model, sight, class_id, go_on)
    if odds is None:
        return None
    heat = explain.heat(float(odds[0]), odds[1:])
    source = place(model.manifest.input, sight.facts.width, sight.facts.height).source
    drawn, _ = await decoders.ask(ask_for_heat(data, heat.values, source), background=True)
    (width, height), png = drawn.header["size"], bytes(drawn.body)
    facts = PhotoFacts("png", "image/png", width, height, sha256(png).hexdigest(), 1)
    return Explained(SeenPhoto(facts, sight.quality, png, "image/png"), heat.decisive)


async def _odds(lanes: Lanes, model: LoadedModel, sight: Sight, class_id: int, go_on: GoOn) -> explain.Floats | None:
    """Log-odds of the class for the whole input and for each part hidden, (PASSES,); None where it was ended."""
    network = model.network
    target = place(network.taken, sight.facts.width, sight.facts.height).target

    def read(outputs: Outputs) -> explain.Floats:
        return explain.log_odds(model.manifest, outputs, class_id)

    found = [(await lanes.run(network, sight.pixels[None], read)).read]
    for at in range(0, explain.PARTS, network.most):
        parts = slice(at, at + network.most)
        if not await go_on(1 + at, explain.PASSES):
            return None
        masked = await asyncio.to_thread(explain.hidden, sight.pixels, target, parts)
        found.append((await lanes.run(network, masked, read)).read)
    return np.concatenate(found)
