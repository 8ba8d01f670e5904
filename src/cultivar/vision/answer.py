"""What the vision part says about the photos of one plant."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.decode import SeenPhoto
from cultivar.vision.manifest import RefusalCode
from cultivar.vision.quality import Quality


@dataclass(frozen=True, slots=True)
class Scored:
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class HeadAnswer:
    """One question's answer; `top` has every label, best first, `label` and `confidence` are its first."""

    label: str
    confidence: float
    top: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one photo, or several pooled, says. `classes` sums to 1 and is in the order of `class_id`."""

    refusal: RefusalCode | None
    heads: dict[str, HeadAnswer]
    classes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Classified(Opinion):
    """An opinion that names its class; refused, the four are empty and `heads` and `classes` stay filled."""

    class_id: int | None
    class_name: str | None
    confidence: float | None
    labels: dict[str, str]
    """What each head says when this class is true."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing found in a photo; coordinates in pixels of the upright photo, to its edges at most.

    `bbox`: x1, y1, x2, y2. `polygon`: its outline, a valid ring of at least three points, not closed; None without a
    mask. `area_px`: of the polygon, or of the box. `heads`: what a classifier says of this one alone, if it was asked.
    """

    instance_id: int
    """Its place among all instances of the answer: photo by photo, the surest first."""
    file_index: int
    class_id: int
    class_name: str
    confidence: float
    bbox: tuple[float, float, float, float]
    polygon: tuple[tuple[float, float], ...] | None
    area_px: float
    heads: dict[str, HeadAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The upright photo, small: RGB uint8 (height, width, 3), `scale` of its pixels to one of the photo's."""

    pixels: NDArray[np.uint8]
    scale: float


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """One photo's own part in the answer; refused ones are left out of the pool.

    `view` is None where the manifest asks for none.
    """

    index: int
    seen: SeenPhoto
    quality: Quality
    heads: dict[str, HeadAnswer]
    refusal: RefusalCode | None
    instances: tuple[Instance, ...] = ()
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Answer(Classified):
    """`quality` is that of the best photo. Times in ms, each of the photo for which it was longest.

    Of a detector, `heads` is empty, `classes` holds each class's share of the instances' summed confidence (all 0
    without any), and the class named is that of most instances, with their mean confidence.
    """

    quality: Quality
    photos: tuple[PhotoAnswer, ...]
    inference_ms: float
    decode_ms: float
    queue_ms: float
    instances: tuple[Instance, ...] = ()
    """Of all photos, those of refused ones too."""
