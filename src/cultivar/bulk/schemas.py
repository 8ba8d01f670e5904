"""What batches take and give over the wire."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from cultivar.bulk import rules
from cultivar.kernel.jobs.tables import JobState
from cultivar.kernel.text import Line
from cultivar.packs.schemas import Language
from cultivar.predictions.schemas import AskParams

Format = Literal["json", "ndjson", "csv"]
Source = Literal["files", "archive", "images"]
ItemState = Literal["waiting", "done", "failed"]


def _address(url: str) -> str:
    if fault := rules.fault_of_address(url):
        raise ValueError(fault)
    return url


def _listed(value: object) -> object:
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


ImageIds = Annotated[list[UUID], BeforeValidator(_listed), Field(max_length=rules.PHOTOS_AT_MOST)]


class BatchParams(AskParams):
    """As of `predict`, and who is told at the end."""

    webhook_url: (
        Annotated[
            Line,
            Field(max_length=2000, description="Where the job is posted to once it has ended; http or https."),
            AfterValidator(_address),
        ]
        | None
    ) = None
    image_ids: (
        Annotated[
            ImageIds,
            Field(description="Stored photos of your own to look at again, instead of files; as JSON, or repeated."),
        ]
        | None
    ) = None


class BatchOut(BaseModel):
    """A job that looks at many photos."""

    job_id: UUID
    state: JobState
    total: int = Field(description="Photos, those that cannot be looked at too.")
    webhook_secret: str | None = Field(
        None, description="With `webhook_url`: what signs the message (Standard Webhooks); the same for all your jobs."
    )


class ItemError(BaseModel):
    """Why a photo has no answer."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One photo of a request: its name, the object it lies in or the stored photo it is, or what is wrong with it."""

    name: str
    image_id: UUID | None = None
    fault: ItemError | None = None

    @property
    def state(self) -> ItemState:
        return "failed" if self.fault else "waiting"


@dataclass(frozen=True, slots=True)
class Request:
    """A batch as it was read off the wire; its photos lie in storage already."""

    job_id: UUID
    source: Source
    params: BatchParams
    sent: list[Sent]
    language: Language = "en"
    key: str | None = None
    content: tuple[bytes, ...] = ()
    """SHA-256 of each thing that was sent, and the parameters."""
