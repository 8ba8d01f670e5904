"""The rows of datasets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.datasets.schemas import Source, Split
from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice


class Item(Base):
    """A picture with a label, once a pack and hash: what the first standing correction of it says.

    `instances` is what is in the picture, where somebody said it (`rules.Labelled`), for detectors to learn from.
    `source_id` is the prediction that was corrected. Datasets holds the photos of every standing correction in the name
    of its prediction, whatever becomes of the prediction's own copy.
    """

    __tablename__ = "dataset_items"
    __table_args__ = (
        UniqueConstraint("sha256", "model"),
        Index("ix_dataset_items_model", "model", "class_name", "id"),
        Index("ix_dataset_items_owner_id", "owner_id"),
        Index("ix_dataset_items_photo_id", "photo_id"),
    )

    id: Mapped[Id]
    model: Mapped[str] = mapped_column(String(64))
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    class_id: Mapped[int]
    class_name: Mapped[str] = mapped_column(String(255))
    source: Mapped[Source] = mapped_column(choice("source", "original", "feedback", "app", "manual"))
    instances: Mapped[list[Any] | None]
    source_id: Mapped[UUID | None]
    feedback_id: Mapped[UUID | None]
    split: Mapped[Split] = mapped_column(choice("split", "train", "val", "test", "pending"), default="pending")
    width: Mapped[int]
    height: Mapped[int]
    quality_score: Mapped[float]
    sharpness: Mapped[float]
    brightness: Mapped[float]
    added_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
