"""What datasets gives over the wire."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Source = Literal["original", "feedback", "app", "manual"]
Split = Literal["train", "val", "test", "pending"]


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """Which items are meant; None is any."""

    model: str | None = None
    class_name: str | None = None
    split: Split | None = None
    source: Source | None = None


class ItemInstance(BaseModel):
    """One thing in the picture, in pixels of the upright photo; `unsaid` stands as it was answered."""

    class_id: int
    class_name: str
    bbox: tuple[float, float, float, float]
    polygon: list[tuple[float, float]] | None
    verdict: Literal["right", "wrong_class", "edited", "missed", "unsaid"]


class ItemOut(BaseModel):
    """A picture with its label, waiting to be learned from. It does not say whose it is."""

    item_id: UUID
    model: str
    class_id: int
    class_name: str
    source: Source
    source_id: UUID | None = Field(description="The prediction that was corrected.")
    feedback_id: UUID | None
    split: Split
    instances: list[ItemInstance] | None = Field(
        description="What is in the picture, for detectors; null where nobody corrected single things."
    )
    sha256: str = Field(description="Of the bytes that were received; one item a pack and hash.")
    width: int
    height: int
    quality_score: float = Field(description="0 is worst, 1 is best.")
    sharpness: float
    brightness: float = Field(description="Mean luma, 0 to 255.")
    image_url: str = Field(description="The picture; works for an hour without a header.")
    added_at: datetime
    updated_at: datetime


class ItemData(BaseModel):
    """One item in a person's export."""

    item_id: UUID
    model: str
    class_name: str
    prediction_id: UUID | None
    added_at: datetime
