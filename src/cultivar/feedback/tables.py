"""The rows of feedback."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id


class Feedback(Base):
    """What the one who asked says of an answer: one row a prediction. Without an owner, its token opened it."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("is_correct IS NOT NULL OR satisfied IS NOT NULL", name="something_said"),
        CheckConstraint("confidence_rating BETWEEN 1 AND 5", name="confidence_rating"),
        CheckConstraint("(correct_class_id IS NULL) = (correct_class_name IS NULL)", name="whole_class"),
        Index("ix_feedback_owner_id", "owner_id", "id"),
    )

    id: Mapped[Id]
    prediction_id: Mapped[UUID] = mapped_column(ForeignKey("predictions.id", ondelete="CASCADE"), unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    is_correct: Mapped[bool | None]
    satisfied: Mapped[bool | None]
    correct_class_id: Mapped[int | None]
    correct_class_name: Mapped[str | None] = mapped_column(String(255))
    comment: Mapped[str | None] = mapped_column(Text)
    confidence_rating: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackChange(Base):
    """What was said at one time; rows are added, never changed."""

    __tablename__ = "feedback_changes"
    __table_args__ = (Index("ix_feedback_changes_feedback_id", "feedback_id", "id"),)

    id: Mapped[Id]
    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"))
    said: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now)
