"""Spots of a mask, each with its size, form and lightness; and how evenly they are spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.measure.regions import parts

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """n connected parts of a mask, each array (n,): pixels, length / width >= 1, mean lightness, x and y of the middle.

    Length and width are those of the ellipse with the same second moments.
    """

    area: Floats
    ratio: Floats
    lightness: Floats
    x: Floats
    y: Floats

    @property
    def diameter(self) -> Floats:
        """Of a disc of the same area."""
        return np.sqrt(4 * self.area / np.pi)


def spots_of(mask: Mask, lightness: NDArray[np.float32], least: float) -> Spots:
    """The connected parts of `mask`, of at least `least` pixels; `lightness` has its shape."""
    labels = parts(mask)[mask] - 1
    rows, columns = np.nonzero(mask)
    area = np.bincount(labels).astype(np.float64)
    means = {name: np.bincount(labels, part) / area for name, part in (("x", columns), ("y", rows))}
    dx, dy = columns - means["x"][labels], rows - means["y"][labels]
    # A pixel is no point: a square of side 1 has variance 1/12.
    xx, yy, xy = (np.bincount(labels, part) / area for part in (dx * dx + 1 / 12, dy * dy + 1 / 12, dx * dy))
    half, root = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    ratio = np.sqrt((half + root) / np.maximum(half - root, 1e-9))
    light = np.bincount(labels, lightness[mask]) / area
    kept = area >= least
    return Spots(area[kept], ratio[kept], light[kept], means["x"][kept], means["y"][kept])


def evenness(along: Floats, weight: Floats, sections: int = 5) -> float:
    """Pielou's evenness of weights over equal sections of 0..1: 1 spread alike over all, 0 all in one, or none."""
    shares = np.bincount((along * sections).astype(int).clip(0, sections - 1), weight, minlength=sections)
    if shares.sum() <= 0:
        return 0.0
    shares = shares[shares > 0] / shares.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(sections)) + 0.0
