"""Average precision of detections as COCO computes it, in numpy alone.

Detections of a photo, the surest first, each take the free box of their class that they overlap most, if by the
threshold at least; precision is made monotone and read at 101 recalls (Lin et al. 2014; pycocotools' COCOeval with
all areas and 100 detections a photo).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
RECALLS = np.linspace(0, 1, 101)
MOST = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """One photo: boxes (n, 4) of x1, y1, x2, y2 and their classes, given and found; `confidences` of the found."""

    boxes: Floats
    classes: Ints
    found: Floats
    found_classes: Ints
    confidences: Floats


@dataclass(frozen=True, slots=True)
class Hits:
    """One class in one photo: how many boxes there are, and confidence and success of each detection."""

    boxes: int
    confidences: Floats
    right: NDArray[np.bool_]


def ious(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes (n, 4) and (m, 4) -> (n, m)."""
    top = np.maximum(one[:, None, :2], other[None, :, :2])
    low = np.minimum(one[:, None, 2:], other[None, :, 2:])
    both = np.clip(low - top, 0, None).prod(2)
    areas = (one[:, 2:] - one[:, :2]).prod(1)[:, None] + (other[:, 2:] - other[:, :2]).prod(1)[None]
    return np.asarray(both / np.maximum(areas - both, 1e-9))


def hits(photo: Judged, number: int, threshold: float) -> Hits:
    """Match the detections of one class in one photo."""
    boxes = photo.boxes[photo.classes == number]
    mine = np.flatnonzero(photo.found_classes == number)
    mine = mine[np.argsort(-photo.confidences[mine], kind="stable")][:MOST]
    overlaps = ious(photo.found[mine], boxes)
    free = np.ones(len(boxes), bool)
    right = np.zeros(len(mine), bool)
    for place, row in enumerate(overlaps):
        left = np.where(free, row, -1.0)
        if len(left) and left.max() >= threshold:
            free[int(left.argmax())], right[place] = False, True
    return Hits(len(boxes), photo.confidences[mine], right)


def average_precision(photos: Sequence[Hits]) -> float | None:
    """Of one class at one threshold; None if no photo has a box of it."""
    total = sum(photo.boxes for photo in photos)
    if not total:
        return None
    confidences = np.concatenate([photo.confidences for photo in photos])
    right = np.concatenate([photo.right for photo in photos])[np.argsort(-confidences, kind="stable")]
    true, count = np.cumsum(right), np.arange(1, len(right) + 1)
    recall, precision = true / total, true / count
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, RECALLS, side="left")
    return float(np.append(precision, 0.0)[np.minimum(places, len(precision))].mean())


def mean_of_classes(table: Sequence[Sequence[Hits]]) -> float | None:
    """Mean average precision of the classes that have boxes; `table` has a row of photos for each class."""
    found = [value for value in (average_precision(row) for row in table) if value is not None]
    return float(np.mean(found)) if found else None


def precision_figures(photos: Sequence[Judged], names: Sequence[str], seed: int = 0) -> dict[str, object]:
    """`map50` with its interval, `map50_95`, and of each class by name `ap50`, `ap50_95`, `boxes`."""
    at = {t: [[hits(photo, n, t) for photo in photos] for n in range(len(names))] for t in THRESHOLDS}
    each = {t: [average_precision(row) for row in table] for t, table in at.items()}
    means = [value for value in (mean_of_classes(table) for table in at.values()) if value is not None]
    return {
        "map50": mean_of_classes(at[0.5]),
        "map50_interval": bootstrap(at[0.5], seed),
        "map50_95": float(np.mean(means)) if means else None,
        "classes": {
            name: {
                "boxes": int(sum((photo.classes == number).sum() for photo in photos)),
                "ap50": each[0.5][number],
                "ap50_95": _mean([values[number] for values in each.values()]),
            }
            for number, name in enumerate(names)
        },
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def bootstrap(table: Sequence[Sequence[Hits]], seed: int, rounds: int = 300) -> list[float] | None:
    """95 % interval of the mean average precision: percentiles over photos drawn anew (Efron 1979)."""
    rng = np.random.default_rng(seed)
    count = len(table[0]) if table else 0
    values = []
    for _ in range(rounds if count else 0):
        drawn = rng.integers(count, size=count)
        value = mean_of_classes([[row[i] for i in drawn] for row in table])
        if value is not None:
            values.append(value)
    return [float(end) for end in np.percentile(values, (2.5, 97.5))] if values else None


def regrouped(photo: Judged, numbers: Ints, iou_threshold: float) -> Judged:
    """Classes merged: `numbers[class]` is the group's; detections of one group are suppressed once more."""
    groups, order = numbers[photo.found_classes], np.argsort(-photo.confidences, kind="stable")
    kept: list[int] = []
    overlaps = ious(photo.found, photo.found)
    for place in order.tolist():
        if all(groups[place] != groups[other] or overlaps[place, other] <= iou_threshold for other in kept):
            kept.append(place)
    return Judged(photo.boxes, numbers[photo.classes], photo.found[kept], groups[kept], photo.confidences[kept])
