"""How an upright photo, or a region of it, is laid into a network's input, and the way back."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Resize = Literal["squash", "crop", "letterbox", "letterbox_corner"]
PAD: Final = (114, 114, 114)
Floats = NDArray[np.float64]
Region = tuple[float, float, float, float]
"""Left, top, right, bottom."""
RESAMPLING: Final = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class Frame(Protocol):
    """The part of a manifest's input that says where pixels go; `manifest.Input` is one."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def resize(self) -> Resize: ...
    @property
    def crop_share(self) -> float: ...
    @property
    def interpolation(self) -> Literal["bilinear", "bicubic"]: ...


class Tiles(Protocol):
    """How a large photo is cut; `manifest.Tiling` is one."""

    @property
    def over_px(self) -> int: ...
    @property
    def overlap(self) -> float: ...


@dataclass(frozen=True, slots=True)
class PlainTiles:
    """Tiles without the rest of a manifest."""

    over_px: int
    overlap: float


@dataclass(frozen=True, slots=True)
class PlainFrame:
    """A Frame without the rest of a manifest."""

    width: int
    height: int
    resize: Resize = "squash"
    crop_share: float = 1.0
    interpolation: Literal["bilinear", "bicubic"] = "bicubic"


@dataclass(frozen=True, slots=True)
class Placement:
    """The rectangle of the photo that is seen, and the rectangle of the input that it fills.

    `source`: left, top, right, bottom in photo pixels, may be fractional. `target`: the same in input pixels, whole.
    """

    source: Region
    target: tuple[int, int, int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Input pixels per photo pixel, across and down."""
        (x0, y0, x1, y1), (u0, v0, u1, v1) = self.source, self.target
        return (u1 - u0) / (x1 - x0), (v1 - v0) / (y1 - y0)

    def back(self, points: Floats) -> Floats:
        """Points (..., 2) of the input in pixels of the photo; those in the padding come to lie outside the source."""
        photo: Floats = (points - self.target[:2]) / self.scale + self.source[:2]
        return photo

    def of(self, share: tuple[float, float]) -> "Placement":
        """The same for a copy of the photo that is `share` as wide and as high."""
        left, top, right, bottom = self.source
        return replace(self, source=(left * share[0], top * share[1], right * share[0], bottom * share[1]))


def place_region(frame: Frame, region: Region) -> Placement:
    """Lay a region of a photo into the frame, as if it were a photo of its own."""
    left, top, right, bottom = region
    alone = place(frame, right - left, bottom - top)
    x0, y0, x1, y1 = alone.source
    return replace(alone, source=(x0 + left, y0 + top, x1 + left, y1 + top))


def tiles(width: int, height: int, cut: Tiles | None) -> tuple[Region, ...]:
    """Squares of `over_px` that cover the photo and overlap by at least what is asked; none if it is no larger."""
    if cut is None or max(width, height) <= cut.over_px:
        return ()
    across, down = (_starts(length, cut) for length in (width, height))
    side = cut.over_px
    return tuple((x, y, min(x + side, width), min(y + side, height)) for y in down for x in across)


def _starts(length: int, cut: Tiles) -> list[int]:
    rest = length - cut.over_px
    if rest <= 0:
        return [0]
    steps = ceil(rest / (cut.over_px * (1 - cut.overlap)))
    return [round(rest * step / steps) for step in range(steps + 1)]


def grown(box: Region, share: float, width: float, height: float) -> Region:
    """A box made larger by `share` of its sides at each edge, within width x height."""
    x1, y1, x2, y2 = box
    more, higher = (x2 - x1) * share, (y2 - y1) * share
    return max(0.0, x1 - more), max(0.0, y1 - higher), min(width, x2 + more), min(height, y2 + higher)


def place(frame: Frame, width: float, height: float) -> Placement:
    """Lay a photo of width x height (>= 1) into the frame; see `manifest.Input` for the ways."""
    if frame.resize == "squash":
        return Placement((0, 0, width, height), (0, 0, frame.width, frame.height))
    if frame.resize == "crop":
        scale = max(frame.width / width, frame.height / height) / frame.crop_share
        wide, high = min(width, frame.width / scale), min(height, frame.height / scale)
        left, top = (width - wide) / 2, (height - high) / 2
        return Placement((left, top, left + wide, top + high), (0, 0, frame.width, frame.height))
    scale = min(frame.width / width, frame.height / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    rest = (0, 0) if frame.resize == "letterbox_corner" else (frame.width - wide, frame.height - high)
    left, top = rest[0] // 2, rest[1] // 2
    return Placement((0, 0, width, height), (left, top, left + wide, top + high))


def spare(frame: Frame, width: float, height: float) -> float:
    """How many times the photo may be reduced, both ways alike, before the frame needs more pixels than are left."""
    return 1 / max(place(frame, width, height).scale)


def fit(photo: Image.Image, frame: Frame, placement: Placement | None = None) -> NDArray[np.uint8]:
    """The network's input, uint8 (frame.height, frame.width, 3), of an upright RGB photo, or of what is placed of it.

    `placement` is in pixels of this very picture.
    """
    laid = placement or place(frame, photo.width, photo.height)
    (left, top, right, bottom), (u0, v0, u1, v1) = laid.source, laid.target
    box = (left, top, min(right, photo.width), min(bottom, photo.height))
    seen = photo.resize((u1 - u0, v1 - v0), RESAMPLING[frame.interpolation], box=box)
    if seen.size != (frame.width, frame.height):
        canvas = Image.new("RGB", (frame.width, frame.height), PAD)
        canvas.paste(seen, (u0, v0))
        seen = canvas
    return np.asarray(seen)
