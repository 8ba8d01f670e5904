"""The table of what is taken for what agrees with the table of classes, and stays small."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cultivar.monitoring.confusion import CLASSES_AT_MOST, Confused, confusion
from cultivar.monitoring.rules import rate
from cultivar.monitoring.schemas import CONFUSION, ClassStatistics, Confusion
from tests.monitoring.confusions import CLASSES
from tests.support import drawing
from tests.support.app import Person, fine
from tests.support.leaves import leaf

NAMES = [f"class {letter}" for letter in "abcdefghijklmnop"]
names = st.sampled_from(NAMES)
words = st.lists(st.tuples(names, names | st.none()), max_size=200)
"""What was answered, and what people said that it was: None where they said no more than that it was wrong."""


def table(said: list[tuple[str, str | None]]) -> tuple[dict[str, ClassStatistics], Confusion]:
    """Both tables of these words; of each answer there were two without a word."""
    by_class = {}
    for name in {answered for answered, _ in said}:
        these = [word for answered, word in said if answered == name]
        right, n = these.count(name), len(these)
        counts = {"total_predictions": 3 * n, "total_feedback": n, "correct": right, "incorrect": n - right}
        by_class[name] = ClassStatistics(**counts, accuracy=rate(right, n))
    wrong = Counter((answered, word) for answered, word in said if word is not None and word != answered)
    return by_class, confusion(by_class, [Confused(*pair, n) for pair, n in wrong.items()])


@given(words)
def test_the_sums_of_its_rows_are_those_of_the_classes(said: list[tuple[str, str | None]]) -> None:
    by_class, found = table(said)
    for row in found.rows:
        these = [row.class_name] if row.class_name else by_class.keys() - set(found.classes)
        known = [by_class[name] for name in these if name in by_class]
        assert row.n == sum(row.said) + row.said_other + row.unnamed == sum(one.accuracy.n for one in known)
        assert row.correct == sum(one.correct for one in known)
        if row.class_name:
            assert row.said[found.classes.index(row.class_name)] == row.correct
    assert sum(row.n for row in found.rows) == len(said)


@given(words)
def test_its_columns_are_what_people_said(said: list[tuple[str, str | None]]) -> None:
    _, found = table(said)
    for place, name in enumerate(found.classes):
        assert sum(row.said[place] for row in found.rows) == sum(word == name for _, word in said)
    assert sum(row.unnamed for row in found.rows) == sum(word is None for _, word in said)


@given(words)
def test_the_most_confused_are_listed_and_the_rest_is_one_row(said: list[tuple[str, str | None]]) -> None:
    _, found = table(said)
    trouble = Counter({name: 0 for pair in said for name in pair if name})
    for answered, word in said:
        if answered != word:
            trouble.update([answered] if word is None else [answered, word])
    assert len(found.classes) == min(CLASSES_AT_MOST, len(trouble))
    least = min((trouble[name] for name in found.classes), default=0)
    assert all(trouble[name] <= least for name in trouble.keys() - set(found.classes))
    others = {answered for answered, _ in said} - set(found.classes)
    assert [row.class_name for row in found.rows] == [*found.classes, *([None] if others else [])]


def test_without_a_word_there_is_no_row() -> None:
    silent = ClassStatistics(total_predictions=4, total_feedback=1, correct=0, incorrect=0, accuracy=rate(0, 0))
    assert confusion({"Maple___healthy": silent}, []) == Confusion(classes=[], rows=[])


def test_the_example_of_the_document_adds_up() -> None:
    shown = Confusion.model_validate(CONFUSION)
    for row in shown.rows:
        assert row.n == sum(row.said) + row.said_other + row.unnamed


def test_what_people_say_that_it_was_is_in_the_confusion_and_follows_them(user: Person) -> None:
    answers = [user.ask(leaf(drawing.WILLOW_SICK), consent="store", min_confidence=0) for _ in range(2)]
    answered = answers[0]["result"]["class_name"]
    other, third = (name for name in CLASSES if name != answered)
    for answer, name in zip(answers, (other, third), strict=True):
        fine(user.feedback(answer["prediction_id"], is_correct=False, correct_class_name=name))

    def row() -> dict[str, Any]:
        confusion = user.get("/feedback/stats", mine=True)["confusion"]
        (found,) = (row for row in confusion["rows"] if row["class_name"] == answered)
        return found | {"said": dict(zip(confusion["classes"], found["said"], strict=True))}

    both = {"class_name": answered, "n": 2, "correct": 0, "said_other": 0, "unnamed": 0}
    assert row() == both | {"said": {answered: 0, other: 1, third: 1}}
    fine(user.feedback(answers[0]["prediction_id"], is_correct=False))
    assert row() == both | {"said": {answered: 0, third: 1}, "unnamed": 1}
    fine(user.feedback(answers[0]["prediction_id"], is_correct=True))
    assert row() == both | {"said": {answered: 1, third: 1}, "correct": 1}
    everybody = user.get("/feedback/stats")["confusion"]
    assert user.http.delete(f"/predictions/{answers[1]['prediction_id']}").status_code == 204
    assert row() == both | {"said": {answered: 1}, "correct": 1, "n": 1}
    assert user.get("/feedback/stats")["confusion"] == everybody
