"""Of boxes that show the same thing, keep one: greedy non-maximum suppression, class by class."""

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.tasks.layouts import Floats, Labels, Rows

Places = NDArray[np.intp]


def suppress(boxes: Floats, scores: Rows, labels: Labels, iou_threshold: float, most: int) -> Places:
    """Places of the boxes kept, the surest first, `most` of them at the most.

    A box is dropped when a surer one of its label overlaps it by an IoU over the threshold; of equals the first is
    the surer. Boxes of different labels never meet: each label is shifted into a region of its own.
    """
    if not len(boxes):
        return np.zeros(0, np.intp)
    order = np.argsort(-scores, kind="stable")
    apart = (labels * (boxes.max() - boxes.min() + 1))[:, None]
    x1, y1, x2, y2 = np.ascontiguousarray((boxes + apart)[order].T)
    areas = (x2 - x1) * (y2 - y1)
    kept: list[np.intp] = []
    rest = np.arange(len(order))
    while rest.size and len(kept) < most:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        shared = _overlap(x1, x2, best, rest) * _overlap(y1, y2, best, rest)
        rest = rest[shared <= iou_threshold * (areas[best] + areas[rest] - shared)]
    return order[kept]


def parts_of_others(
    boxes: Floats, labels: Labels, cut: NDArray[np.bool_], wholes: NDArray[np.bool_], share: float
) -> NDArray[np.bool_]:
    """Which boxes, of those `cut` by the edge of a tile, lie inside a larger one of `wholes` by over `share`.

    Both have one label. Such a part is seen whole elsewhere, and its IoU with the whole may be small.
    """
    parts = np.zeros(len(boxes), np.bool_)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    for one in np.flatnonzero(cut):  # one by one: a table of all pairs could take gigabytes
        larger = boxes[wholes & (labels == labels[one]) & (areas > areas[one])]
        low, high = np.maximum(larger[:, :2], boxes[one, :2]), np.minimum(larger[:, 2:], boxes[one, 2:])
        parts[one] = ((high - low).clip(min=0).prod(axis=1) > share * areas[one]).any()
    return parts


def _overlap(low: Floats, high: Floats, one: np.intp, others: Places) -> Floats:
    length: Floats = np.minimum(high[one], high[others]) - np.maximum(low[one], low[others])
    return np.maximum(length, 0, out=length)
