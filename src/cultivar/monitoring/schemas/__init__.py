"""What monitoring gives over the wire."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

CONFUSION: Final[JsonDict] = {
    "classes": ["Tomato___Late_blight", "Tomato___Early_blight"],
    "rows": [
        {"class_name": "Tomato___Late_blight", "n": 20, "correct": 14, "said": [14, 4], "said_other": 0, "unnamed": 2},
        {"class_name": "Tomato___Early_blight", "n": 10, "correct": 8, "said": [2, 8], "said_other": 0, "unnamed": 0},
    ],
}

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: the last `days` days, of one model or version or all, of one person or all (None)."""

    days: int = 7
    model: str | None = None
    model_version: str | None = None
    owner_id: UUID | None = None


class Rate(BaseModel):
    """A share of `n`, with its 95 % interval (Wilson): null when there is nothing to count."""

    rate: Share | None
    n: int
    interval: tuple[Share, Share] | None


class InferenceMs(BaseModel):
    """The network's time in milliseconds. Percentiles are exact to 1 %; null without predictions."""

    mean: float | None = None
    min: float | None = None
    max: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Window(BaseModel):
    """The days that are counted, in UTC; both ends count."""

    period_days: int
    start_date: date
    end_date: date
    total_predictions: int


class ClassStatistics(BaseModel):
    """One predicted class."""

    total_predictions: int
    total_feedback: int
    correct: int
    incorrect: int
    accuracy: Rate


class ProblemClass(BaseModel):
    """A class that people found wrong."""

    model: str
    class_name: str
    incorrect: int
    accuracy: Rate


class DayOfVersion(BaseModel):
    """One version of one model on one day. Means are over answers that name a class; null when there is none."""

    date: date
    model: str
    model_version: str
    total_predictions: int
    total_feedback: int
    correct_predictions: int
    incorrect_predictions: int
    accuracy: Rate
    avg_confidence: float | None
    avg_confidence_correct: float | None
    avg_confidence_incorrect: float | None
    class_metrics: dict[str, ClassStatistics]


class ConfusionRow(BaseModel):
    """Answers of one class. `n` is the sum of `said`, `said_other` and `unnamed`."""

    class_name: str | None = Field(description="The class that was answered; null: all that are not listed.")
    n: int = Field(description="How many of them people said were right or wrong.")
    correct: int
    said: list[int] = Field(description="How many really were each of `classes`, right ones under their own class.")
    said_other: int = Field(description="How many really were a class that is not listed.")
    unnamed: int = Field(description="How many were wrong, and nobody said what they were.")


class Confusion(BaseModel):
    """What was answered against what people say that it was; right or wrong as in `class_statistics`."""

    model_config = ConfigDict(json_schema_extra={"examples": [CONFUSION]})

    classes: list[str] = Field(
        max_length=10, description="At most ten: those taken for others, and others for them, most often first."
    )
    rows: list[ConfusionRow] = Field(
        description="One for each of `classes`, then one for all others where there are any."
    )


class FeedbackStats(Window):
    """What people say of the answers. Feedback counts on the day of its prediction.

    People answer when surprised, so `overall_accuracy` is not the model's accuracy: read it with `feedback_rate`.
    """

    total_feedback: int
    correct_predictions: int
    incorrect_predictions: int
    overall_accuracy: Rate
    feedback_rate: Rate
    class_statistics: dict[str, ClassStatistics] = Field(description="By the class that was predicted.")
    confusion: Confusion
    problem_classes: list[ProblemClass] = Field(
        description="At most ten classes with wrong answers, the surest trouble first: the lowest upper end."
    )
    model_performance: list[DayOfVersion] = Field(description="Newest day first.")


class Satisfaction(Rate):
    """Those who were satisfied, of all who said so or the contrary."""

    satisfied: int
    unsatisfied: int


class Day(BaseModel):
    """One day; days without a prediction are there too."""

    date: date
    total_predictions: int
    refused: int
    success_rate: Rate
    inference_ms: InferenceMs
    satisfaction: Satisfaction


class Statistics(Window):
    """How much was asked and how it went. A success is an answer that is no refusal."""

    refused: int
    success_rate: Rate
    inference_ms: InferenceMs
    satisfaction: Satisfaction
    series: list[Day] = Field(description="Oldest day first.")
