import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.tasks.layouts import Candidates, candidates, layout_shape
from tests.vision.heads import SIDE, crowd

TAKEN = Input(width=SIDE, height=SIDE, resize="letterbox")
LABELS, MIXED = 5, 3


def spec(layout: str) -> Boxes:
    return Boxes(layout=layout, output="out", labels=tuple("abcde"), prototypes="masks")


def as_yolov5(head: np.ndarray, objectness: np.ndarray) -> np.ndarray:
    """The same boxes and scores, the latter divided into objectness and label."""
    rows = head.T
    scores = rows[:, 4 : 4 + LABELS] / objectness[:, None]
    return np.concatenate((rows[:, :4], objectness[:, None], scores, rows[:, 4 + LABELS :]), axis=1).astype(np.float32)


def as_yolox(rows: np.ndarray) -> np.ndarray:
    """YOLOv5's rows before they are decoded: offsets in cells, logarithms of cells."""
    encoded, at = rows.astype(np.float64), 0
    for stride in (8, 16, 32):
        for row in range(SIDE // stride):
            for column in range(SIDE // stride):
                encoded[at, :2] = encoded[at, :2] / stride - (column, row)
                encoded[at, 2:4] = np.log(encoded[at, 2:4] / stride)
                at += 1
    assert at == len(rows)
    return encoded.astype(np.float32)


def assert_alike(one: Candidates, other: Candidates) -> None:
    assert one.labels.tolist() == other.labels.tolist()
    assert one.boxes == pytest.approx(other.boxes, abs=0.02)
    assert one.scores == pytest.approx(other.scores, abs=1e-6)
    assert one.coefficients == pytest.approx(other.coefficients, abs=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.floats(0.05, 0.9))
def test_three_layouts_of_one_head_hold_the_same_boxes(seed: int, least: float) -> None:
    head = crowd(seed, LABELS, MIXED)
    objectness = np.maximum(
        head[4 : 4 + LABELS].max(axis=0), np.random.default_rng(seed).uniform(0.1, 1, head.shape[1])
    )
    yolov5 = as_yolov5(head, objectness)
    found = candidates(spec("yolov8"), TAKEN, head, least)
    assert len(found.boxes) == (head[4 : 4 + LABELS].max(axis=0) > least).sum()
    if np.abs(head[4 : 4 + LABELS] - least).min() > 1e-6:  # else rounding decides
        assert_alike(candidates(spec("yolov5"), TAKEN, yolov5, least), found)
        assert_alike(candidates(spec("yolox"), TAKEN, as_yolox(yolov5), least), found)


def test_what_is_suppressed_already_is_taken_as_it_is() -> None:
    rows = np.array([[10, 20, 50, 80, 0.9, 2, 7, 8, 9], [1, 2, 3, 4, 0.2, 0, 0, 0, 0]], np.float32)
    found = candidates(spec("end2end"), TAKEN, rows, 0.25)
    assert (found.boxes.tolist(), found.labels.tolist()) == ([[10, 20, 50, 80]], [2])
    assert found.coefficients.tolist() == [[7, 8, 9]]


@pytest.mark.parametrize(
    "row", [[5, 5, 4, 9, 0.9, 0], [np.nan, 1, 2, 3, 0.9, 0], [1, 1, 9, 9, 0.9, 5], [1, 1, 9, 9, 0.9, -1]]
)
def test_rows_that_are_no_boxes_are_none(row: list[float]) -> None:
    assert len(candidates(spec("end2end"), TAKEN, np.array([row], np.float32), 0.25).boxes) == 0


def test_a_size_without_end_is_no_box() -> None:
    rows = np.zeros((2100, 5 + LABELS + MIXED), np.float32)
    rows[3, 2:6] = (1000, 0, 0.9, 0.9)
    assert len(candidates(spec("yolox"), TAKEN, rows, 0.25).boxes) == 0


def test_a_head_without_anything_gives_nothing() -> None:
    found = candidates(spec("yolov8"), TAKEN, np.zeros((4 + LABELS + MIXED, 100), np.float32), 0.25)
    assert (found.boxes.shape, found.labels.shape, found.coefficients.shape) == ((0, 4), (0,), (0, MIXED))


@pytest.mark.parametrize(
    ("layout", "shape"),
    [("yolov5", (None, 13)), ("yolov8", (12, None)), ("yolox", (2100, 13)), ("end2end", (None, 9))],
)
def test_each_layout_has_its_shape(layout: str, shape: tuple[int | None, int | None]) -> None:
    assert layout_shape(spec(layout), TAKEN, MIXED) == shape
