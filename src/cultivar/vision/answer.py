"""What the vision part says about the photos of one plant."""

from dataclasses import dataclass

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
class PhotoAnswer:
    """One photo's own part in the answer; refused ones are left out of the pool."""

    index: int
    seen: SeenPhoto
    quality: Quality
    heads: dict[str, HeadAnswer]
    refusal: RefusalCode | None


@dataclass(frozen=True, slots=True)
class Answer(Classified):
    """`quality` is that of the best photo. Times in ms, each of the photo for which it was longest."""

    quality: Quality
    photos: tuple[PhotoAnswer, ...]
    inference_ms: float
    decode_ms: float
    queue_ms: float
