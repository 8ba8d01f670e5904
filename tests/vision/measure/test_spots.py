"""Spots are counted and sized; what is spread evenly is told from what lies in one place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.vision.measure.spots import evenness, spots_of


def test_each_spot_has_its_size_place_form_and_lightness() -> None:
    mask, light = np.zeros((40, 60), np.bool_), np.full((40, 60), 70.0, np.float32)
    mask[5:9, 5:9] = True
    mask[20:22, 10:50] = True
    light[20:22] = 20.0
    spots = spots_of(mask, light, least=1)
    assert spots.area.tolist() == [16, 80]
    assert spots.ratio == pytest.approx([1, 20])
    assert spots.lightness.tolist() == [70, 20]
    assert np.column_stack([spots.x, spots.y]) == pytest.approx(np.array([[6.5, 6.5], [29.5, 20.5]]))
    assert spots.diameter[0] == pytest.approx(4.51, abs=0.01)


def test_small_spots_are_noise() -> None:
    mask = np.zeros((10, 10), np.bool_)
    mask[1, 1] = mask[5:8, 5:8] = True
    assert spots_of(mask, np.zeros((10, 10), np.float32), least=2).area.tolist() == [9]


def test_a_mask_without_spots_has_none() -> None:
    spots = spots_of(np.zeros((5, 5), np.bool_), np.zeros((5, 5), np.float32), least=1)
    assert spots.area.size == spots.diameter.size == 0


@given(st.lists(st.floats(0, 1), max_size=30))
def test_evenness_is_a_share(along: list[float]) -> None:
    assert 0 <= evenness(np.array(along), np.ones(len(along))) <= 1 + 1e-9


def test_what_is_everywhere_is_even_and_what_is_in_one_place_is_not() -> None:
    assert evenness((np.arange(50) + 0.5) / 50, np.ones(50)) == pytest.approx(1)
    assert evenness(np.full(50, 0.5), np.ones(50)) == 0
    assert evenness(np.array([0.1, 1.0]), np.ones(2)) == pytest.approx(np.log(2) / np.log(5))
    assert evenness(np.zeros(0), np.zeros(0)) == 0
