"""What feedback tells the others. The facts carry copies of what it is about, so that nobody reads our rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cultivar.predictions.schemas import Verdict as InstanceVerdicts

Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class InstanceSaid:
    """A verdict on one instance, or on one that was missed; see `schemas.InstanceIn`."""

    verdict: InstanceVerdicts
    instance_id: int | None = None
    file_index: int | None = None
    class_id: int | None = None
    class_name: str | None = None
    bbox: Box | None = None
    polygon: tuple[Point, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said: right or wrong, pleased or not, and what it really is."""

    is_correct: bool | None
    satisfied: bool | None
    correct_class_id: int | None
    correct_class_name: str | None


@dataclass(frozen=True, slots=True)
class About:
    """The answer that was spoken of. `owner_id` is None for one that is not stored."""

    feedback_id: UUID
    prediction_id: UUID
    owner_id: UUID | None
    model: str
    model_version: str
    class_name: str | None
    confidence: float | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """The first word about an answer."""

    name: ClassVar[str] = "feedback.given"
    about: About
    said: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackChanged:
    """Another word in its place, of the whole or of single instances; a changed comment or rating alone is no fact."""

    name: ClassVar[str] = "feedback.changed"
    about: About
    before: Verdict
    said: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackWithdrawn:
    """It is taken back: counted no longer, and nothing learns from it."""

    name: ClassVar[str] = "feedback.withdrawn"
    about: About
    before: Verdict
    at: datetime
