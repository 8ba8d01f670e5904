"""What predictions takes and gives over the wire."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cultivar.accounts.schemas import AnyConsent, ConsentChoice
from cultivar.kernel.text import Line
from cultivar.packs.schemas import Language, Pack
from cultivar.predictions.examples import CLASSIFIED, DETECTED
from cultivar.predictions.found import Box, Findings, HeadScores, Point, Share
from cultivar.vision.manifest import RefusalCode

Consent = ConsentChoice
Warn = Literal["low_confidence", "blurred", "poor_light", "small_photo", "user_id_ignored"]
Verdict = Literal["right", "false", "wrong_class", "edited", "missed"]


class AskParams(BaseModel):
    """How a photo is to be looked at, and what may be kept of it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    model: (
        Annotated[
            Line, Field(min_length=1, max_length=64, description="A pack's name. Default: `CULTIVAR_DEFAULT_MODEL`.")
        ]
        | None
    ) = None
    min_confidence: (
        Annotated[
            Share,
            Field(
                description="Leaves out weaker `diseases` and `heads.*.top`, and weaker `instances` of a detector: at "
                "least 0.001. Default: the pack's own, for `diseases` and `instances`."
            ),
        ]
        | None
    ) = None
    iou_threshold: (
        Annotated[
            float,
            Field(
                ge=0.1,
                le=1,
                allow_inf_nan=False,
                description="Of two instances of a class that overlap by more, the less sure is dropped.",
            ),
        ]
        | None
    ) = None
    purpose: (
        Annotated[
            Line,
            Field(min_length=1, max_length=64, description="What a grade is for; `grading` of a pack names its own."),
        ]
        | None
    ) = None
    top_k: Annotated[int, Field(ge=1, le=100, description="Labels in `top` of a head that has more than ten.")] = 5
    user_location: Annotated[Line, Field(max_length=255, description="A place in the person's own words.")] | None = (
        None
    )
    latitude: (
        Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="Stored rounded to 0.1°.")] | None
    ) = None
    longitude: (
        Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="Stored rounded to 0.1°.")] | None
    ) = None
    consent: (
        Annotated[
            AnyConsent,
            Field(description="`none`, `store` (`true`), `train`. Default: the account's saved choice."),
        ]
        | None
    ) = None
    return_visualization: Annotated[
        bool,
        Field(description="Have `visualization`: the photo with the answer drawn on it."),
    ] = False
    save_results: Annotated[
        bool,
        Field(
            description="`false`: nothing is stored and nothing counted, whatever the consent; `prediction_id` and "
            "`feedback_token` are null, and an `Idempotency-Key` has nothing to do."
        ),
    ] = True
    user_id: Annotated[Line, Field(max_length=255)] | None = Field(
        default=None,
        description="The token says who asks; this is ignored.",
        json_schema_extra={"deprecated": True},
    )

    @model_validator(mode="after")
    def _a_place_has_two_coordinates(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("`latitude` and `longitude` go together")
        return self


@dataclass(frozen=True, slots=True)
class Wanted:
    """How photos are to be looked at and the answer told; see `AskParams`."""

    pack: Pack
    language: Language = "en"
    min_confidence: float | None = None
    top_k: int = 5
    iou_threshold: float | None = None
    purpose: str | None = None


class Result(BaseModel):
    """The class of highest joint probability, among those that exist; of a detector, that of most instances."""

    class_id: int = Field(description="Its place in `GET models/{pack}/labels`.")
    class_name: str
    confidence: Share = Field(
        description="Calibrated: of answers at 0.9, nine of ten are right. Of a detector: the mean of these instances."
    )
    bbox: Box | None = Field(default=None, description="Of its surest instance: x1, y1, x2, y2; null without any.")


class Refusal(BaseModel):
    """Why there is no result, and what to try next, in the language asked for."""

    code: RefusalCode
    message: str
    advice: str


class Disease(BaseModel):
    """A condition other than healthy."""

    name: str
    confidence: Share


class QualityScores(BaseModel):
    """0 is worst, 1 is best; `score` is the geometric mean of the other three."""

    sharpness: Share
    exposure: Share
    size: Share
    score: Share


class PhotoAnswer(BaseModel):
    """What one of several photos says by itself."""

    file_index: int = Field(description="Its place in the request, from 0.")
    image_id: UUID | None
    quality: QualityScores
    heads: dict[str, HeadScores]
    refused: bool
    refusal: RefusalCode | None = None


class Said(Findings):
    """The part of an answer that is the network's and the pack's: it is stored as it was given."""

    refused: bool = False
    refusal: Refusal | None = None
    result: Result | None = None
    plant_type: str | None = Field(default=None, description="The plant of `result`; `heads.plant.label` is the same.")
    confidence: Share | None = Field(default=None, description="Of `plant_type`; without plants, of `result`.")
    diseases: list[Disease] | None = Field(
        default=None,
        description="The result's own first, then others above `min_confidence`. Empty when healthy; null for packs "
        "that know no diseases.",
    )
    heads: dict[str, HeadScores]
    quality: QualityScores
    photos: list[PhotoAnswer] = Field(default=[], description="Each photo's own answer, when there are several.")
    warnings: list[Warn] = Field(default_factory=list)
    visualization: str | None = Field(
        default=None,
        description="With `return_visualization`: the path of the picture, or a `data:` URL where nothing is stored.",
    )


class _Named(BaseModel):
    success: Literal[True] = True
    prediction_id: UUID | None = Field(description="Null with `save_results=false`.")
    image_id: UUID | None = Field(description="Of the first photo; null when nothing is stored.")
    model: str
    model_version: str


class Answer(Said, _Named):
    """The answer to `POST predict`."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(examples=[CLASSIFIED, DETECTED]))

    inference_time_ms: float = Field(description="The network alone.")
    processing_time: float = Field(description="All of it, in seconds.")
    stored: bool
    feedback_token: str | None = Field(
        description="For an answer that is not stored: the only key to giving feedback on it, for 30 days."
    )


class InstanceVerdict(BaseModel):
    """What a person says of one instance, or of one that was missed. Coordinates as in the answer's `instances`."""

    model_config = ConfigDict(from_attributes=True)

    verdict: Verdict
    instance_id: int | None = None
    file_index: int | None = None
    class_id: int | None = None
    class_name: str | None = None
    bbox: Box | None = None
    polygon: list[Point] | None = None


class OwnFeedback(BaseModel):
    """What the asker said about this answer."""

    model_config = ConfigDict(from_attributes=True)

    feedback_id: UUID
    is_correct: bool | None
    satisfied: bool | None
    correct_class_id: int | None
    correct_class_name: str | None
    comment: str | None
    confidence_rating: int | None
    instances: list[InstanceVerdict] = []
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Thing:
    """An instance of an answer, for those who speak of it. Of an answer that is not stored, its place is not known."""

    instance_id: int
    file_index: int
    class_id: int
    class_name: str
    bbox: Box | None
    polygon: tuple[Point, ...] | None


class KeptAnswer(Answer):
    """A kept answer, as it was given, with what was kept of its circumstances."""

    prediction_id: UUID
    created_at: datetime
    consent: Consent
    user_location: str | None
    latitude: float | None
    longitude: float | None
    feedback: OwnFeedback | None


class PredictionOut(KeptAnswer):
    """A kept answer as its owner sees it."""

    thumb_url: str | None = Field(
        description="A link to the first photo, at most 512 pixels long once that is made: it needs no header, counts "
        "against no limit and ends within the hour. A path is one of this server. Null without a kept photo."
    )
