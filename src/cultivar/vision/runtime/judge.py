"""One decoded photo through a model's networks, and several such to one answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from PIL import Image

from cultivar.vision.answer import Answer, PhotoAnswer, View
from cultivar.vision.decode import Pixels, SeenPhoto, Sight
from cultivar.vision.geometry import fit, grown, place, place_region, tiles
from cultivar.vision.manifest import Boxes, Finder, Input, Manifest
from cultivar.vision.quality import unusable
from cultivar.vision.runtime.lanes import Lanes
from cultivar.vision.runtime.models import LoadedModel, Network
from cultivar.vision.runtime.sessions import Outputs
from cultivar.vision.tasks.classify import classify
from cultivar.vision.tasks.detect import NOTHING, Found, Looking, find
from cultivar.vision.tasks.instances import Heads, instances, pooled

CROPS: Final = 8
"""Things found that are judged one by one, at the most."""
MARGIN: Final = 0.1
"""Share of its sides that is left around a thing that is judged alone."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the networks said of one photo: `outputs` without the photos' axis, those that are still to be read.

    `heads`: what the classifier says of the things found, one by one, the surest first. Times in ms.
    """

    outputs: Outputs
    ms: float
    waited_ms: float
    found: Found = NOTHING
    heads: tuple[Heads, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A photo that went all the way."""

    seen: SeenPhoto
    view: View | None
    judged: Judged
    decode_ms: float
    waited_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class _Finding:
    spec: Finder
    network: Network
    pixels: Pixels


async def judge(lanes: Lanes, model: LoadedModel, sight: Sight, looking: Looking) -> Judged:
    """Run what the model needs; instances are read in the lanes' threads."""
    if model.manifest.boxes:
        return await _detect(lanes, model, model.manifest.boxes, sight, looking)
    if model.manifest.finder and model.finder and sight.finder is not None:
        finder = _Finding(model.manifest.finder, model.finder, sight.finder)
        return await _find_and_classify(lanes, model, finder, sight, looking)
    ran = await lanes.run(model.network, sight.pixels[None], _first)
    return Judged(ran.read, ran.ms, ran.waited_ms)


def compose(manifest: Manifest, looks: Sequence[Look]) -> Answer:
    """Pool what was seen in the photos of one plant, and lay each photo's part beside the whole."""
    qualities = [look.seen.quality for look in looks]
    bad = [unusable(quality) for quality in qualities]
    outputs = {name: np.stack([look.judged.outputs[name] for look in looks]) for name in looks[0].judged.outputs}
    if manifest.boxes:
        whole, alone = pooled(manifest, [look.judged.found for look in looks], outputs, bad)
    else:
        whole, alone = classify(manifest, outputs, bad)
    photos: list[PhotoAnswer] = []
    names = _names(manifest)
    first = 0
    for index, (look, opinion) in enumerate(zip(looks, alone, strict=True)):
        shown = instances(look.judged.found, names, index, first, look.judged.heads)
        first += len(shown)
        quality = look.seen.quality
        photos.append(PhotoAnswer(index, look.seen, quality, opinion.heads, opinion.refusal, shown, look.view))
    return Answer(
        refusal=whole.refusal,
        heads=whole.heads,
        classes=whole.classes,
        class_id=whole.class_id,
        class_name=whole.class_name,
        confidence=whole.confidence,
        labels=whole.labels,
        quality=max(qualities, key=lambda quality: quality.score),
        photos=tuple(photos),
        inference_ms=max(look.judged.ms for look in looks),
        decode_ms=max(look.decode_ms for look in looks),
        queue_ms=max(look.waited_ms for look in looks),
        instances=tuple(instance for photo in photos for instance in photo.instances),
    )


def view_of(sight: Sight) -> View | None:
    return None if sight.view is None else View(sight.view, sight.view.shape[1] / sight.facts.width)


def _names(manifest: Manifest) -> tuple[str, ...]:
    spec = manifest.boxes or (manifest.finder and manifest.finder.boxes)
    return spec.labels if spec else ()


async def _detect(lanes: Lanes, model: LoadedModel, spec: Boxes, sight: Sight, looking: Looking) -> Judged:
    taken, facts = model.manifest.input, sight.facts
    placements = [place(taken, facts.width, facts.height)]
    pixels = sight.pixels[None]
    if sight.tiles is not None:
        cut = tiles(facts.width, facts.height, model.manifest.tiling)
        placements += [place_region(taken, region) for region in cut]
        pixels = np.concatenate((pixels, sight.tiles))
    rules = [rule.output for rule in model.manifest.refusals if rule.output]

    def read(outputs: Outputs) -> tuple[Outputs, Found]:
        return {name: outputs[name][0] for name in rules}, find(spec, taken, placements, outputs, looking)

    ran = await lanes.run(model.network, pixels, read)
    return Judged(ran.read[0], ran.ms, ran.waited_ms, ran.read[1])


async def _find_and_classify(
    lanes: Lanes, model: LoadedModel, finder: _Finding, sight: Sight, looking: Looking
) -> Judged:
    """The whole photo and, beside it, what is found in it; several things are then judged one by one."""

    def read(outputs: Outputs) -> tuple[Found, Pixels | None]:
        placement = place(finder.spec.input, sight.facts.width, sight.facts.height)
        found = find(finder.spec.boxes, finder.spec.input, [placement], outputs, looking)
        return found, crops(model.manifest.input, sight, found) if len(found) > 1 else None

    whole, seen = await asyncio.gather(
        lanes.run(model.network, sight.pixels[None], _first),
        lanes.run(finder.network, finder.pixels[None], read),
    )
    found, cut = seen.read
    ms, waited_ms = max(whole.ms, seen.ms), max(whole.waited_ms, seen.waited_ms)
    if cut is None:
        return Judged(whole.read, ms, waited_ms, found)
    each = await lanes.run(model.network, cut, partial(_heads, model.manifest))
    return Judged(whole.read, ms + each.ms, waited_ms + each.waited_ms, found, each.read)


def crops(taken: Input, sight: Sight, found: Found) -> Pixels | None:
    """The surest things found, each as an input (n, height, width, 3) of its own, cut from the view."""
    if sight.view is None:
        return None
    view, (width, height) = Image.fromarray(sight.view), (sight.facts.width, sight.facts.height)
    share = view.width / width, view.height / height
    around = [grown((x1, y1, x2, y2), MARGIN, width, height) for x1, y1, x2, y2 in found.boxes[:CROPS].tolist()]
    return np.stack([fit(view, taken, place_region(taken, region).of(share)) for region in around])


def _heads(manifest: Manifest, outputs: Outputs) -> tuple[Heads, ...]:
    photos = len(next(iter(outputs.values())))
    return tuple(opinion.heads for opinion in classify(manifest, outputs, [False] * photos)[1])


def _first(outputs: Outputs) -> Outputs:
    return {name: rows[0] for name, rows in outputs.items()}
