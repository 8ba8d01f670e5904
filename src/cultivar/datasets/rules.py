"""Decisions about what may be learned from. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cultivar.feedback.events import Verdict
from cultivar.photos.schemas import Held


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a correction of one prediction teaches."""

    prediction_id: UUID
    feedback_id: UUID
    class_id: int
    class_name: str


def lesson(prediction_id: UUID, feedback_id: UUID, said: Verdict) -> Lesson | None:
    """What feedback on a prediction that is open to training teaches: the right class of a wrong answer."""
    if said.is_correct is not False or said.correct_class_id is None or said.correct_class_name is None:
        return None
    return Lesson(prediction_id, feedback_id, said.correct_class_id, said.correct_class_name)


def carrying(lessons: Iterable[tuple[Lesson, Held]]) -> tuple[Lesson, Held]:
    """Of all that is taught of one picture, what its item says: the feedback that was given first."""
    return min(lessons, key=lambda taught: (taught[0].feedback_id, taught[1].id))


def ends_training(after: str) -> bool:
    """Whether a choice of consent takes back what has been open to training, however it was sent."""
    return after != "train"
