"""What a look at every word finds of three classes, against the table of what is taken for what."""

from collections.abc import Sequence

from cultivar.feedback.events import Verdict
from cultivar.monitoring.schemas import Confusion

CLASSES = ("Maple___healthy", "Willow___Rust", "Banana___healthy")


def check_confusion(found: Confusion, words: Sequence[tuple[str | None, Verdict]]) -> None:
    """All fit in: what was said of wrong answers is there, pair by pair. Of a refusal nothing is."""
    judged = [(name, said) for name, said in words if name and said.is_correct is not None]
    wrong = [(name, said.correct_class_name) for name, said in judged if said.is_correct is False]
    assert set(found.classes) == {name for name, _ in judged} | {said for _, said in wrong if said}
    assert [row.class_name for row in found.rows] == found.classes
    for row in found.rows:
        right = sum(name == row.class_name and said.is_correct is True for name, said in judged)
        named = [wrong.count((row.class_name, said)) for said in found.classes]
        own = found.classes.index(row.class_name or "")
        assert row.said == [*named[:own], named[own] + right, *named[own + 1 :]]
        assert (row.correct, row.said_other, row.unnamed) == (right, 0, wrong.count((row.class_name, None)))
        assert row.n == sum(name == row.class_name for name, _ in judged)
