"""Decisions about feedback. Pure: no clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cultivar.feedback.errors import ClassUnknown, Contradiction, NothingSaid
from cultivar.feedback.events import InstanceSaid, Verdict
from cultivar.feedback.instances import Answered, checked_instance, is_right


@dataclass(frozen=True, slots=True)
class Said:
    """All that one piece of feedback holds."""

    is_correct: bool | None = None
    satisfied: bool | None = None
    correct_class_id: int | None = None
    correct_class_name: str | None = None
    comment: str | None = None
    confidence_rating: int | None = None
    instances: tuple[InstanceSaid, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The part that is counted and learned from."""
        return Verdict(self.is_correct, self.satisfied, self.correct_class_id, self.correct_class_name)


def patched(said: Said, sent: Mapping[str, Any], *, whole: bool = False) -> Said:
    """`said` with the fields that were sent.

    To name the class anew, its name or its id is enough; to say that the answer was right after all drops it, and what
    was said of instances. Where the answer is its instances (`whole`), to speak of these anew is to say anew whether
    it was right.
    """
    named, told = {"correct_class_name", "correct_class_id"} & sent.keys(), sent.get("is_correct")
    anew = whole and "instances" in sent and told is None
    if len(named) == 1 or (not named and (told or anew)):
        said = replace(said, correct_class_id=None, correct_class_name=None)
    if told and whole:
        said = replace(said, instances=())
    if anew:
        said = replace(said, is_correct=None)
    return replace(said, **sent)


NOTHING = Answered()


def checked(said: Said, *, predicted: str | None, classes: Sequence[str], answered: Answered = NOTHING) -> Said:
    """The same with classes named in full; `classes` are the pack's, in order of their ids.

    Raises NothingSaid, ClassUnknown, InstanceUnknown, BadPlace, or Contradiction: a right answer has no other class and
    no wrong instance, a wrong one is not the class that was answered, and a name and an id must mean the same.
    """
    said = _with_instances(said, answered, classes)
    if said.is_correct is None and said.satisfied is None:
        raise NothingSaid
    class_id = _class_id(said, classes)
    if class_id is None:
        return said
    named = classes[class_id]
    if said.is_correct is not None and said.is_correct != (named == predicted):
        raise Contradiction(
            "The answer was right, yet another class is named."
            if said.is_correct
            else "The answer was wrong, yet its own class is named."
        )
    return replace(said, correct_class_id=class_id, correct_class_name=named)


def _with_instances(said: Said, answered: Answered, classes: Sequence[str]) -> Said:
    instances = tuple(checked_instance(one, answered, classes) for one in said.instances)
    if answered.whole and instances:
        right = is_right(instances)
        if said.is_correct and not right:
            raise Contradiction("The answer was right, yet not each of its instances.")
        said = replace(said, is_correct=right if said.is_correct is None else said.is_correct)
    return replace(said, instances=instances)


def _class_id(said: Said, classes: Sequence[str]) -> int | None:
    by_name = None
    if said.correct_class_name is not None:
        if said.correct_class_name not in classes:
            raise ClassUnknown("Take a class from `GET models/{pack}/labels`.")
        by_name = classes.index(said.correct_class_name)
    if said.correct_class_id is None:
        return by_name
    if not 0 <= said.correct_class_id < len(classes):
        raise ClassUnknown(f"Class ids of this model go from 0 to {len(classes) - 1}.")
    if by_name is not None and by_name != said.correct_class_id:
        raise Contradiction("`correct_class_name` and `correct_class_id` mean different classes.")
    return said.correct_class_id
