"""Outlines are measured in any position, and pictures are cut to them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cultivar.vision.measure.outline import filled, outline_of, patch_of

BOX = ((0.0, 0.0), (40.0, 0.0), (40.0, 10.0), (0.0, 10.0))
BOW_TIE = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))


@given(st.floats(0, 2 * np.pi), st.floats(5, 200), st.floats(1, 8))
def test_length_and_width_do_not_depend_on_how_it_lies(turn: float, width: float, ratio: float) -> None:
    assume(ratio > 1.01)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [width * ratio, width]) @ spin.T + 50
    shape = outline_of([(float(x), float(y)) for x, y in corners])
    assert (shape.length, shape.width, shape.span) == pytest.approx((width * ratio, width, width * ratio), rel=1e-5)
    assert abs(shape.axis[0] * np.cos(turn) + shape.axis[1] * np.sin(turn)) == pytest.approx(1, abs=1e-6)
    assert shape.centre == pytest.approx(tuple(corners.mean(axis=0)), rel=1e-6)
    assert shape.solidity == pytest.approx(1)
    assert (shape.simple, shape.parts) == (True, 1)


@pytest.mark.parametrize("bend", [0.2, 0.8, 1.6, 2.6])
def test_a_bent_ring_is_as_long_as_when_it_is_straight(bend: float) -> None:
    turn = np.linspace(-bend / 2, bend / 2, 40)
    inner, outer = (
        np.column_stack([reach * np.sin(turn), reach * np.cos(turn)]) for reach in (200 / bend - 20, 200 / bend + 20)
    )
    shape = outline_of([(float(x), float(y)) for x, y in [*inner, *outer[::-1]]])
    assert (shape.length, shape.width) == pytest.approx((200, 40), rel=0.03)


def test_a_ragged_edge_makes_nothing_longer() -> None:
    x = np.arange(0, 201, 2.0)
    top, below = np.column_stack([x, x % 4 / 4]), np.column_stack([x[::-1], 40 + x % 4 / 4])
    shape = outline_of([(float(a), float(b)) for a, b in [*top, *below]])
    assert shape.length == pytest.approx(200, rel=0.03)


def test_a_round_ring_is_as_long_as_wide() -> None:
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shape = outline_of([(float(x), float(y)) for x, y in zip(np.cos(turn), np.sin(turn), strict=True)])
    assert shape.length == shape.width


def test_a_notch_takes_from_the_solidity() -> None:
    ell = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 10.0), (5.0, 5.0), (0.0, 5.0))
    assert outline_of(ell).solidity == pytest.approx(75 / 87.5)


def test_a_ring_that_crosses_itself_falls_into_parts() -> None:
    shape = outline_of(BOW_TIE)
    assert (shape.simple, shape.parts) == (False, 2)
    assert shape.solidity == pytest.approx(0.5)


def test_a_ring_without_area_has_no_size() -> None:
    shape = outline_of(((0.0, 0.0), (5.0, 5.0), (9.0, 9.0)))
    assert (shape.length, shape.width, shape.solidity, shape.parts) == (0, 0, 0, 0)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(2, 9), st.integers(2, 9))
def test_filled_are_the_pixels_inside_and_at_most_their_next_neighbours(x: int, y: int, w: int, h: int) -> None:
    mask = filled(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float64), (40, 40))
    assert mask[y : y + h, x : x + w].all()
    mask[y - 1 : y + h + 1, x - 1 : x + w + 1] = False
    assert not mask.any()


def test_a_rim_is_left_out() -> None:
    ring = np.array([[10.0, 10.0], [90.0, 10.0], [90.0, 50.0], [10.0, 50.0]])
    inner = filled(ring, (60, 100), rim=6)
    rows, columns = np.nonzero(inner)
    assert abs(int(rows.min()) - 16) <= 1
    assert abs(int(columns.max()) - 83) <= 1
    assert (inner <= filled(ring, (60, 100))).all()


def test_a_patch_is_the_picture_inside_the_outline() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[30:40, 20:60] = 200
    patch = patch_of(picture, [(x + 20, y + 30) for x, y in BOX])
    assert patch is not None
    assert (patch.corner, patch.step) == ((20, 30), 1)
    assert (patch.pixels[patch.mask] == 200).all()
    assert patch.mask.mean() > 0.95
    assert patch.places(np.array([0]), np.array([0])).tolist() == [[20.5, 30.5]]


def test_a_large_patch_is_thinned() -> None:
    picture = np.arange(400 * 600, dtype=np.uint32).astype(np.uint8).repeat(3).reshape(400, 600, 3)
    patch = patch_of(picture, ((0.0, 0.0), (600.0, 0.0), (600.0, 400.0), (0.0, 400.0)), most=10_000)
    assert patch is not None
    assert patch.step == 5
    assert patch.pixels.shape == (80, 120, 3)
    x, y = (patch.places(np.array([3]), np.array([7]))[0]).astype(int)
    assert (patch.pixels[7, 3] == picture[y, x]).all()


def test_the_part_outside_the_picture_is_left_out() -> None:
    picture = np.zeros((50, 50, 3), np.uint8)
    patch = patch_of(picture, [(x + 30, y + 45) for x, y in BOX])
    assert patch is not None
    assert patch.pixels.shape == (5, 20, 3)
    assert patch_of(picture, [(x + 60, y) for x, y in BOX]) is None
