"""Colour of a surface in a photo: CIELAB, the ground between its spots, what is brown on it, what white the light had.

Shade and light leave a / (L + 16) and b / (L + 16) as they are, since L + 16, a and b all grow with the cube root of
the light (CIE 15:2004). A pixel is therefore compared with the ground after it is lifted to the ground's lightness.
"""

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

WHITE: Final = np.array([0.95047, 1.0, 1.08883], np.float32)
"""XYZ of D65, 2 degrees."""
TO_XYZ: Final = (
    np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    / WHITE[:, None]
).astype(np.float32)
_STEPS = np.arange(256) / 255
LINEAR: Final = np.where(_STEPS <= 0.04045, _STEPS / 12.92, ((_STEPS + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""Light of each sRGB value (IEC 61966-2-1)."""
LEAST_SEEDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Ground:
    """The surface's own colour in CIELAB (D65)."""

    lightness: float
    a: float
    b: float

    @property
    def hue_deg(self) -> float:
        return hue_deg(self.a, self.b)


@dataclass(frozen=True, slots=True)
class Grey:
    """What a grey background says of the light. `gains` of red, green and blue, in linear light, make it neutral.

    `confidence` 0..1; at 0 there is no such background and the gains are 1. `chroma`: of the grey as it was.
    """

    gains: tuple[float, float, float]
    confidence: float
    chroma: float


NO_GREY: Final = Grey((1.0, 1.0, 1.0), 0.0, 0.0)


def lab_of(pixels: Pixels, gains: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Floats:
    """CIELAB (D65) of sRGB (..., 3): L* 0..100, a*, b*."""
    xyz = (LINEAR[pixels] * np.array(gains, np.float32)) @ TO_XYZ.T
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def hue_deg(a: float, b: float) -> float:
    """CIELAB hue angle, 0 <= h < 360: 90 is yellow, 180 green."""
    return degrees(atan2(b, a)) % 360


def lifted(lab: Floats, lightness: float) -> Floats:
    """(..., 2): a* and b* as they would be at this lightness, the surface's own colour kept."""
    tones: Floats = lab[..., 1:] * ((lightness + 16) / (lab[..., :1] + 16))
    return tones


def ground_of(lab: Floats, dark: Mask) -> Ground:
    """Median colour of the more colourful half of the pixels (n, 3) that are not dark.

    Of all of them, where fewer than a fifth are not. n >= 1.
    """
    seeds = lab[~dark] if (~dark).mean() >= LEAST_SEEDS else lab
    strength = np.hypot(seeds[:, 1], seeds[:, 2]) / (seeds[:, 0] + 16)
    lightness, a, b = np.median(seeds[strength >= np.median(strength)], axis=0)
    return Ground(float(lightness), float(a), float(b))


def dark_of(lab: Floats, lightness: float, hue: float, chroma: float) -> Mask:
    """(...): dark pixels that are brown (hue below `hue` degrees or red) or colourless (chroma below `chroma`)."""
    dull = np.hypot(lab[..., 1], lab[..., 2]) < chroma
    brown = np.arctan2(lab[..., 2], lab[..., 1]) < np.radians(hue)
    return np.asarray((lab[..., 0] < lightness) & (brown | dull))


def spotted(lab: Floats, ground: Ground, differs_from: float, darker_by: float) -> Mask:
    """(...): pixels darker than the ground and of another colour, shade left aside."""
    off = lifted(lab, ground.lightness) - np.array([ground.a, ground.b], np.float32)
    far = np.hypot(off[..., 0], off[..., 1]) >= differs_from
    return np.asarray(far & (lab[..., 0] <= ground.lightness - darker_by))


def grey_of(
    pixels: Pixels, *, chroma_to: float, lightness: tuple[float, float], share_from: float, spread_to: float
) -> Grey:
    """What the background's pixels, sRGB (n, 3), say of the light.

    Grey is what has at most this chroma and a lightness within these bounds. Its share must be at least `share_from`
    and the median distance in (a*, b*) from its own middle at most `spread_to`, else there is none.
    """
    lab = lab_of(pixels)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    chosen = (chroma <= chroma_to) & (lab[:, 0] >= lightness[0]) & (lab[:, 0] <= lightness[1])
    share = float(chosen.mean()) if len(pixels) else 0.0
    if not chosen.any() or share < share_from:
        return NO_GREY
    middle = np.median(lab[chosen], axis=0)
    spread = float(np.median(np.hypot(*(lab[chosen, 1:] - middle[1:]).T)))
    if spread > spread_to:
        return NO_GREY
    red, green, blue = (float(part) for part in np.median(LINEAR[pixels[chosen]], axis=0))
    light = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    gains = (light / max(red, 1e-6), light / max(green, 1e-6), light / max(blue, 1e-6))
    return Grey(gains, share * (1 - spread / (2 * spread_to)), hypot(float(middle[1]), float(middle[2])))
