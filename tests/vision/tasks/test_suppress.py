import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.vision.tasks.suppress import parts_of_others, suppress


def iou(one: np.ndarray, other: np.ndarray) -> float:
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = float(np.prod((high - low).clip(min=0)))
    return shared / (float(np.prod(one[2:] - one[:2])) + float(np.prod(other[2:] - other[:2])) - shared)


def one_by_one(boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, threshold: float, most: int) -> list[int]:
    """The definition, in loops."""
    kept: list[int] = []
    for place in sorted(range(len(boxes)), key=lambda place: (-scores[place], place)):
        rivals = [other for other in kept if labels[other] == labels[place]]
        if all(iou(boxes[place], boxes[rival]) <= threshold for rival in rivals):
            kept.append(place)
    return kept[:most]


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(1, 4), st.floats(0.1, 1), st.integers(1, 80))
def test_it_keeps_what_the_definition_keeps(seed: int, count: int, labels: int, threshold: float, most: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 60, (count, 2))
    boxes = np.concatenate((corners, corners + rng.uniform(5, 60, (count, 2))), axis=1)
    scores = rng.integers(1, 20, count).astype(np.float32) / 20
    of = rng.integers(0, labels, count)
    assert suppress(boxes, scores, of, threshold, most).tolist() == one_by_one(boxes, scores, of, threshold, most)


def test_the_same_box_of_two_labels_is_two_things() -> None:
    boxes = np.array([[-5.0, 0, 10, 10], [-5.0, 0, 10, 10], [-5.0, 0, 10, 10]])
    kept = suppress(boxes, np.array([0.5, 0.9, 0.7], np.float32), np.array([0, 1, 0]), 0.45, 300)
    assert kept.tolist() == [1, 2]


def test_only_a_cut_part_of_something_larger_of_its_label_is_left_to_that() -> None:
    boxes = np.array([[0.0, 0, 100, 100], [0, 0, 40, 100], [0, 0, 40, 100], [0, 0, 40, 99], [90, 0, 190, 40]])
    labels, cut = np.array([0, 0, 1, 0, 0]), np.array([True, True, True, False, True])
    wholes = np.ones(5, bool)
    assert parts_of_others(boxes, labels, cut, wholes, 0.6).tolist() == [False, True, False, False, False]
    wholes[0] = False
    assert not parts_of_others(boxes, labels, cut, wholes, 0.6).any()
