import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cultivar.trainer.detect.precision import Judged, average_precision, bootstrap, hits, precision_figures, regrouped


def grid(count: int) -> NDArray[np.float64]:
    """Boxes that do not touch."""
    return np.array([[30.0 * k, 0.0, 30.0 * k + 20, 10.0] for k in range(count)]).reshape(-1, 4)


def judged(boxes: int, found: list[tuple[NDArray[np.float64], int, float]], classes: list[int] | None = None) -> Judged:
    places = np.array([box for box, _, _ in found]).reshape(-1, 4)
    labels = np.array([label for _, label, _ in found], np.int64)
    sure = np.array([confidence for _, _, confidence in found])
    return Judged(grid(boxes), np.array(classes or [0] * boxes, np.int64), places, labels, sure)


@settings(max_examples=12)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_all_found_and_nothing_else_is_a_precision_of_one(classes: list[int]) -> None:
    boxes = grid(len(classes))
    photo = Judged(boxes, np.array(classes), boxes, np.array(classes), np.linspace(0.9, 0.2, len(classes)))
    figures = precision_figures([photo], ["a", "b", "c"])
    assert figures["map50"] == figures["map50_95"] == 1.0
    assert figures["map50_interval"] == [1.0, 1.0]


def test_a_wrong_box_between_two_right_ones_costs_the_second_half() -> None:
    far = np.array([500.0, 500.0, 520.0, 510.0])
    photo = judged(2, [(grid(2)[0], 0, 0.9), (far, 0, 0.8), (grid(2)[1], 0, 0.7)])
    # precision is 1 up to a recall of one half (51 of 101 places), then two thirds
    assert average_precision([hits(photo, 0, 0.5)]) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_a_box_found_twice_is_right_once() -> None:
    photo = judged(1, [(grid(1)[0], 0, 0.9), (grid(1)[0] + 0.5, 0, 0.8)])
    assert hits(photo, 0, 0.5).right.tolist() == [True, False]


def test_the_surer_of_two_takes_the_box_though_the_other_fits_better() -> None:
    photo = judged(1, [(grid(1)[0], 0, 0.5), (grid(1)[0] + 2, 0, 0.8)])
    found = hits(photo, 0, 0.5)
    assert found.confidences.tolist() == [0.8, 0.5]
    assert found.right.tolist() == [True, False]


def test_a_box_must_overlap_as_much_as_is_asked() -> None:
    photo = judged(1, [(np.array([0.0, 0.0, 15.0, 10.0]), 0, 0.9)])  # IoU 0.75
    assert [bool(hits(photo, 0, t).right[0]) for t in (0.5, 0.75, 0.8)] == [True, True, False]


def test_a_class_without_a_box_has_no_precision_and_does_not_lower_the_mean() -> None:
    photo = judged(1, [(grid(1)[0], 0, 0.9), (grid(1)[0], 1, 0.9)])
    figures = precision_figures([photo], ["a", "b"])
    assert figures["map50"] == 1.0
    classes = figures["classes"]
    assert isinstance(classes, dict)
    assert classes["b"] == {"boxes": 0, "ap50": None, "ap50_95": None}


def test_merged_classes_count_one_thing_once() -> None:
    photo = judged(2, [(grid(2)[0], 0, 0.9), (grid(2)[0], 1, 0.8), (grid(2)[1], 1, 0.7)], [0, 1])
    merged = regrouped(photo, np.array([0, 0, 1]), 0.5)
    assert merged.found_classes.tolist() == [0, 0]
    assert merged.confidences.tolist() == [0.9, 0.7]
    assert precision_figures([merged], ["both", "other"])["map50"] == 1.0


def test_the_interval_holds_the_mean_and_narrows_with_photos() -> None:
    rng = np.random.default_rng(0)

    def photos(count: int) -> list[Judged]:
        return [judged(1, [(grid(1)[0], 0, rng.random())] if rng.random() < 0.7 else []) for _ in range(count)]

    few, many = ([hits(photo, 0, 0.5) for photo in photos(count)] for count in (10, 200))
    wide, narrow = bootstrap([few], 1), bootstrap([many], 1)
    assert wide is not None
    assert narrow is not None
    mean = average_precision(many)
    assert mean is not None
    assert narrow[0] <= mean <= narrow[1]
    assert narrow[1] - narrow[0] < wide[1] - wide[0]
