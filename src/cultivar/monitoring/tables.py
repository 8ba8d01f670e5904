"""The roll-ups, what is known of drift, and alerts.

A daily row with an owner counts that person's own; one without counts all people, and like all else names nobody.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice
from cultivar.monitoring.rollups import Source
from cultivar.monitoring.schemas.watching import AlertState, Kind, Severity


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


class DailyConfusion(Base):
    """One day of the wrong answers of one class of a model version that people named as another class."""

    __tablename__ = "daily_confusions"
    __table_args__ = _one_row_each(
        "daily_confusions", "day", "model", "model_version", "class_name", "correct_class_name"
    )

    id: Mapped[Id]
    day: Mapped[date]
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    class_name: Mapped[str] = mapped_column(String(255))
    correct_class_name: Mapped[str] = mapped_column(String(255))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    incorrect: Mapped[int] = mapped_column(default=0)


class Rollup(Base):
    """Sums of one source over `seconds` from `start` on: a model version's answers, requests, or a machine's load."""

    __tablename__ = "rollups"
    __table_args__ = (UniqueConstraint("source", "seconds", "start", "name", "version"),)

    id: Mapped[Id]
    source: Mapped[Source] = mapped_column(choice("source", "model", "requests", "machine"))
    seconds: Mapped[int]
    start: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    tallies: Mapped[dict[str, Any]] = mapped_column(default=dict)
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DriftState(Base):
    """What is kept of the photos of one model version: `drift.State` as JSON."""

    __tablename__ = "drift_states"
    __table_args__ = (UniqueConstraint("model", "model_version"),)

    id: Mapped[Id]
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now)


_open = text("closed_at IS NULL")


class Alert(Base):
    """Something is not as it should be, or was. `key` says what; of each there is one that is not closed."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_open", "key", unique=True, sqlite_where=_open, postgresql_where=_open),
        Index("ix_alerts_closed_at", "closed_at"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(300))
    kind: Mapped[Kind] = mapped_column(choice("kind", "drift", "quality", "errors", "latency", "resources"))
    subject: Mapped[str] = mapped_column(String(64))
    model: Mapped[str | None] = mapped_column(String(64))
    model_version: Mapped[str | None] = mapped_column(String(64))
    machine: Mapped[str | None] = mapped_column(String(64))
    severity: Mapped[Severity] = mapped_column(choice("severity", "warning", "critical"))
    state: Mapped[AlertState] = mapped_column(choice("state", "open", "acknowledged", "resolved"), default="open")
    value: Mapped[float]
    threshold: Mapped[float]
    note: Mapped[str | None] = mapped_column(String(2000))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
