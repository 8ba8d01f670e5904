"""Models as the API shows them. A text is a mapping of language to words, one entry for each language asked for."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from cultivar.packs.schemas import Language, Severity
from cultivar.vision.manifest import RefusalCode

Texts = dict[Language, str]
Origin = Literal["shipped", "added"]
State = Literal["ready", "active", "retired"]
Step = Literal["adopted", "activated", "rolled_back"]


class InputOut(BaseModel):
    """What a photo is resized to."""

    width: int
    height: int


class RefusalRuleOut(BaseModel):
    code: RefusalCode
    threshold: float = Field(description="The photo is refused when its score is at or above this.")


class Thresholds(BaseModel):
    min_confidence: float = Field(description="Below it an answer carries the warning `low_confidence`.")
    refusals: list[RefusalRuleOut]


class ModelOut(BaseModel):
    """A model that serves."""

    name: str = Field(description="What `model` takes in a request.")
    version: str
    title: Texts
    description: Texts
    subject: str
    task: str
    classes: int = Field(description="How many answers it can give.")
    input: InputOut
    thresholds: Thresholds
    runtime: str | None = Field(description="What runs it here: `onnxruntime` or `openvino`.")
    size_bytes: int
    sha256: str = Field(description="Of the weights.")
    metrics: dict[str, object] = Field(description="Measured on photos that it was not trained on, by slice.")


class HeadLabelOut(BaseModel):
    label: str
    title: Texts


class HeadOut(BaseModel):
    """One question that the model answers."""

    name: str
    kind: str
    title: Texts
    labels: list[HeadLabelOut]


class RefusalOut(BaseModel):
    message: Texts
    advice: Texts


class LicenceOut(BaseModel):
    weights: str
    doubts: str


class ModelDetail(ModelOut):
    """A model with all that is known of it."""

    heads: list[HeadOut]
    refusals: dict[RefusalCode, RefusalOut]
    safety: Texts | None = Field(description="Shown with every answer.")
    licence: LicenceOut
    data: dict[str, object] = Field(description="What it was trained on.")
    card: str | None = Field(description="The model card, in Markdown.")


class TreatmentsOut(BaseModel):
    """Advice, in the order in which it is given."""

    prevention: Texts
    biological: Texts
    chemical_class: Texts


class LabelOut(BaseModel):
    """One answer that the model can give."""

    class_id: int
    class_name: str
    labels: dict[str, str] = Field(description="What each head says.")
    title: Texts
    description: Texts
    symptoms: Texts | None
    handling: Texts | None = Field(default=None, description="Of fruit: how to store it, and what to do with it next.")
    severity: Severity
    pathogen: str | None
    eppo: list[str] = Field(description="EPPO codes.")
    treatments: TreatmentsOut | None
    sources: list[str]


class VersionOut(BaseModel):
    """One version of a model. It never changes, but for whether it serves."""

    model: str
    version: str
    state: State = Field(description="`ready`: checked, never served; `active`: serves; `retired`: served before.")
    active: bool
    origin: Origin = Field(description="`shipped` with the pack, or `added` by an administrator.")
    sha256: str = Field(description="Of `model.json`, which holds that of the weights.")
    size_bytes: int = Field(description="Of the weights.")
    task: str
    input: InputOut
    licence: LicenceOut
    metrics: dict[str, object] = Field(description="The figures of its manifest, without those of single slices.")
    created: datetime = Field(description="When it was added here.")
    activated: datetime | None = Field(description="When it last became the active one.")
