"""What predictions tells the others. The facts carry copies, so that nobody has to read our rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhotoLooks:
    """What one photo is like, too coarse to know it again. Scores 0..1, 1 best; luma 0..255; short side in pixels."""

    sharpness: float
    exposure: float
    score: float
    raw_sharpness: float
    brightness: float
    short_side: int


@dataclass(frozen=True, slots=True)
class PredictionMade:
    """An answer was given. `owner_id` is None when nothing may lead back to a person; `class_name` when refused."""

    name: ClassVar[str] = "predictions.made"
    prediction_id: UUID
    owner_id: UUID | None
    model: str
    model_version: str
    class_name: str | None
    confidence: float | None
    refusal: str | None
    inference_ms: float
    at: datetime
    decode_ms: float = 0.0
    queue_ms: float = 0.0
    photos: tuple[PhotoLooks, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictionDeleted:
    """Its owner removed it, with its photos and its feedback. From `has_feedback` on it says what had been counted."""

    name: ClassVar[str] = "predictions.deleted"
    prediction_id: UUID
    owner_id: UUID
    model: str
    model_version: str
    class_name: str | None
    confidence: float | None
    refusal: str | None
    inference_ms: float
    made_at: datetime
    has_feedback: bool
    is_correct: bool | None
    satisfied: bool | None
    correct_class_name: str | None
