"""The rows of feedback."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice
from cultivar.predictions.schemas import Verdict


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


class FeedbackInstance(Base):
    """What feedback says now of one instance of the answer, or (`instance_id` None) of one that it missed.

    `file_index` and geometry as in the answer's instances; geometry where it was sent.
    """

    __tablename__ = "feedback_instances"
    __table_args__ = (
        CheckConstraint("(verdict = 'missed') = (instance_id IS NULL)", name="missed_is_no_instance"),
        CheckConstraint("(class_id IS NULL) = (class_name IS NULL)", name="whole_class"),
        CheckConstraint("verdict NOT IN ('wrong_class', 'missed') OR class_id IS NOT NULL", name="class_named"),
        CheckConstraint(
            "verdict NOT IN ('edited', 'missed') OR bbox IS NOT NULL OR polygon IS NOT NULL", name="place_given"
        ),
    )

    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Verdict] = mapped_column(choice("verdict", "right", "false", "wrong_class", "edited", "missed"))
    instance_id: Mapped[int | None]
    file_index: Mapped[int]
    class_id: Mapped[int | None]
    class_name: Mapped[str | None] = mapped_column(String(255))
    bbox: Mapped[list[Any] | None]
    polygon: Mapped[list[Any] | None]


class FeedbackChange(Base):
    """What was said at one time; rows are added, never changed."""

    __tablename__ = "feedback_changes"
    __table_args__ = (Index("ix_feedback_changes_feedback_id", "feedback_id", "id"),)

    id: Mapped[Id]
    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"))
    said: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now)
