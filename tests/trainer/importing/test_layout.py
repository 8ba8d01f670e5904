"""What a detector's outputs mean is told by their shapes and by what they hold."""

import numpy as np
import pytest

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing.graph import Graph
from cultivar.trainer.importing.layout import Layout, layout_of
from tests.trainer.importing.networks import GRID, MASKS, SIDE, detector

SIZE = (SIDE, SIDE)


def seen(kind: str, masks: int = 0, names: int = 0, labels: int = 3) -> Layout:
    return layout_of(Graph(detector(kind, labels, masks=masks)).first, SIZE, names, suppressed=False)


@pytest.mark.parametrize("masks", [0, MASKS])
@pytest.mark.parametrize("kind", ["yolov8", "yolov5", "yolox"])
def test_a_layout_is_known_by_its_shape_and_tells_how_many_labels(kind: str, masks: int) -> None:
    found = seen(kind, masks)
    assert (found.kind, found.labels, found.coefficients) == (kind, 3, masks)
    assert (found.prototypes is not None) == (masks > 0)


@pytest.mark.parametrize("masks", [0, MASKS])
def test_rows_that_are_suppressed_already_are_known_by_their_width(masks: int) -> None:
    found = seen("end2end", masks, names=3)
    assert (found.kind, found.labels, found.coefficients) == ("end2end", 3, masks)


def test_boxes_of_one_cell_each_that_are_pixels_already_are_read_as_yolov5() -> None:
    rows = np.random.default_rng(0).uniform(0, 640, (1, GRID, 8))
    assert layout_of({"output": rows}, SIZE, 0, suppressed=False).kind == "yolov5"


def test_a_fourth_grid_is_known() -> None:
    rows = GRID + (SIDE // 64) ** 2
    assert layout_of({"output": np.zeros((1, 4 + 2, rows))}, SIZE, 2, suppressed=False).kind == "yolov8"


@pytest.mark.parametrize(
    "outputs",
    [
        {},
        {"output": np.zeros((1, 10))},
        {"output": np.zeros((1, 7, 9))},
        {"output": np.zeros((1, 4, GRID))},
        {"a": np.zeros((1, 7, GRID)), "b": np.zeros((1, 7, GRID))},
    ],
)
def test_shapes_that_are_no_detectors_are_refused(outputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(ImportRefused, match="no detector's that we read"):
        layout_of(outputs, SIZE, 0, suppressed=False)


def test_more_names_than_labels_are_refused() -> None:
    with pytest.raises(ImportRefused, match="tells 3 labels apart, but 4 are named"):
        seen("yolov8", names=4)
