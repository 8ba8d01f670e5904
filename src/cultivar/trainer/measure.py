"""Measure an exported model as it will serve: the same decoding, geometry, calibration and refusals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cultivar.trainer.format import Record, Source
from cultivar.vision.answer import Classified
from cultivar.vision.decode import see
from cultivar.vision.manifest import Manifest, RefusalCode
from cultivar.vision.quality import Quality, unusable
from cultivar.vision.tasks.classify import classify

Pixels = NDArray[np.uint8]
BORDER = 8
"""The background-only control sees a frame of one eighth of each side."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo and what the model said. `target` is its class_id, or beyond the classes its reject slot."""

    record: Record
    target: int
    answer: Classified
    quality: Quality
    short_side: int
    border_said: int
    """The class named when only the border is shown, refusals aside."""

    @property
    def said(self) -> int:
        """The class named, -1 if refused."""
        return -1 if self.answer.class_id is None else self.answer.class_id

    @property
    def best(self) -> int:
        """The likeliest class, refused or not."""
        return int(np.argmax(self.answer.classes))

    @property
    def right(self) -> bool:
        return self.said == self.target

    @property
    def confidence(self) -> float:
        return max(self.answer.classes)

    @property
    def refusal(self) -> RefusalCode | None:
        return self.answer.refusal


def measure(
    manifest: Manifest,
    file: Path,
    records: Sequence[Record],
    targets: NDArray[np.int64],
    sources: Mapping[str, Source],
    tick: Callable[[], None] = lambda: None,
) -> list[Seen]:
    """Ask the model in `file` about every record's own bytes, one photo at a time."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def ask(pixels: Pixels, bad: bool) -> Classified:
        rows = session.run(names, {manifest.input.name: pixels[None]})
        return classify(manifest, dict(zip(names, rows, strict=True)), [bad])[0]

    found = []
    for record, target in zip(records, targets.tolist(), strict=True):
        sight = see(sources[record.source].read(record.path), manifest.input)
        answer = ask(sight.pixels, unusable(sight.quality))
        border = ask(border_only(sight.pixels), bad=False)
        short = min(sight.facts.width, sight.facts.height)
        found.append(Seen(record, target, answer, sight.quality, short, int(np.argmax(border.classes))))
        tick()
    return found


def border_only(pixels: Pixels) -> Pixels:
    """The photo with all but its border grey."""
    height, width = pixels.shape[:2]
    hidden = pixels.copy()
    hidden[height // BORDER : height - height // BORDER, width // BORDER : width - width // BORDER] = 128
    return hidden
