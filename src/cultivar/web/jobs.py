"""Background jobs, as their owner sees them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import Session
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.queue import JobNotFound
from cultivar.kernel.jobs.tables import Job, JobState
from cultivar.kernel.problems import responses

router = APIRouter(prefix="/jobs", tags=["jobs"])


class JobOut(BaseModel):
    """One piece of background work."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    state: JobState
    done: int = Field(description="Steps done.")
    total: int | None = Field(description="Steps in all; null until it is known.")
    attempts: int
    result: dict[str, Any] | None = Field(description="What came of it, once it is done.")
    error: str | None = Field(description="Why it failed, once it has.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@router.get("/{job_id}", response_model=JobOut, responses=responses(JobNotFound), summary="How far a job is")
async def read_job(job_id: UUID, session: Session, actor: Annotated[Actor, needs("jobs:read")]) -> Job:
    return await queue.get_job(session, actor, job_id)


@router.delete("/{job_id}", response_model=JobOut, responses=responses(JobNotFound), summary="Call a job off")
async def cancel_job(job_id: UUID, session: Session, actor: Annotated[Actor, needs("account")]) -> Job:
    """At once while it waits, at its next safe point while it runs; one that has ended stays as it is."""
    return await queue.cancel(session, actor, job_id)
