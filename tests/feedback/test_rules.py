"""What feedback means, and what contradicts itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.feedback.errors import ClassUnknown, Contradiction, NothingSaid
from cultivar.feedback.rules import Said, checked, patched

CLASSES = ("Maple___healthy", "Maple___Tar_spot", "Willow___Rust")
names = st.none() | st.sampled_from([*CLASSES, "Oak___healthy"])
ids = st.none() | st.integers(-1, 4)
yes_no = st.none() | st.booleans()
saids = st.builds(
    Said,
    is_correct=yes_no,
    satisfied=yes_no,
    correct_class_id=ids,
    correct_class_name=names,
    comment=st.none() | st.text(max_size=5),
    confidence_rating=st.none() | st.integers(1, 5),
)
predictions = st.none() | st.sampled_from(CLASSES)


@given(saids, predictions)
def test_what_passes_is_whole_and_does_not_contradict_itself(said: Said, predicted: str | None) -> None:
    try:
        found = checked(said, predicted=predicted, classes=CLASSES)
    except NothingSaid:
        assert said.is_correct is None
        assert said.satisfied is None
    except ClassUnknown:
        assert said.correct_class_name == "Oak___healthy" or said.correct_class_id not in {None, 0, 1, 2}
    except Contradiction:
        assert said.correct_class_id is not None or said.correct_class_name is not None
    else:
        assert (found.correct_class_id is None) == (found.correct_class_name is None)
        if found.correct_class_id is not None:
            assert CLASSES[found.correct_class_id] == found.correct_class_name
            assert found.is_correct is None or found.is_correct == (found.correct_class_name == predicted)
        assert checked(found, predicted=predicted, classes=CLASSES) == found


@pytest.mark.parametrize(
    ("said", "predicted"),
    [
        (Said(is_correct=True, correct_class_name="Willow___Rust"), "Maple___healthy"),
        (Said(is_correct=True, correct_class_id=2), None),
        (Said(is_correct=False, correct_class_name="Maple___healthy"), "Maple___healthy"),
        (Said(is_correct=False, correct_class_name="Willow___Rust", correct_class_id=1), "Maple___healthy"),
    ],
)
def test_a_contradiction_is_refused(said: Said, predicted: str | None) -> None:
    with pytest.raises(Contradiction):
        checked(said, predicted=predicted, classes=CLASSES)


def test_an_id_and_a_name_say_the_same() -> None:
    by_id = checked(Said(is_correct=False, correct_class_id=2), predicted=CLASSES[0], classes=CLASSES)
    by_name = checked(Said(is_correct=False, correct_class_name=CLASSES[2]), predicted=CLASSES[0], classes=CLASSES)
    assert by_id == by_name


def test_a_wrong_answer_without_its_class_is_taken() -> None:
    assert checked(Said(is_correct=False), predicted=CLASSES[0], classes=CLASSES) == Said(is_correct=False)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ({"comment": "blurred"}, {"is_correct": False, "correct_class_id": 2, "comment": "blurred"}),
        ({"is_correct": True}, {"is_correct": True}),
        ({"correct_class_name": CLASSES[1]}, {"is_correct": False, "correct_class_name": CLASSES[1]}),
        ({"correct_class_id": 1}, {"is_correct": False, "correct_class_id": 1}),
        ({"correct_class_id": None}, {"is_correct": False}),
        ({"satisfied": True}, {"is_correct": False, "correct_class_id": 2, "satisfied": True}),
    ],
)
def test_a_patch_sets_what_is_sent_and_keeps_the_class_whole(sent: dict[str, Any], left: dict[str, Any]) -> None:
    before = Said(is_correct=False, correct_class_id=2, correct_class_name=CLASSES[2])
    kept_name = {"correct_class_name": CLASSES[2]} if left.get("correct_class_id") == 2 else {}
    assert patched(before, sent) == Said(**left | kept_name)
