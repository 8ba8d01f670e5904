"""What feedback takes and gives over the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from cultivar.kernel.text import Line
from cultivar.predictions.schemas import OwnFeedback, Verdict


def _prose(text: str) -> str:
    if any(
        (ord(character) < 32 and character not in "\n\r\t") or 0xD800 <= ord(character) < 0xE000 for character in text
    ):
        raise ValueError("holds a character that is not text")
    return text


ClassName = Annotated[Line, Field(min_length=1, max_length=255, examples=["Tomato___Early_blight"])]
ClassId = Annotated[StrictInt, Field(ge=0, le=100_000)]
Comment = Annotated[str, Field(max_length=2000), AfterValidator(_prose)]
Rating = Annotated[StrictInt, Field(ge=1, le=5, description="How sure the person is, from 1 to 5.")]


Pixel = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
ALLOWED: dict[Verdict, set[str]] = {
    "right": set(),
    "false": set(),
    "wrong_class": {"class_name"},
    "edited": {"class_name", "bbox", "polygon"},
    "missed": {"class_name", "bbox", "polygon", "file_index"},
}
"""What may stand beside a verdict and its `instance_id`."""


class InstanceIn(BaseModel):
    """What is said of one instance; coordinates in pixels of the upright photo, as in the answer.

    `right`; `false`: there is nothing; `wrong_class`: with the right `class_name`; `edited`: with the right `bbox` or
    `polygon`, and `class_name` if that is wrong too; `missed`: one that the answer has not, with all of these but
    `instance_id`, and `file_index` for another photo than the first.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    verdict: Verdict
    instance_id: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
    file_index: Annotated[StrictInt, Field(ge=0, le=4)] | None = None
    class_name: ClassName | None = None
    bbox: tuple[Pixel, Pixel, Pixel, Pixel] | None = Field(default=None, description="x1, y1, x2, y2.")
    polygon: Annotated[list[tuple[Pixel, Pixel]], Field(min_length=3, max_length=500)] | None = None

    @model_validator(mode="after")
    def _verdict_has_its_parts(self) -> Self:
        if (self.instance_id is None) != (self.verdict == "missed"):
            raise ValueError("`instance_id` goes with every verdict but `missed`")
        given = {name for name in ("class_name", "bbox", "polygon", "file_index") if getattr(self, name) is not None}
        if too_much := given - ALLOWED[self.verdict]:
            raise ValueError(f"`{self.verdict}` goes without {', '.join(sorted(too_much))}")
        if self.verdict in {"wrong_class", "missed"} and self.class_name is None:
            raise ValueError(f"`{self.verdict}` needs `class_name`")
        if self.verdict in {"edited", "missed"} and self.bbox is None and self.polygon is None:
            raise ValueError(f"`{self.verdict}` needs `bbox` or `polygon`")
        return self


def _once_each(instances: list[InstanceIn]) -> list[InstanceIn]:
    spoken_of = [one.instance_id for one in instances if one.instance_id is not None]
    if len(set(spoken_of)) < len(spoken_of):
        raise ValueError("speaks of an instance more than once")
    return instances


Warnings = Annotated[
    list[Literal["user_id_ignored"]],
    Field(exclude_if=lambda found: not found, description="`user_id_ignored` where the body held one; else absent."),
]


class FeedbackPatch(BaseModel):
    """The fields that are sent are set; null clears one."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    is_correct: StrictBool | None = Field(default=None, description="Whether the answer was right.")
    satisfied: StrictBool | None = Field(default=None, description="Whether the answer was of use.")
    correct_class_name: ClassName | None = None
    correct_class_id: ClassId | None = None
    comment: Comment | None = None
    confidence_rating: Rating | None = None
    instances: Annotated[list[InstanceIn], Field(max_length=1000), AfterValidator(_once_each)] | None = Field(
        default=None,
        description="What is said of single instances. Of a detector's answer, `is_correct` follows where it is not "
        "sent: true if all that are named are `right`, else false.",
    )
    user_id: Any = Field(
        default=None,
        description="The token says who speaks; this is ignored.",
        json_schema_extra={"deprecated": True},
    )

    @property
    def warnings(self) -> list[Literal["user_id_ignored"]]:
        """What the answer says of the body."""
        return ["user_id_ignored"] if self.user_id is not None else []


class FeedbackIn(FeedbackPatch):
    """One of `is_correct`, `satisfied` and, for a detector, `instances` is required.

    What the photo really shows is named by name, id or both.
    """

    prediction_id: UUID
    feedback_token: Annotated[str, Field(max_length=4096)] | None = Field(
        default=None, description="From the answer; needed when the prediction is not stored."
    )


class Thanks(BaseModel):
    success: Literal[True] = True
    feedback_id: UUID
    message: Literal["Thank you for your feedback!"] = "Thank you for your feedback!"
    warnings: Warnings = Field(default_factory=list)


class Change(BaseModel):
    """What was said at one time."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    said: dict[str, Any]


class FeedbackOut(OwnFeedback):
    """Feedback as it stands now, and everything that was said before, oldest first."""

    prediction_id: UUID
    changes: list[Change]
    warnings: Warnings = Field(default_factory=list)
