"""What may be learned from."""

from itertools import product
from uuid import uuid4

import pytest

from cultivar.datasets.rules import ends_training, lesson
from cultivar.feedback.events import About, Verdict
from cultivar.kernel.clock import now


def about(*, train: bool) -> About:
    return About(uuid4(), uuid4(), uuid4(), "drawn", "1.0.0", "Maple___healthy", 0.9, now(), train)


@pytest.mark.parametrize(
    ("train", "is_correct", "named"), list(product([True, False], [True, False, None], [True, False]))
)
def test_only_a_named_correction_with_consent_teaches(train: bool, is_correct: bool | None, named: bool) -> None:
    label = (2, "Willow___Rust") if named else (None, None)
    taught = lesson(about(train=train), Verdict(is_correct, None, *label))
    assert taught == (label if train and named and is_correct is False else None)


def test_training_ends_when_its_consent_does() -> None:
    choices = ("none", "store", "train")
    ended = [(before, after) for before, after in product(choices, choices) if ends_training(before, after)]
    assert ended == [("train", "none"), ("train", "store")]
