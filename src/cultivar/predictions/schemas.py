"""What predictions takes and gives over the wire."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from cultivar.accounts.schemas import AnyConsent, ConsentChoice
from cultivar.photos.schemas import Held
from cultivar.vision.manifest import RefusalCode

Consent = ConsentChoice
Warn = Literal["low_confidence", "blurred", "poor_light", "small_photo", "user_id_ignored"]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _printable(text: str) -> str:
    if any(
        ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000 for character in text
    ):
        raise ValueError("holds a character that is not text")
    return text


Line = Annotated[str, AfterValidator(_printable)]
"""One line of text; no control characters."""


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
                description="Leaves out weaker `diseases` and `heads.*.top`; never refuses. "
                "Default: the pack's own, for `diseases` alone."
            ),
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


class Result(BaseModel):
    """The class of highest joint probability, among those that exist."""

    class_id: int = Field(description="Its place in `GET models/{pack}/labels`.")
    class_name: str
    confidence: Share = Field(description="Calibrated: of answers at 0.9, nine of ten are right.")
    bbox: None = None


class Refusal(BaseModel):
    """Why there is no result, and what to try next, in the language asked for."""

    code: RefusalCode
    message: str
    advice: str


class LabelScore(BaseModel):
    """A label of one head."""

    label: str
    confidence: Share


class HeadScores(LabelScore):
    """What the answer says of one head, with that head's probability of it, and the head's own ranking.

    Where two classes are close, `top` may begin with another label than the answer's.
    """

    top: list[LabelScore]


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


class Said(BaseModel):
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
    warnings: list[Warn] = []


class _Named(BaseModel):
    success: Literal[True] = True
    prediction_id: UUID
    image_id: UUID | None = Field(description="Of the first photo; null when nothing is stored.")
    model: str
    model_version: str


class Answer(Said, _Named):
    """The answer to `POST predict`."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(examples=[ANSWER_EXAMPLE]))

    inference_time_ms: float = Field(description="The network alone.")
    processing_time: float = Field(description="All of it, in seconds.")
    stored: bool
    feedback_token: str | None = Field(
        description="For an answer that is not stored: the only key to giving feedback on it, for 30 days."
    )


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
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What feedback is about. `owner_id` is None for an answer that is not stored."""

    prediction_id: UUID
    owner_id: UUID | None
    model: str
    model_version: str
    class_id: int | None
    class_name: str | None
    confidence: float | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Trainable:
    """A prediction whose owner consents to training: its pack, and its photos by their place, refused ones left out."""

    model: str
    photos: dict[int, Held]


class PredictionOut(Answer):
    """A kept answer, as it was given, with what was kept of its circumstances."""

    created_at: datetime
    consent: Consent
    user_location: str | None
    latitude: float | None
    longitude: float | None
    feedback: OwnFeedback | None


ANSWER_EXAMPLE: dict[str, Any] = {
    "success": True,
    "prediction_id": "0193f3a0-5c7e-7b11-9a53-3f6a1d2b4c5d",
    "image_id": "0193f3a0-5c7f-7c22-8b64-4a7b2e3c5d6e",
    "model": "plant-health",
    "model_version": "1.0.0",
    "refused": False,
    "refusal": None,
    "result": {"class_id": 29, "class_name": "Tomato___Late_blight", "confidence": 0.92, "bbox": None},
    "plant_type": "Tomato",
    "confidence": 0.98,
    "diseases": [{"name": "Late_blight", "confidence": 0.93}],
    "heads": {
        "plant": {"label": "Tomato", "confidence": 0.98, "top": [{"label": "Tomato", "confidence": 0.98}]},
        "condition": {
            "label": "Late_blight",
            "confidence": 0.93,
            "top": [{"label": "Late_blight", "confidence": 0.93}],
        },
    },
    "quality": {"sharpness": 0.9, "exposure": 0.8, "size": 1.0, "score": 0.9},
    "photos": [],
    "inference_time_ms": 11.9,
    "processing_time": 0.024,
    "stored": True,
    "feedback_token": None,
    "warnings": [],
}
