"""Why a classifier named its class: which parts of the photo it could least do without; pure.

Parts are hidden one after the other, and what that takes from the class, in log-odds, is laid down where the part was
(occlusion, Zeiler & Fergus 2014). A part is hidden behind the same picture out of focus, with a soft edge, so that
neither an edge nor a new colour comes in (Fong & Vedaldi 2017). Parts overlap; each place's own share is what best adds
up to all that was taken (a linear model, as of LIME, Ribeiro et al. 2016, fitted by ridge regression).

It shows what the network used, not that it was right.
"""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cultivar.vision.manifest import Manifest
from cultivar.vision.tasks.classify import Outputs, calibrated, class_scores

METHOD: Final = "occlusion"
SIZES: Final = ((7, 0.09), (3, 0.2))
"""Parts a side, and the standard deviation of each part's bell as a share of the side: fine ones, then coarse ones for
what is too large for those."""
PARTS: Final = sum(count**2 for count, _ in SIZES)
PASSES: Final = PARTS + 1
"""Inputs that the network sees: the whole one, and one for each part."""
BLUR: Final = 1 / 8
"""Radius of the blur behind which a part is hidden, as a share of the shorter side."""
GRID: Final = 32
RIDGE: Final = 0.1
"""Of the mean square of the parts: larger is smoother."""
DECISIVE: Final = 0.25
"""Share of the class's log-odds that one part must take; where none does, the heat stays below 1 and noise does not
glow."""
FAINT: Final = 0.5
"""The same in log-odds, at least: a factor of 1.6."""
_LEAST: Final = 1e-300

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Target = tuple[int, int, int, int]
"""Left, top, right, bottom of the photo within the network's input."""


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """`values`: 0..1, (GRID, GRID), over the photo as it lies in the input.

    `decisive`: some part took enough from the class, and the hottest place is 1.
    """

    values: Floats
    decisive: bool


def windows(width: int, height: int, parts: slice = slice(None)) -> Floats:
    """How far each part is hidden in a picture of this size, 0..1, (parts, height, width)."""
    bells = [
        ((across + 0.5) / count, (down + 0.5) / count, reach)
        for count, reach in SIZES
        for down, across in product(range(count), repeat=2)
    ]
    x, y, reach = np.array(bells[parts]).reshape(-1, 3).T[..., None]
    across, down = ((np.arange(length) + 0.5) / length for length in (width, height))
    rows, columns = (np.exp(-(((at - middle) / reach) ** 2) / 2) for at, middle in ((down, y), (across, x)))
    bent: Floats = rows[:, :, None] * columns[:, None, :]
    return bent


def hidden(pixels: Pixels, target: Target, parts: slice) -> Pixels:
    """The input uint8 (height, width, 3) once for each of these parts, with that part hidden."""
    left, top, right, bottom = target
    photo = pixels[top:bottom, left:right]
    radius = BLUR * min(photo.shape[:2])
    blurred = np.asarray(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(radius)), np.float32)
    share = windows(right - left, bottom - top, parts).astype(np.float32)[..., None]
    copies = np.repeat(pixels[None], len(share), axis=0)
    copies[:, top:bottom, left:right] = (photo + share * (blurred - photo)).round()
    return copies


def log_odds(manifest: Manifest, outputs: Outputs, class_id: int) -> Floats:
    """Of the class against all other classes, (photos,)."""
    shares = class_scores(manifest, calibrated(manifest, outputs))
    others = np.delete(shares, class_id, axis=-1).sum(axis=-1)
    odds: Floats = np.log(np.maximum(shares[..., class_id], _LEAST)) - np.log(np.maximum(others, _LEAST))
    return odds


def heat(whole: float, without: Floats) -> Heat:
    """From the log-odds of the whole photo, and of those with each part hidden, (PARTS,), to where they come from.

    Places without which the class would be surer count as nothing.
    """
    taken = whole - without
    there = windows(GRID, GRID).reshape(PARTS, -1) / GRID**2
    alike = there @ there.T
    shares = there.T @ np.linalg.solve(alike + RIDGE * np.diag(alike).mean() * np.eye(PARTS), taken)
    warm = np.maximum(shares, 0.0).reshape(GRID, GRID)
    strength = max(0.0, float(taken.max())) / max(FAINT, DECISIVE * whole)
    values: Floats = warm / max(float(warm.max()), _LEAST) * min(1.0, strength)
    return Heat(values, strength >= 1)
