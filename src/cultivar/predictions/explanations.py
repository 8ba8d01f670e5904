"""What is said over the wire of a picture that says why."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from cultivar.kernel.jobs.tables import JobState


class ExplanationJob(BaseModel):
    """The job that makes the picture; the same one as long as it is at work or the picture is there."""

    job_id: UUID
    state: JobState


class ExplanationFault(BaseModel):
    """Why the job failed; ask again to try again."""

    code: str
    detail: str


class ExplanationOut(BaseModel):
    """A picture that says why: the photo with heat where the network could least do without it to name the class.

    It shows what the network used; it does not prove the answer.
    """

    prediction_id: UUID
    job_id: UUID
    state: JobState
    url: str | None = Field(description="Of the picture, a PNG; good for an hour without a header. Null until done.")
    width: int | None
    height: int | None
    method: Literal["occlusion"]
    model: str
    model_version: str = Field(description="The version that answered, asked again.")
    class_id: int
    class_name: str = Field(description="The network's own class; measuring may have refined it in the answer.")
    file_index: int = Field(description="Which photo of several: the first that was not refused.")
    decisive: bool | None = Field(description="False: no single part of the photo decided, and the heat is weak.")
    error: ExplanationFault | None
    created_at: datetime
    finished_at: datetime | None
