"""Prototype masks (Bolya et al. 2019, YOLACT) to outlines.

An instance's mask is where the sum of the prototypes, weighted by its coefficients and interpolated bilinearly, is
over 0 within its box. The outline is traced on that surface itself, so it is smooth to a fraction of a pixel although
prototypes are coarse.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
import shapely
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp
from numpy.typing import NDArray

from cultivar.vision.tasks.layouts import Floats, Rows

TOLERANCE: Final = 0.5
"""Pixels of the network's input by which a simplified outline may stray (Douglas & Peucker 1973)."""


def outlines(prototypes: Rows, coefficients: Rows, boxes: Floats, size: tuple[int, int]) -> list[Floats]:
    """A ring (points, 2) for each box, in pixels of the input, not closed, valid and within its box; the largest part.

    `prototypes`: (coefficients, height, width). `boxes`: (n, 4). `size`: width and height of the input. An empty mask
    gives a ring without points.
    """
    traced = [_trace(prototypes, mix, box, size) for mix, box in zip(coefficients, boxes, strict=True)]
    rings: list[Floats] = [np.zeros((0, 2))] * len(traced)
    whole = [place for place, ring in enumerate(traced) if len(ring)]
    for place, polygon in zip(whole, valid([traced[place] for place in whole]), strict=True):
        rings[place] = shapely.get_coordinates(polygon)[:-1]
    return rings


def valid(rings: Sequence[Floats]) -> list[shapely.Polygon]:
    """Closed rings simplified, without holes; of one that crosses itself the largest part. May be empty."""
    if not rings:
        return []
    owners = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    full = shapely.polygons(shapely.linearrings(np.concatenate(rings), indices=owners))
    simple = shapely.simplify(full, TOLERANCE, preserve_topology=False)
    sound = shapely.is_valid(simple) & ~shapely.is_empty(simple)
    return [some if fine else _largest(whole) for whole, some, fine in zip(full, simple, sound, strict=True)]


def _largest(polygon: shapely.Polygon) -> shapely.Polygon:
    """The largest part of a polygon made valid, without its holes."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(polygon)))
    areas = shapely.area(parts)
    return shapely.Polygon(parts[areas.argmax()].exterior) if areas.any() else shapely.Polygon()


def _trace(prototypes: Rows, mix: Rows, box: Floats, size: tuple[int, int]) -> Floats:
    """The largest closed ring around what is over 0 within the box; without points where nothing is."""
    _, high, wide = prototypes.shape
    x, (left, right, across) = _samples(box[0], box[2], wide, size[0])
    y, (top, bottom, down) = _samples(box[1], box[3], high, size[1])
    # einsum, for a matrix product would wake the threads of BLAS, who are slower than the little they have to do
    surface = np.einsum("c,chw->hw", mix, prototypes[:, top:bottom, left:right])
    heights = _between(_between(surface, down).T, across).T
    # contour_generator() takes three times as long to look over its arguments as this takes to trace
    tracer = SerialContourGenerator(
        np.broadcast_to(x, heights.shape), np.broadcast_to(y[:, None], heights.shape), heights,
        np.zeros(heights.shape, np.bool_), corner_mask=False, line_type=LineType.Separate,
        fill_type=FillType.OuterOffset, quad_as_tri=False, z_interp=ZInterp.Linear,
    )  # fmt: skip
    points, offsets = cast("tuple[list[Floats], list[NDArray[np.uint32]]]", tracer.filled(0.0, np.inf))
    rings = [ring[: ends[1]] for ring, ends in zip(points, offsets, strict=True)]
    return max(rings, key=_area, default=np.zeros((0, 2)))


def _samples(low: float, high: float, cells: int, length: int) -> tuple[Floats, tuple[int, int, Floats]]:
    """Where a side of a box is sampled: at its ends and at the centres of the prototypes' cells between them.

    Beside the places: the first cell needed, the one after the last, and the places counted in cells from the first.
    """
    step = length / cells
    first, last = int(np.floor(low / step + 0.5)), int(np.ceil(high / step - 0.5))
    centres = (np.arange(first, last) + 0.5) * step
    places = np.concatenate(((low,), centres[(centres > low) & (centres < high)], (high,)))
    counted = (places / step - 0.5).clip(0, cells - 1)
    begin, end = int(counted[0]), min(cells, int(counted[-1]) + 2)
    return places, (begin, end, counted - begin)


def _between(values: NDArray[np.floating[Any]], places: Floats) -> Floats:
    """Rows interpolated linearly at `places`."""
    below = places.astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    share = (places - below)[:, None]
    rows: Floats = values[below] * (1 - share) + values[above] * share
    return rows


def _area(ring: Floats) -> float:
    """Of a closed ring (shoelace formula)."""
    x, y = ring.T
    return abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2
