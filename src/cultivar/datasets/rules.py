"""Decisions about what may be learned from. Pure."""

from cultivar.feedback.events import About, Verdict


def lesson(about: About, said: Verdict) -> tuple[int, str] | None:
    """The class, by id and name, that feedback teaches: the right one of a wrong answer whose owner consents."""
    if not about.train or said.is_correct is not False:
        return None
    if said.correct_class_id is None or said.correct_class_name is None:
        return None
    return said.correct_class_id, said.correct_class_name


def ends_training(before: str, after: str) -> bool:
    """Whether a changed choice of consent takes back what was open to training."""
    return before == "train" and after != "train"
