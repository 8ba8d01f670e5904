"""What several views of one photo show is merged: a thing seen whole is one thing, and nothing beside it is lost."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from cultivar.vision.geometry import Placement, PlainTiles, Region, place, place_region, tiles
from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.tasks.detect import Found, find

SIDE = 640
TAKEN = Input(width=SIDE, height=SIDE, resize="letterbox")
SPEC = Boxes(layout="yolov8", output="out", labels=("leaf",))
WIDTH, HEIGHT = 1200, 640
CUT = tiles(WIDTH, HEIGHT, PlainTiles(SIDE, 0.2))
VIEWS = [place(TAKEN, WIDTH, HEIGHT), *(place_region(TAKEN, region) for region in CUT)]
Seen = Sequence[tuple[Region, float]]


def row(view: Placement, box: Region, score: float) -> np.ndarray:
    """A box in pixels of the photo, clipped to what the view shows, as YOLOv8 says it."""
    x0, y0, x1, y1 = view.source
    corners = np.array(box).reshape(2, 2).clip((x0, y0), (x1, y1))
    low, high = (corners - (x0, y0)) * view.scale + view.target[:2]
    return np.array([*(low + high) / 2, *(high - low), score])


def found(seen: Mapping[int, Seen]) -> Found:
    """Of boxes with their scores by view: 0 the whole photo, then the tiles from the left."""
    out = np.zeros((len(VIEWS), 5, 20), np.float32)
    for view, boxes in seen.items():
        for place_, (box, score) in enumerate(boxes):
            out[view, :, place_] = row(VIEWS[view], box, score)
    return find(SPEC, TAKEN, VIEWS, {"out": out})


def test_the_tiles_lie_as_these_tests_say() -> None:
    assert [region[::2] for region in CUT] == [(0, 640), (280, 920), (560, 1200)]


def test_what_one_tile_shows_whole_is_one_thing_however_sure_its_parts_are() -> None:
    whole = (430.0, 200.0, 700.0, 400.0)
    made = found({0: [(whole, 0.6)], 1: [(whole, 0.85)], 2: [(whole, 0.8)], 3: [(whole, 0.85)]})
    assert made.boxes.tolist() == [pytest.approx(whole, abs=1)]
    assert made.confidences == pytest.approx([0.8])


def test_a_small_thing_in_the_box_of_a_large_one_is_not_lost() -> None:
    large, small = (300.0, 100.0, 900.0, 500.0), (580.0, 420.0, 680.0, 520.0)
    made = found({1: [(small, 0.9)], 2: [(large, 0.7), (small, 0.6)]})
    assert made.boxes.tolist() == [pytest.approx(large, abs=1), pytest.approx(small, abs=1)]


def test_a_box_around_two_things_that_does_not_stand_takes_neither_with_it() -> None:
    left, right, around = (330.0, 200.0, 500.0, 400.0), (510.0, 200.0, 800.0, 400.0), (320.0, 200.0, 660.0, 400.0)
    made = found({0: [(around, 0.3)], 1: [(left, 0.9), (right, 0.8)]})
    assert made.boxes.tolist() == [pytest.approx(left, abs=1), pytest.approx((510, 200, 640, 400), abs=1)]


def test_parts_that_nothing_shows_whole_are_kept() -> None:
    long = (300.0, 200.0, 900.0, 300.0)
    made = found({1: [(long, 0.9)], 3: [(long, 0.8)]})
    assert made.boxes.tolist() == [
        pytest.approx((300, 200, 640, 300), abs=1),
        pytest.approx((560, 200, 900, 300), abs=1),
    ]


def test_the_surest_comes_first() -> None:
    one, other = (20.0, 20.0, 120.0, 120.0), (1000.0, 20.0, 1100.0, 120.0)
    made = found({1: [(one, 0.5)], 3: [(other, 0.9)]})
    assert made.confidences == pytest.approx([0.9, 0.5])
