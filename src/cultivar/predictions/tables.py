"""The rows of predictions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice
from cultivar.predictions.found import COUNTS
from cultivar.predictions.schemas import Consent

_refusals = ("no_plant", "unknown_crop", "not_in_pack", "unusable_photo")


def _owned(name: str, *columns: str, where: str) -> Index:
    """An index of owned rows alone, in the order of lists."""
    rows = text(f"owner_id IS NOT NULL AND {where}")
    return Index(f"ix_predictions_owner_{name}", "owner_id", *columns, "id", sqlite_where=rows, postgresql_where=rows)


class Prediction(Base):
    """One answer. Without an owner it is a number among numbers: nothing on the row leads back to a person.

    `said` is the answer as it was given (`schemas.Said`) but for its instances, which are rows, and their counts, which
    are columns; `probabilities` those of the network's classes, in their order; `sizes` width and height of each
    upright photo, of kept ones alone.
    `feedback` is a copy of what the owner said of it (`schemas.OwnFeedback`), kept up to date by feedback.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        CheckConstraint("refusal IS NOT NULL OR (class_id IS NOT NULL AND confidence IS NOT NULL)", name="answered"),
        CheckConstraint(
            "owner_id IS NOT NULL OR (latitude IS NULL AND user_location IS NULL AND consent = 'none')",
            name="ownerless_has_no_place",
        ),
        CheckConstraint("(owner_id IS NULL) = (consent = 'none')", name="kept_has_owner"),
        Index("ix_predictions_owner", "owner_id", "id"),
        _owned("class", "class_name", where="class_name IS NOT NULL"),
        _owned("refused", where="refusal IS NOT NULL"),
        _owned("feedback", where="feedback IS NOT NULL"),
        *(_owned(name, name, where=f"{name} IS NOT NULL") for name in COUNTS),
    )

    id: Mapped[Id]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    consent: Mapped[Consent] = mapped_column(choice("consent", "none", "store", "train"))
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    class_id: Mapped[int | None]
    class_name: Mapped[str | None] = mapped_column(String(255))
    confidence: Mapped[float | None]
    refusal: Mapped[str | None] = mapped_column(choice("refusal", *_refusals))
    said: Mapped[dict[str, Any]]
    probabilities: Mapped[list[Any]]
    banana_count: Mapped[int | None]
    not_mature_count: Mapped[int | None]
    mature_count: Mapped[int | None]
    ripe_count: Mapped[int | None]
    over_ripe_count: Mapped[int | None]
    sizes: Mapped[list[Any] | None]
    inference_ms: Mapped[float]
    processing_s: Mapped[float]
    user_location: Mapped[str | None] = mapped_column(String(255))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    feedback: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class PredictionInstance(Base):
    """One thing that an answer found. Of an answer without an owner only what is counted: no place, no outline.

    `bbox` is x1, y1, x2, y2 and `polygon` a list of x, y, in pixels of the upright photo; `measures` is what the pack
    and its classifier say of this one (`found.Measures`, `heads`).
    """

    __tablename__ = "prediction_instances"
    __table_args__ = (CheckConstraint("(bbox IS NULL) = (area_px IS NULL)", name="whole_place"),)

    prediction_id: Mapped[UUID] = mapped_column(ForeignKey("predictions.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_index: Mapped[int]
    class_id: Mapped[int]
    class_name: Mapped[str] = mapped_column(String(255))
    confidence: Mapped[float]
    bbox: Mapped[list[Any] | None]
    polygon: Mapped[list[Any] | None]
    area_px: Mapped[float | None]
    measures: Mapped[dict[str, Any] | None]


class Explanation(Base):
    """What explains an answer: asked for when the row is there, made when `finished_at` says when.

    The picture is a photo that is held for the prediction. `class_id` and `class_name` are the network's own, which
    measuring may have refined in the answer; `decisive` is of `vision.explain.Heat`; `fault` the code of what kept the
    job `job_id` from making it.
    """

    __tablename__ = "explanations"

    prediction_id: Mapped[UUID] = mapped_column(ForeignKey("predictions.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[UUID]
    class_id: Mapped[int]
    class_name: Mapped[str] = mapped_column(String(255))
    file_index: Mapped[int]
    method: Mapped[str] = mapped_column(String(32))
    decisive: Mapped[bool | None]
    fault: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """The answer to a request that carried an Idempotency-Key, for whoever sends the same again within 30 days.

    Both hashes are keyed with the client's own key, which is not stored: the row leads to nobody. The answer is text,
    so that a replay is the same to the byte.
    """

    __tablename__ = "kept_answers"
    __table_args__ = (Index("ix_kept_answers_created_at", "created_at"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    prediction_id: Mapped[UUID] = mapped_column(
        ForeignKey("predictions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"), index=True
    )
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
