"""Regions of a mask, by NumPy alone: connected parts, holes, hulls."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]


def parts(mask: Mask) -> Labels:
    """(height, width): 0 outside, 1..n in the connected parts (neighbours share a side), in order of reading."""
    edge = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (row, start), (_, stop) = np.nonzero(edge == 1), np.nonzero(edge == -1)
    root = _joined(len(row), *_touching(row, start, stop, mask.shape[0]))
    numbers = np.unique(root, return_inverse=True)[1] + 1
    steps = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int64)
    steps[row, start] += numbers
    np.subtract.at(steps, (row, stop), numbers)
    return np.asarray(steps.cumsum(axis=1)[:, :-1])


def _touching(row: Labels, start: Labels, stop: Labels, height: int) -> tuple[Labels, Labels]:
    """Pairs of runs in neighbouring rows that share a column."""
    width = int(stop.max(initial=0)) + 1
    low, high = row * width + start, row * width + stop
    first = np.searchsorted(high, low - width, side="right")
    after = np.searchsorted(low, high - width, side="left")
    count = np.where(row > 0, np.maximum(after - first, 0), 0)
    below = np.repeat(np.arange(len(row)), count)
    above = np.arange(len(below)) - np.repeat(count.cumsum() - count, count) + np.repeat(first, count)
    return above, below


def _joined(count: int, one: Labels, other: Labels) -> Labels:
    """For each of `count` runs the smallest run that it hangs together with."""
    root = np.arange(count)
    while True:
        least = np.minimum(root[one], root[other])
        new = root.copy()
        np.minimum.at(new, root[one], least)
        np.minimum.at(new, root[other], least)
        new = new[new]
        while not np.array_equal(new, new[new]):
            new = new[new]
        if np.array_equal(new, root):
            return root
        root = new


def largest(mask: Mask) -> Mask:
    """The part with most pixels; nothing of an empty mask."""
    labels = parts(mask)
    sizes = np.bincount(labels.ravel())[1:]
    return labels == int(sizes.argmax()) + 1 if sizes.size else mask


def without_holes(mask: Mask) -> Mask:
    """With all that it encloses."""
    labels = parts(np.pad(~mask, 1, constant_values=True))
    return np.asarray(labels != labels[0, 0])[1:-1, 1:-1]


def closed(mask: Mask, radius: int) -> Mask:
    """Gaps narrower than twice the radius closed (a square's closing)."""
    return ~grown(~grown(np.pad(mask, radius), radius), radius)[radius:-radius, radius:-radius] if radius else mask


def grown(mask: Mask, radius: int) -> Mask:
    """Every pixel within `radius` of the mask, by rows and columns."""
    for axis in (0, 1):
        sums = np.cumsum(np.pad(mask, [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)]), axis=axis)
        size = mask.shape[axis]
        ahead = np.take(sums, np.arange(2 * radius + 1, 2 * radius + 1 + size), axis=axis)
        mask = np.asarray(ahead > np.take(sums, np.arange(size), axis=axis))
    return mask


def hull(mask: Mask) -> Mask:
    """The convex hull, filled; nothing of an empty mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return mask
    left = mask[rows].argmax(axis=1)
    right = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    upper, lower = _chain(list(zip(left, rows, strict=True))), _chain(list(zip(-right, rows, strict=True)))
    ring = [*upper, *((-x, y) for x, y in reversed(lower))]
    layer = Image.new("1", mask.shape[::-1])
    ImageDraw.Draw(layer).polygon([(int(x), int(y)) for x, y in ring], fill=1, outline=1)
    return np.asarray(layer) | mask


def _chain(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The outer chain of points sorted by y, seen from small x."""
    chain: list[tuple[int, int]] = []
    for x, y in points:
        while len(chain) > 1 and _inside(chain[-2], chain[-1], (x, y)):
            chain.pop()
        chain.append((x, y))
    return chain


def _inside(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> bool:
    return (two[0] - one[0]) * (three[1] - one[1]) >= (three[0] - one[0]) * (two[1] - one[1])
