"""Measure an exported detector as it will serve: the same decoding, suppression, calibration and outlines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cultivar.trainer.detect.boxes import Boxed
from cultivar.trainer.detect.outline import overlap
from cultivar.trainer.detect.precision import Floats, Judged, ious
from cultivar.trainer.detect.scene import Scene
from cultivar.vision.decode import see
from cultivar.vision.geometry import fit, place
from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.quality import Quality
from cultivar.vision.tasks.detect import Found, Looking, find

EVERYTHING = Looking(min_confidence=0.002)
"""Average precision wants the whole list, not what is shown."""
MATCHED = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo of val: what is there, and everything that was found, in pixels of the photo."""

    photo: Boxed
    judged: Judged
    rings: tuple[Floats, ...] | None
    quality: Quality
    short_side: int


class Looker:
    """An exported detector, asked one photo at a time."""

    def __init__(self, file: Path, taken: Input, boxes: Boxes) -> None:
        self.session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        self.names = [output.name for output in self.session.get_outputs()]
        self.file, self.taken, self.boxes = file, taken, boxes

    def with_boxes(self, boxes: Boxes) -> Self:
        """The same network, read otherwise."""
        return type(self)(self.file, self.taken, boxes)

    def found(self, pixels: NDArray[np.uint8], width: int, height: int, looking: Looking = EVERYTHING) -> Found:
        """`pixels` as the input takes them; `width` and `height` of the photo."""
        rows = self.session.run(self.names, {self.taken.name: pixels[None]})
        outputs = dict(zip(self.names, rows, strict=True))
        return find(self.boxes, self.taken, [place(self.taken, width, height)], outputs, looking)

    def in_picture(self, pixels: NDArray[np.uint8], looking: Looking = EVERYTHING) -> Found:
        """Of an upright RGB picture of any size."""
        image = Image.fromarray(pixels)
        return self.found(fit(image, self.taken), image.width, image.height, looking)


def measure(
    looker: Looker,
    photos: Iterable[Boxed],
    read: Callable[[Boxed], bytes],
    tick: Callable[[], None] = lambda: None,
) -> list[Seen]:
    """Ask about every photo's own bytes."""
    answers = []
    for photo in photos:
        sight = see(read(photo), looker.taken)
        width, height = sight.facts.width, sight.facts.height
        found = looker.found(sight.pixels, width, height)
        boxes = photo.boxes.astype(np.float64) * np.array([width, height, width, height])
        judged = Judged(boxes, photo.classes, found.boxes, found.labels.astype(np.int64), found.confidences)
        answers.append(Seen(photo, judged, found.rings, sight.quality, min(width, height)))
        tick()
    return answers


@dataclass(frozen=True, slots=True)
class MaskFit:
    """How outlines fit: of `boxes` things that are there, those found, each with its agreement 0..1."""

    boxes: int
    agreements: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "boxes": self.boxes,
            "matched": len(self.agreements) / self.boxes if self.boxes else None,
            "median": float(np.median(self.agreements)) if self.agreements else None,
            "mean": float(np.mean(self.agreements)) if self.agreements else None,
            "tenth": float(np.quantile(self.agreements, 0.1)) if self.agreements else None,
        }


def outline_boxes(seen: Sequence[Seen], least: float) -> MaskFit:
    """Over given boxes that a found one matches at 0.5, whatever its class: IoU of the outline's own box and the given.

    `least`: calibrated confidence from which on something is found.
    """
    agreements: list[float] = []
    for one in seen:
        if one.rings is None:
            continue
        sure = np.flatnonzero(one.judged.confidences > least)
        for given, found in pairs(one.judged.boxes, one.judged.found[sure]):
            ring = one.rings[int(sure[found])]
            own = np.concatenate([ring.min(0), ring.max(0)])
            agreements.append(overlap(own.astype(np.float32), one.judged.boxes[given].astype(np.float32)))
    return MaskFit(sum(len(one.judged.boxes) for one in seen), tuple(agreements))


def pairs(given: Floats, found: Floats) -> list[tuple[int, int]]:
    """Given and found boxes that belong together at 0.5, the best overlaps first, each at most once."""
    table = ious(given, found)
    chosen: list[tuple[int, int]] = []
    while table.size and table.max() >= MATCHED:
        row, column = np.unravel_index(int(table.argmax()), table.shape)
        chosen.append((int(row), int(column)))
        table[row], table[:, column] = -1, -1
    return chosen


def drawn_masks(looker: Looker, scenes: Iterable[Scene], least: float) -> MaskFit:
    """Over drawn things that a found box matches at 0.5: IoU of outline and exact mask, in pixels of the drawing."""
    agreements: list[float] = []
    count = 0
    for scene in scenes:
        found = looker.in_picture(scene.pixels, Looking(min_confidence=least))
        count += len(scene.boxes)
        for given, match in pairs(scene.boxes.astype(np.float64), found.boxes):
            if found.rings is not None:
                mask = filled(found.rings[match], scene.size)
                exact = scene.owner == given + 1
                agreements.append(float((mask & exact).sum() / max(1, (mask | exact).sum())))
    return MaskFit(count, tuple(agreements))


def filled(ring: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels (height, width) whose centres lie within an outline."""
    canvas = Image.new("1", (size[1], size[0]))
    ImageDraw.Draw(canvas).polygon([(float(x) - 0.5, float(y) - 0.5) for x, y in ring], fill=1)
    return np.asarray(canvas)
