"""Cut a leaf from a plain background, so that it can be put before another one."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
SIDE = 96


def cut_leaf(pixels: Pixels) -> Pixels | None:
    """Mask (96, 96) of the leaf, 0 or 255, or None where background and leaf cannot be told apart.

    Distance of each pixel to the colour of the border (brightness counts less, for shadows), split by Otsu's
    threshold; holes are filled. Kept only if it is one plausible leaf inside a calm frame.
    """
    small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX)
    colour = np.asarray(small.convert("YCbCr"), np.float32) * np.array((0.45, 1.6, 1.6), np.float32)
    frame = np.ones((SIDE, SIDE), bool)
    frame[4:-4, 4:-4] = False
    distance = np.linalg.norm(colour - np.median(colour[frame], axis=0), axis=2)
    limit = max(_otsu(distance), 10.0)
    rough = Image.fromarray(np.where(distance > limit, 255, 0).astype(np.uint8))
    mask = _fill_holes(rough.filter(ImageFilter.MedianFilter(5)))
    inside = mask > 0
    if not 0.12 < inside.mean() < 0.85 or inside[frame].mean() > 0.3:
        return None
    if distance[inside].mean() < 3 * distance[~inside].mean():
        return None
    return mask


def _otsu(values: NDArray[np.float32]) -> float:
    """The threshold with the largest variance between the two sides (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=64)
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
    return float(edges[1 + int(np.nanargmax(np.where(above > 0, below * above * gap**2, 0)))])


def _fill_holes(mask: Image.Image) -> Pixels:
    wide = Image.new("L", (SIDE + 2, SIDE + 2), 0)
    wide.paste(mask, (1, 1))
    ImageDraw.floodfill(wide, (0, 0), 128)
    filled = np.asarray(wide)[1:-1, 1:-1]
    return np.where(filled == 128, 0, 255).astype(np.uint8)
