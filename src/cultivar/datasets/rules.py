"""Decisions about what may be learned from. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from cultivar.feedback.events import InstanceSaid, Verdict
from cultivar.photos.schemas import Held
from cultivar.predictions.schemas import Thing

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One thing that is in a picture; `verdict` is what was said of it, `unsaid` where it stands as it was answered."""

    class_id: int
    class_name: str
    bbox: Box
    polygon: tuple[tuple[float, float], ...] | None
    verdict: Literal["right", "wrong_class", "edited", "missed", "unsaid"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a correction of one prediction teaches; `instances` by the photo's place, empty where none was spoken of."""

    prediction_id: UUID
    feedback_id: UUID
    class_id: int
    class_name: str
    instances: Mapping[int, tuple[Labelled, ...]] = field(default_factory=dict)

    def of_photo(self, index: int) -> "Lesson":
        """What it teaches of this one of several photos."""
        return replace(self, instances={at: found for at, found in self.instances.items() if at == index})


def lesson(
    prediction_id: UUID,
    feedback_id: UUID,
    said: Verdict,
    instances: Sequence[InstanceSaid] = (),
    things: Sequence[Thing] = (),
    *,
    predicted: str | None = None,
) -> Lesson | None:
    """What feedback on a prediction that is open to training teaches: the right class of a wrong answer.

    Where no class of the whole is named, it is that of most instances as they were corrected, provided that what was
    `predicted` is what its instances are.
    """
    corrected = labelled(instances, things) if any(one.verdict != "right" for one in instances) else {}
    if said.is_correct is not False:
        return None
    if said.correct_class_id is not None and said.correct_class_name is not None:
        return Lesson(prediction_id, feedback_id, said.correct_class_id, said.correct_class_name, corrected)
    if predicted not in {thing.class_name for thing in things}:
        return None
    named = Counter((one.class_id, one.class_name) for found in corrected.values() for one in found)
    if not named:
        return None
    (class_id, class_name), _ = max(named.items(), key=lambda found: (found[1], -found[0][0]))
    return Lesson(prediction_id, feedback_id, class_id, class_name, corrected)


def labelled(instances: Sequence[InstanceSaid], things: Sequence[Thing]) -> dict[int, tuple[Labelled, ...]]:
    """What is in the photos, by their place: the answer's instances as they were corrected, and those it missed."""
    said = {one.instance_id: one for one in instances if one.instance_id is not None}
    found: dict[int, list[Labelled]] = {thing.file_index: [] for thing in things}
    for thing in things:
        one = _corrected(thing, said.get(thing.instance_id))
        if one is not None:
            found[thing.file_index].append(one)
    for missed in instances:
        if missed.verdict == "missed":
            found.setdefault(missed.file_index or 0, []).append(_missed(missed))
    return {index: tuple(some) for index, some in found.items()}


def _corrected(thing: Thing, said: InstanceSaid | None) -> Labelled | None:
    """The instance as it stands now; None where there is nothing, or its place is not known."""
    if thing.bbox is None:
        return None
    as_answered = Labelled(thing.class_id, thing.class_name, thing.bbox, thing.polygon, "unsaid")
    if said is None:
        return as_answered
    if said.verdict == "false":
        return None
    one = replace(as_answered, verdict=said.verdict)
    if said.class_id is not None and said.class_name is not None:
        one = replace(one, class_id=said.class_id, class_name=said.class_name)
    if said.bbox is not None or said.polygon is not None:
        one = replace(one, bbox=_box(said), polygon=said.polygon)
    return one


def _missed(said: InstanceSaid) -> Labelled:
    return Labelled(said.class_id or 0, said.class_name or "", _box(said), said.polygon, "missed")


def _box(said: InstanceSaid) -> Box:
    """The box that was drawn, or the one around the outline."""
    if said.bbox is not None:
        return said.bbox
    xs, ys = zip(*(said.polygon or ((0.0, 0.0),)), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def carrying(lessons: Iterable[tuple[Lesson, Held]]) -> tuple[Lesson, Held]:
    """Of all that is taught of one picture, what its item says: the feedback that was given first."""
    return min(lessons, key=lambda taught: (taught[0].feedback_id, taught[1].id))


def ends_training(after: str) -> bool:
    """Whether a choice of consent takes back what has been open to training, however it was sent."""
    return after != "train"
