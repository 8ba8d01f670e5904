"""The rows of work."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice

JobState = Literal["queued", "running", "done", "failed", "cancelled"]

live = text("state IN ('queued', 'running')")


class Job(Base):
    """One piece of work. `payload` holds ids, never content; `lease` is who works on it now, and until when."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("uq_jobs_kind_key", "kind", "key", unique=True, sqlite_where=live, postgresql_where=live),
        Index("ix_jobs_live", "run_after", "kind", sqlite_where=live, postgresql_where=live),
        Index("ix_jobs_owner_id", "owner_id", "id"),
        Index("ix_jobs_finished_at", "finished_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(80))
    key: Mapped[str | None] = mapped_column(String(200))
    owner_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(
        choice("state", "queued", "running", "done", "failed", "cancelled"), default="queued"
    )
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    failed: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(String(2000))
    result: Mapped[dict[str, Any] | None]
    then: Mapped[str | None] = mapped_column(String(80))
    """The kind of the job that its end asks for, whichever end that is."""
    lease: Mapped[UUID | None]
    run_after: Mapped[datetime] = mapped_column(default=now)
    """Not before this moment; while the job runs, the moment its lease ends."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    def follower(self) -> "Job | None":
        """The job that the end of this one asks for; its payload names this one."""
        return Job(kind=self.then, payload={"job_id": str(self.id)}) if self.then else None


class ScheduleRow(Base):
    """A firing of a schedule. Whoever inserts the row makes its job; the primary key lets one win."""

    __tablename__ = "schedules"

    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    job_id: Mapped[UUID]
