"""What watching gives over the wire: performance, drift, alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cultivar.feedback.schemas import Comment
from cultivar.monitoring.schemas import InferenceMs, Rate

Span = Literal["hour", "day", "week", "month"]
Kind = Literal["drift", "quality", "errors", "latency", "resources"]
Severity = Literal["warning", "critical"]
AlertState = Literal["open", "acknowledged", "resolved"]


class TimesMs(InferenceMs):
    """`n` times in milliseconds; all null where `n` is 0."""

    n: int = 0


class LevelOut(BaseModel):
    """`n` values on an axis from `low` to `high`; `histogram` counts them in twenty bins of one width."""

    n: int = 0
    mean: float | None = None
    max: float | None = None
    low: float = 0.0
    high: float = 1.0
    histogram: list[int] = Field(default_factory=list)


class QualityOut(BaseModel):
    """Scores of the photos, 0..1, 1 best; `poor`: unusable, or warned of for sharpness or light."""

    score: LevelOut
    sharpness: LevelOut
    exposure: LevelOut
    poor: Rate


class InputOut(BaseModel):
    """The photos: mean luma 0..255, log(1 + variance of the Laplacian), log2 of the short side in pixels."""

    brightness: LevelOut
    sharpness: LevelOut
    size: LevelOut


class RequestsOut(BaseModel):
    """All requests of the API but questions about health. An error is a status of 500 or more; `codes` has all."""

    n: int
    errors: Rate
    codes: dict[str, int]
    latency_ms: TimesMs = Field(description="Of predict, from request to last byte.")


class ResourcesOut(BaseModel):
    """Shares in use, of all machines together. `n` counts looks, one a minute and machine; 0 where there is no GPU."""

    cpu: LevelOut
    memory: LevelOut
    disk: LevelOut
    gpu: LevelOut
    gpu_memory: LevelOut


class Metrics(BaseModel):
    """The means at a glance; null where there is nothing to count."""

    avg_inference_time: float | None = Field(description="Seconds.")
    avg_queue_time: float | None = Field(description="Seconds.")
    avg_confidence: float | None
    avg_quality_score: float | None
    error_rate: float | None
    cpu_usage: float | None
    memory_usage: float | None
    gpu_usage: float | None


class Point(Metrics):
    """One step of the window."""

    start: datetime
    predictions: int
    refused: int
    requests: int
    p95_inference_time: float | None = Field(description="Seconds.")


class Performance(BaseModel):
    """How the models and the machines do. `requests` and `resources` are of the whole installation."""

    window: Span
    start: datetime
    end: datetime
    step_s: int = Field(description="Seconds from one point of the series to the next.")
    model: str | None
    model_version: str | None
    metrics: Metrics
    predictions: int
    photos: int
    refused: Rate
    refusals: dict[str, int]
    classes: dict[str, int]
    inference_ms: TimesMs
    queue_ms: TimesMs
    decode_ms: TimesMs
    confidence: LevelOut
    quality: QualityOut
    input: InputOut
    requests: RequestsOut
    resources: ResourcesOut
    series: list[Point] = Field(description="Oldest first, one for each step; at most thirty.")


class ReferenceOut(BaseModel):
    """The same photos against those that the model was measured on when it was made.

    `level`, as commonly read: `stable` below 0.1, `moderate` below 0.25, else `major`. It raises no alert, since every
    place has its own photos; a `major` confidence or class mix says that the figures of the model hold less here.
    """

    psi: float
    n: int
    level: Literal["stable", "moderate", "major"]


class FeatureOut(BaseModel):
    """One feature of the last photos against the baseline. `psi` is without what chance adds; null until compared."""

    psi: float | None
    threshold: float | None = Field(description="What `psi` must exceed, twice in a row.")
    n: int = Field(description="Photos of late that were compared.")
    baseline_n: int
    drifting: bool
    reference: ReferenceOut | None = Field(description="Null where the manifest has no such histogram.")


class DriftOut(BaseModel):
    """The photos of one model version."""

    model: str
    model_version: str
    photos: int = Field(description="In service, since the baseline was begun.")
    baseline_photos: int
    learning: bool = Field(description="Whether the baseline still grows.")
    drifting: bool
    features: dict[str, FeatureOut]
    poor: Rate = Field(description="Unusable photos and those warned of, among the last hundred.")
    updated_at: datetime


class DriftReport(BaseModel):
    """Every model version that has answered."""

    least_psi: float = Field(description="The least index that counts as drift (`CULTIVAR_DRIFT_PSI`).")
    items: list[DriftOut]


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """Which alerts."""

    state: AlertState | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    model: str | None = None


class AlertOut(BaseModel):
    """Something that is not as it should be, or was. `closed_at` is null until it is over."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Kind
    subject: str = Field(description="A feature of drift, or what is too much.")
    model: str | None
    model_version: str | None
    machine: str | None
    severity: Severity
    state: AlertState
    value: float = Field(description="When it was last seen.")
    threshold: float
    note: str | None
    opened_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None


class AlertPatch(BaseModel):
    """What is sent is set; a note of null is taken away."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    state: Literal["acknowledged", "resolved"] | None = None
    note: Comment | None = None
