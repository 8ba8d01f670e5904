"""Rows of a detector's output to candidates: boxes with a label and a score, in pixels of the network's input."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.manifest import Boxes, Input

Floats = NDArray[np.float64]
Rows = NDArray[np.float32]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """`boxes`: (n, 4) x1, y1, x2, y2. `scores`: (n,) as the network gives them. `coefficients`: (n, any) of masks."""

    boxes: Floats
    scores: Rows
    labels: Labels
    coefficients: Rows

    def pick(self, which: "NDArray[np.intp] | NDArray[np.bool_]") -> "Candidates":
        return Candidates(self.boxes[which], self.scores[which], self.labels[which], self.coefficients[which])


def candidates(spec: Boxes, taken: Input, output: Rows, least: float) -> Candidates:
    """All boxes of one photo whose score is over `least`, one label each: the first of the best.

    `output` is `spec.output` without the photos' axis. Rows that are no boxes (not finite, turned inside out) are none.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        found = READERS[spec.layout](spec, taken, output, least)
        sides = found.boxes[:, 2:] - found.boxes[:, :2]
        sound = np.isfinite(found.boxes.sum(axis=1)) & (sides.min(axis=1) > 0)
    return found if sound.all() else found.pick(sound)


def layout_shape(spec: Boxes, taken: Input, coefficients: int) -> tuple[int | None, int | None]:
    """What `spec.output` has after the photos' axis; None is free."""
    labels = len(spec.labels)
    return {
        "yolov5": (None, 5 + labels + coefficients),
        "yolov8": (4 + labels + coefficients, None),
        "yolox": (len(_cells(taken.width, taken.height, spec.strides)[0]), 5 + labels + coefficients),
        "end2end": (None, 6 + coefficients),
    }[spec.layout]


def _yolov8(spec: Boxes, _taken: Input, output: Rows, least: float) -> Candidates:
    """https://docs.ultralytics.com/reference/utils/nms/"""
    end = 4 + len(spec.labels)
    likely = np.flatnonzero(output[4:end].max(axis=0) > least)
    rows = output[:, likely].T
    labels = rows[:, 4:end].argmax(axis=1)
    scores = rows[np.arange(len(rows)), 4 + labels]
    return Candidates(_corners(rows[:, :4].astype(np.float64)), scores, labels, rows[:, end:])


def _yolov5(spec: Boxes, _taken: Input, output: Rows, least: float) -> Candidates:
    rows, scores, labels, _ = _objects(spec, output, least)
    return Candidates(_corners(rows[:, :4].astype(np.float64)), scores, labels, rows[:, 5 + len(spec.labels) :])


def _yolox(spec: Boxes, taken: Input, output: Rows, least: float) -> Candidates:
    """Ge et al. 2021, https://arxiv.org/abs/2107.08430; the decoding that its exports leave out."""
    rows, scores, labels, which = _objects(spec, output, least)
    corners, strides = (table[which] for table in _cells(taken.width, taken.height, spec.strides))
    numbers = rows[:, :4].astype(np.float64)
    centred = np.concatenate(((numbers[:, :2] + corners) * strides, np.exp(numbers[:, 2:]) * strides), axis=1)
    return Candidates(_corners(centred), scores, labels, rows[:, 5 + len(spec.labels) :])


def _end2end(spec: Boxes, _taken: Input, output: Rows, least: float) -> Candidates:
    rows = output[(output[:, 4] > least) & (output[:, 5] >= 0) & (output[:, 5] < len(spec.labels))]
    return Candidates(rows[:, :4].astype(np.float64), rows[:, 4], rows[:, 5].astype(np.intp), rows[:, 6:])


READERS: Final[dict[str, Callable[[Boxes, Input, Rows, float], Candidates]]] = {
    "yolov5": _yolov5,
    "yolov8": _yolov8,
    "yolox": _yolox,
    "end2end": _end2end,
}


def _objects(spec: Boxes, output: Rows, least: float) -> tuple[Rows, Rows, Labels, NDArray[np.intp]]:
    """Rows whose objectness times best label is over `least`; their scores, labels and places."""
    likely = np.flatnonzero(output[:, 4] > least)
    of_labels = output[likely, 5 : 5 + len(spec.labels)]
    labels = of_labels.argmax(axis=1)
    scores = of_labels[np.arange(len(likely)), labels] * output[likely, 4]
    sure = scores > least
    which = likely[sure]
    return output[which], scores[sure], labels[sure], which


def _corners(centred: Floats) -> Floats:
    """Centre x, y, width, height to x1, y1, x2, y2."""
    half = centred[:, 2:] / 2
    return np.concatenate((centred[:, :2] - half, centred[:, :2] + half), axis=1)


@lru_cache(maxsize=16)
def _cells(width: int, height: int, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Column and row (n, 2) and stride (n, 1) of every cell, grid by grid, row by row."""
    corners, sizes = [], []
    for stride in strides:
        columns, rows = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        corners.append(np.stack((columns.ravel(), rows.ravel()), axis=1).astype(np.float64))
        sizes.append(np.full((columns.size, 1), float(stride)))
    return np.concatenate(corners), np.concatenate(sizes)
