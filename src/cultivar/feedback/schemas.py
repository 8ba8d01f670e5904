"""What feedback takes and gives over the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from cultivar.predictions.schemas import Line, OwnFeedback


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
    """One of `is_correct` and `satisfied` is required. What the photo really shows is named by name, id or both."""

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
