"""What was asked for: the file, the pack, and what the file itself does not say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from cultivar.packs.schemas import Pack
from cultivar.vision.manifest import Input, Tiling

Reading = Literal["yolo", "yolox", "imagenet", "half", "unit", "bytes"]
Resize = Literal["squash", "crop", "letterbox"]
Numbers = tuple[float, float, float]

_UNIT: Final[tuple[Numbers, Numbers]] = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_BYTES: Final[tuple[Numbers, Numbers]] = (0.0, 0.0, 0.0), (1 / 255, 1 / 255, 1 / 255)
NORMALISED: Final[Mapping[Reading, tuple[Numbers, Numbers]]] = {
    "yolo": _UNIT,
    "unit": _UNIT,
    "yolox": _BYTES,
    "bytes": _BYTES,
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Mean and deviation of x / 255, by how the network was fed when it was trained."""


@dataclass(frozen=True, slots=True)
class Order:
    """`labels`: the network's own, where the file does not name them. `renamed`: its labels to the pack's classes; ""
    leaves a label out, and `drop_others` all that no class takes. `reading` and `resize`: how it takes pictures, None
    to be told by the file. `tiling`: of a detector, how it looks at large photos.
    """

    file: Path
    pack: Pack
    out: Path
    version: str | None = None
    trust: bool = False
    labels: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    drop_others: bool = False
    reading: Reading | None = None
    resize: Resize | None = None
    size: int | None = None
    tiling: Tiling | None = None
    architecture: str | None = None
    licence: str | None = None


def input_of(
    name: str, size: tuple[int, int], reading: Reading, resize: Resize | None, *, detector: bool, wide: bool = False
) -> Input:
    """How serving is to feed a network of this (width, height); `wide` takes bytes as they are (NHWC)."""
    fits = resize or ("letterbox" if detector else "crop" if reading == "yolo" else "squash")
    corner = reading == "yolox" and fits == "letterbox"
    mean, std = NORMALISED[reading]
    return Input(
        name=name,
        width=size[0],
        height=size[1],
        dtype="uint8" if wide else "float32",
        channels="bgr" if reading == "yolox" else "rgb",
        resize="letterbox_corner" if corner else fits,
        interpolation="bilinear",
        mean=mean,
        std=std,
    )
