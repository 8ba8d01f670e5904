"""The rows of surveys."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice
from cultivar.surveys.rules import FunctionalRule


class Survey(Base):
    """One walk through one plot."""

    __tablename__ = "surveys"
    __table_args__ = (Index("ix_surveys_owner_plot", "owner_id", "plot", "visited_on"),)

    id: Mapped[Id]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    plot: Mapped[str] = mapped_column(String(100))
    visited_on: Mapped[date]
    cultivar: Mapped[str | None] = mapped_column(String(100))
    growth_phase: Mapped[str | None] = mapped_column(String(100))
    last_treatment_on: Mapped[date | None]
    last_deleafing_on: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(Text)
    functional: Mapped[FunctionalRule] = mapped_column(choice("functional", "share_15", "grade_4"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class SurveyPlant(Base):
    """One plant of it."""

    __tablename__ = "survey_plants"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    leaves_total: Mapped[int | None]


class SurveyLeaf(Base):
    """One leaf of it. What a photo said is copied, so that it outlives the photo's deletion."""

    __tablename__ = "survey_leaves"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "plant"], ["survey_plants.survey_id", "survey_plants.label"], ondelete="CASCADE"
        ),
        CheckConstraint("rank BETWEEN 1 AND 40", name="rank"),
        CheckConstraint("grade BETWEEN 0 AND 6", name="grade"),
        CheckConstraint("area_share BETWEEN 0 AND 1", name="area_share"),
    )

    survey_id: Mapped[UUID] = mapped_column(primary_key=True)
    plant: Mapped[str] = mapped_column(String(40), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[UUID | None] = mapped_column(ForeignKey("predictions.id", ondelete="SET NULL"), index=True)
    grade: Mapped[int | None]
    graded_by: Mapped[str | None] = mapped_column(choice("graded_by", "photo", "person"))
    area_share: Mapped[float | None]
    lesion_stage: Mapped[int | None]
    spotted: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(64))
