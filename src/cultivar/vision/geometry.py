"""How an upright photo is laid into a network's input."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Resize = Literal["squash", "crop", "letterbox", "letterbox_corner"]
PAD: Final = (114, 114, 114)
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

    source: tuple[float, float, float, float]
    target: tuple[int, int, int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Input pixels per photo pixel, across and down."""
        (x0, y0, x1, y1), (u0, v0, u1, v1) = self.source, self.target
        return (u1 - u0) / (x1 - x0), (v1 - v0) / (y1 - y0)


def place(frame: Frame, width: int, height: int) -> Placement:
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


def spare(frame: Frame, width: int, height: int) -> float:
    """How many times the photo may be reduced, both ways alike, before the frame needs more pixels than are left."""
    return 1 / max(place(frame, width, height).scale)


def fit(photo: Image.Image, frame: Frame) -> NDArray[np.uint8]:
    """The network's input, uint8 (frame.height, frame.width, 3), of an upright RGB photo."""
    placement = place(frame, photo.width, photo.height)
    u0, v0, u1, v1 = placement.target
    seen = photo.resize((u1 - u0, v1 - v0), RESAMPLING[frame.interpolation], box=placement.source)
    if seen.size != (frame.width, frame.height):
        canvas = Image.new("RGB", (frame.width, frame.height), PAD)
        canvas.paste(seen, (u0, v0))
        seen = canvas
    return np.asarray(seen)
