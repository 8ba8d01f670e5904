"""The roll-ups. A row with an owner counts that person's own; a row without counts all people and names nobody."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.database import Base, Id


def _one_row_each(table: str, *columns: str) -> tuple[Index, Index]:
    """Unique, with NULL as one owner among others."""
    owned, all_people = text("owner_id IS NOT NULL"), text("owner_id IS NULL")
    return (
        Index(f"uq_{table}_owner", "owner_id", *columns, unique=True, sqlite_where=owned, postgresql_where=owned),
        Index(f"uq_{table}_all", *columns, unique=True, sqlite_where=all_people, postgresql_where=all_people),
    )


class DailyModel(Base):
    """One day of one model version. Times are in microseconds; `times` counts them by bucket (`rules.bucket`)."""

    __tablename__ = "daily_models"
    __table_args__ = _one_row_each("daily_models", "day", "model", "model_version")

    id: Mapped[Id]
    day: Mapped[date]
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    predictions: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    feedback: Mapped[int] = mapped_column(default=0)
    correct: Mapped[int] = mapped_column(default=0)
    incorrect: Mapped[int] = mapped_column(default=0)
    satisfied: Mapped[int] = mapped_column(default=0)
    unsatisfied: Mapped[int] = mapped_column(default=0)
    inference_us: Mapped[int] = mapped_column(BigInteger, default=0)
    lowest_us: Mapped[int | None] = mapped_column(BigInteger)
    highest_us: Mapped[int | None] = mapped_column(BigInteger)
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DailyClass(Base):
    """One day of one predicted class of a model version. Confidences are summed in millionths."""

    __tablename__ = "daily_classes"
    __table_args__ = _one_row_each("daily_classes", "day", "model", "model_version", "class_name")

    id: Mapped[Id]
    day: Mapped[date]
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    class_name: Mapped[str] = mapped_column(String(255))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    predictions: Mapped[int] = mapped_column(default=0)
    feedback: Mapped[int] = mapped_column(default=0)
    correct: Mapped[int] = mapped_column(default=0)
    incorrect: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[int] = mapped_column(BigInteger, default=0)
    confidence_correct: Mapped[int] = mapped_column(BigInteger, default=0)
    confidence_incorrect: Mapped[int] = mapped_column(BigInteger, default=0)
