"""Is this photo good enough to judge a leaf by: sharpness, light, size.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000), which depends on the size at which it is taken:
every photo is judged with its long side reduced to 320 px, close to what a network sees, and never enlarged.
The ends of each scale were set on 6,440 photos of leaves, pets and things with sides of 130 to 384 px: none of them is
refused; of the same photos blurred with a Gaussian of 4 px, at least 97 in 100 of each kind are.
"""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of the scores, and where a photo is warned of or refused."""

    long_side: int = 320
    """Pixels; a longer photo is reduced to this before it is judged."""
    blurred_at: float = 2.7
    sharp_at: float = 300.0
    """Variance of the Laplacian at which sharpness is 0 and 1, logarithmic between them."""
    clipped: tuple[int, int] = (5, 250)
    """Luma at or beyond which a pixel counts as black or white."""
    clipped_share: tuple[float, float] = (0.25, 0.98)
    """Share of such pixels at which exposure begins to fall, and is 0. Leaves are often shown on plain black."""
    luma: tuple[float, float, float, float] = (5.0, 60.0, 200.0, 251.0)
    """Mean luma: exposure is 0 outside the outer two, full between the inner two."""
    short_side: tuple[int, int] = (96, 512)
    """Pixels at which size is 0 and 1, logarithmic between them."""
    refuse_sharpness: float = 0.15
    warn_sharpness: float = 0.4
    warn_exposure: float = 0.5
    warn_short_side: int = 512
    """Pixels, of the photo as it came."""


SCALE: Final = Scale()


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores 0..1, 1 best; `score` is their geometric mean, so 0 if one of them is.

    `raw_sharpness`: variance of the Laplacian at the judged size. `brightness`: mean luma, 0..255.
    """

    sharpness: float
    exposure: float
    size: float
    score: float
    raw_sharpness: float
    brightness: float


def judge(grey: NDArray[np.uint8], short_side: int, scale: Scale = SCALE) -> Quality:
    """Score a photo by its luma (height, width), long side at most `scale.long_side`.

    `short_side` is that of the photo itself, in pixels.
    """
    raw, brightness = laplacian_variance(centre(grey)), float(grey.mean())
    dark, bright = scale.clipped
    share = float(((grey <= dark) | (grey >= bright)).mean())
    sharpness = _rise(log(max(raw, 1e-9)), log(scale.blurred_at), log(scale.sharp_at))
    low, full, full_end, high = scale.luma
    light = min(_rise(brightness, low, full), 1 - _rise(brightness, full_end, high))
    exposure = (1 - _rise(share, *scale.clipped_share)) * light
    size = _rise(log(short_side), log(scale.short_side[0]), log(scale.short_side[1]))
    score = (sharpness * exposure * size) ** (1 / 3)
    return Quality(sharpness, exposure, size, score, raw, brightness)


def unusable(quality: Quality, scale: Scale = SCALE) -> bool:
    """Nobody could judge by it: one score is 0, or it is blurred throughout."""
    return quality.score == 0 or quality.sharpness < scale.refuse_sharpness


def centre(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle 80 % of each side: a sharp border behind a blurred leaf does not count."""
    top, left = grey.shape[0] // 10, grey.shape[1] // 10
    return grey[top : grey.shape[0] - top, left : grey.shape[1] - left]


def laplacian_variance(grey: NDArray[np.uint8]) -> float:
    """Variance of the four-neighbour Laplacian over inner pixels; 0 when there are none."""
    if min(grey.shape) < 3:
        return 0.0
    wide = grey.astype(np.int16)
    inner = wide[1:-1, 1:-1]
    edges = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * inner
    return float(edges.var(dtype=np.float64))


def _rise(value: float, zero: float, one: float) -> float:
    """0 up to `zero`, 1 from `one` on, straight between."""
    return min(1.0, max(0.0, (value - zero) / (one - zero)))
