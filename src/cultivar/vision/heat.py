"""Heat drawn onto the photo that it is about.

The colours are of `plasma` (van der Walt & Smith 2015, CC0): lightness rises with the heat, so that people with any
kind of colour blindness can read it. Lines around the warm and the hot places say it once more.
"""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cultivar.vision import pixels
from cultivar.vision.decode import Limits, small
from cultivar.vision.geometry import Region
from cultivar.vision.metadata.exif import upright_size

LONG_SIDE: Final = 800
RAMP: Final = np.array(
    [(13, 8, 135), (84, 2, 163), (139, 10, 165), (185, 50, 137), (219, 92, 104), (244, 136, 73), (254, 188, 43),
     (240, 249, 33)], np.float32,
)  # fmt: skip
COOL: Final = 0.2
"""Below this share of the heat the photo is left as it is."""
MOST: Final = 0.62
"""Opacity of the hottest place: the photo stays visible there too."""
LEVELS: Final = (0.5, 0.8)
"""A line runs around what is at least as hot."""

Floats = NDArray[np.float32]


def draw(data: bytes, heat: NDArray[np.floating], region: Region, limits: Limits) -> tuple[bytes, tuple[int, int]]:
    """A PNG of the upright photo, its long side at most 800 pixels, with the heat on it; and its width and height.

    `heat`: 0..1 (rows, columns), stretched over `region`, which is in pixels of the upright photo. Nothing is drawn
    outside of it. Raises UnreadableImage.
    """
    photo, stored = small(data, LONG_SIDE, limits)
    width, height = upright_size(stored.width, stored.height, stored.orientation)
    box = _within(region, (photo.width / width, photo.height / height), photo.size)
    picture = np.asarray(photo, np.float32).copy()
    left, top, right, bottom = box
    part = picture[top:bottom, left:right]
    laid = np.asarray(
        Image.fromarray(heat.astype(np.float32)).resize((right - left, bottom - top), Image.Resampling.BICUBIC)
    ).clip(0, 1)
    part += _share(laid)[..., None] * (_colour(laid) - part)
    unit = max(photo.size) / 400
    for level in LEVELS:
        away = _away(laid, level)
        for colour, reach in ((24.0, 1.4 * unit), (255.0, 0.6 * unit)):
            part += (reach + 0.5 - away).clip(0, 1)[..., None] * (colour - part)
    out = io.BytesIO()
    Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(
        out, "PNG", icc_profile=pixels.colour_profile(photo)
    )
    return out.getvalue(), photo.size


def _within(region: Region, share: tuple[float, float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The region in whole pixels of the small photo, at least one each way."""
    left, top = (min(round(at * by), length - 1) for at, by, length in zip(region[:2], share, size, strict=True))
    right, bottom = (round(at * by) for at, by in zip(region[2:], share, strict=True))
    return left, top, min(max(right, left + 1), size[0]), min(max(bottom, top + 1), size[1])


def _colour(heat: Floats) -> Floats:
    at = heat * (len(RAMP) - 1)
    low = np.minimum(at.astype(int), len(RAMP) - 2)
    colour: Floats = RAMP[low] + (at - low)[..., None] * (RAMP[low + 1] - RAMP[low])
    return colour


def _share(heat: Floats) -> Floats:
    """Opacity: none where it is cool, rising smoothly."""
    risen = ((heat - COOL) / (1 - COOL)).clip(0, 1)
    share: Floats = (MOST * risen**0.6).astype(np.float32)
    return share


def _away(heat: Floats, level: float) -> Floats:
    """About how many pixels each place is away from the line of this level."""
    if min(heat.shape) < 2:
        return np.full_like(heat, np.inf)
    steep = np.hypot(*np.gradient(heat))
    away: Floats = (np.abs(heat - level) / np.maximum(steep, 1e-4)).astype(np.float32)
    return away
