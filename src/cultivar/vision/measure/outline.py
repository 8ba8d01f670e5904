"""The shape of an outline, and the picture inside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
Points = Sequence[tuple[float, float]]


ROUGH = 0.02
"""Of the square root of a ring's area: steps of its edge that are smaller are not part of its length."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A ring's shape, lengths in its own units.

    `length` >= `width`: along and across, a bent ring straightened out: the sides of the rectangle that has its area
    and its perimeter. `span`: long side of the smallest turned rectangle around it, which has its middle at `centre`;
    `axis`: unit vector along that side. `solidity`: area over that of the convex hull, 0..1. `simple`: it does not
    cross itself. `parts`: areas that it falls into where it does. A ring without area has 0 of each.
    """

    length: float
    width: float
    span: float
    centre: tuple[float, float]
    axis: tuple[float, float]
    solidity: float
    simple: bool
    parts: int


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A picture cut to an outline and shrunk `step` times: pixels uint8 (height, width, 3), mask of what is inside.

    `corner`: x, y of its top left in the picture.
    """

    pixels: Pixels
    mask: Mask
    corner: tuple[int, int]
    step: int

    def places(self, x: NDArray[np.number], y: NDArray[np.number]) -> NDArray[np.float64]:
        """Places in the picture, (n, 2), of the middles of these columns and rows."""
        return np.column_stack([x, y]).astype(np.float64) * self.step + (np.array(self.corner) + self.step / 2)


def outline_of(ring: Points) -> Outline:
    """The shape of a ring of at least three points, not closed."""
    given = shapely.Polygon(np.asarray(ring, np.float64))
    box = shapely.minimum_rotated_rectangle(given)
    if not isinstance(box, shapely.Polygon):
        return Outline(0.0, 0.0, 0.0, (float(ring[0][0]), float(ring[0][1])), (1.0, 0.0), 0.0, False, 0)
    corners = np.asarray(box.exterior.coords)
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    long = int(lengths.argmax())
    simple = bool(given.is_valid)
    areas = [part.area for part in shapely.get_parts(given if simple else shapely.make_valid(given))]
    area = sum(areas)
    half = given.simplify(ROUGH * sqrt(area), preserve_topology=False).length / 2
    root = sqrt(max(0.0, half**2 - 4 * area))
    return Outline(
        length=(half + root) / 2,
        width=(half - root) / 2,
        span=float(lengths[long]),
        centre=(float(corners[:4, 0].mean()), float(corners[:4, 1].mean())),
        axis=(float(sides[long, 0] / lengths[long]), float(sides[long, 1] / lengths[long])),
        solidity=min(1.0, area / given.convex_hull.area),
        simple=simple,
        parts=sum(one > 0 for one in areas),
    )


def patch_of(pixels: Pixels, ring: Points, rim: float = 0.0, most: int = 5_000) -> Patch | None:
    """The picture, RGB uint8 (height, width, 3), inside a ring in its pixels, but for a rim of this many of them.

    None where the ring is outside the picture. Of a larger picture every second, third ... pixel is taken, so that at
    most about `most` are left in the ring's box; their mean would wash small spots out.
    """
    points = np.asarray(ring, np.float64)
    low = np.maximum(np.floor(points.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int), pixels.shape[1::-1])
    if (high <= low).any():
        return None
    step = max(1, ceil(sqrt(float(np.prod(high - low)) / most)))
    half = step // 2
    small = pixels[low[1] + half : high[1] : step, low[0] + half : high[0] : step]
    mask = filled((points - low) / step, (small.shape[0], small.shape[1]), rim / step)
    return Patch(small, mask, (int(low[0]), int(low[1])), step)


def filled(ring: NDArray[np.float64], shape: tuple[int, int], rim: float = 0.0) -> Mask:
    """(height, width): the pixels inside or on a ring (n, 2) of x and y, (0, 0) the top left corner of the first.

    Without those nearer than `rim` to the ring.
    """
    layer = Image.new("1", (shape[1], shape[0]))
    corners = (ring - 0.5).ravel().tolist()
    ImageDraw.Draw(layer).polygon(corners, fill=1)
    if rim:
        ImageDraw.Draw(layer).line([*corners, *corners[:2]], fill=0, width=round(2 * rim))
    return np.array(layer)
