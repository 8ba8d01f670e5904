"""What teaches, and what ends it."""

from dataclasses import replace
from itertools import product
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.datasets.rules import Lesson, carrying, ends_training, lesson
from cultivar.feedback.events import Verdict
from cultivar.photos.schemas import Held

PHOTO = Held(uuid4(), uuid4(), "photos/a.jpg", None, "0" * 64, 240, 240, {})


@pytest.mark.parametrize(("is_correct", "named"), list(product([True, False, None], [True, False])))
def test_only_a_named_correction_teaches(is_correct: bool | None, named: bool) -> None:
    prediction_id, feedback_id = uuid4(), uuid4()
    label = (2, "Willow___Rust") if named else (None, None)
    taught = lesson(prediction_id, feedback_id, Verdict(is_correct, None, *label))
    stands = named and is_correct is False
    assert taught == (Lesson(prediction_id, feedback_id, 2, "Willow___Rust") if stands else None)


@given(st.lists(st.tuples(st.uuids(), st.uuids()), min_size=1), st.randoms(use_true_random=False))
def test_the_feedback_that_was_given_first_carries_the_item_in_whatever_order_it_is_found(
    found: list[tuple[UUID, UUID]], order: Random
) -> None:
    lessons = [(Lesson(uuid4(), feedback_id, 0, "x"), replace(PHOTO, id=photo_id)) for feedback_id, photo_id in found]
    shuffled = list(lessons)
    order.shuffle(shuffled)
    assert carrying(shuffled) == carrying(lessons)
    assert carrying(lessons)[0].feedback_id == min(one.feedback_id for one, _ in lessons)


def test_training_ends_when_its_consent_does() -> None:
    assert [after for after in ("none", "store", "train") if ends_training(after)] == ["none", "store"]
