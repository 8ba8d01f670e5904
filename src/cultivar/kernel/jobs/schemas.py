"""A job, as its owner sees it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from cultivar.kernel.jobs.tables import JobState


class JobOut(BaseModel):
    """One piece of background work."""

    model_config = ConfigDict(from_attributes=True)

    job_id: UUID = Field(validation_alias=AliasChoices("job_id", "id"))
    kind: str
    state: JobState
    total: int | None = Field(description="Steps in all; null until it is known.")
    done: int = Field(description="Steps done well.")
    failed: int = Field(description="Steps that failed, each by itself; the job goes on.")
    error: str | None = Field(description="Why it failed as a whole, once it has.")
    result: dict[str, Any] | None = Field(description="What came of it, once it is done.")
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
