"""Leaves drawn by code, whose dead share is known: it is measured, in any light and on any ground."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cultivar.packs.severity import SeverityRule, band_of
from cultivar.vision.measure.lesions import LeafMeasure, LesionRule, measure_leaf, tones_of
from tests.support.bananaleaf import GROUNDS, DrawnLeaf, banana_leaf

RULE = LesionRule()
SHARES = (0.0, 0.004, 0.02, 0.05, 0.1, 0.2, 0.35, 0.55)
CLEAN = ("paper", "grey", "blue")
"""Grounds that no dead tissue looks like; what lies on its like at the margin of a leaf cannot be told from it."""
SIZE = (480, 360)


@cache
def drawn(seed: int) -> tuple[DrawnLeaf, LeafMeasure]:
    """Leaf and measure; seeds run through shares and clean grounds, every fourth leaf lies half in the shade."""
    share, ground = SHARES[seed % len(SHARES)], CLEAN[seed // 2 % len(CLEAN)]
    one = banana_leaf(seed, share, size=SIZE, ground=ground, halo=seed % 3 > 0, shadow=seed % 4 == 3)
    return one, measure_leaf(one.pixels, RULE)


@pytest.mark.parametrize("seed", range(24))
def test_the_dead_share_is_measured_within_two_points(seed: int) -> None:
    leaf, measured = drawn(seed)
    assert measured.whole
    assert measured.necrosis == pytest.approx(leaf.share, abs=0.02)


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_on_every_ground_the_leaf_is_found(ground: str) -> None:
    leaf = banana_leaf(7, 0.08, size=SIZE, ground=ground)
    measured = measure_leaf(leaf.pixels, RULE)
    both = (leaf.leaf & measured.leaf_mask).sum() / (leaf.leaf | measured.leaf_mask).sum()
    assert both >= 0.95
    assert measured.necrosis == pytest.approx(leaf.share, abs=0.03)


def test_the_band_holds_the_truth_as_often_as_it_says() -> None:
    rule = SeverityRule(graded="sick", healthy="well")
    held = []
    for seed in range(24):
        leaf, measured = drawn(seed)
        low, high = band_of(rule, measured.necrosis, measured.spread)
        held.append(low <= leaf.share <= high)
    assert np.mean(held) >= rule.band


@pytest.mark.parametrize("zoom", [1.5, 2.2])
def test_a_leaf_beyond_the_picture_is_not_whole(zoom: float) -> None:
    assert not measure_leaf(banana_leaf(3, 0.1, size=SIZE, zoom=zoom, ground="paper").pixels, RULE).whole


def test_of_two_leaves_the_box_says_which() -> None:
    sick, well = (banana_leaf(5, share, size=(320, 240), ground="paper") for share in (0.3, 0.0))
    both = np.hstack([sick.pixels, well.pixels])
    left = measure_leaf(both, RULE, (0, 0, 320, 240))
    right = measure_leaf(both, RULE, (320, 0, 640, 240))
    assert left.necrosis == pytest.approx(sick.share, abs=0.03)
    assert right.necrosis < 0.01
    assert left.bbox is not None
    assert right.bbox is not None
    assert left.bbox[2] <= 320 <= right.bbox[0]


def test_a_leaf_that_goes_on_beyond_its_box_is_not_whole() -> None:
    leaf = banana_leaf(5, 0.1, size=SIZE, ground="paper")
    rows, columns = np.flatnonzero(leaf.leaf.any(1)), np.flatnonzero(leaf.leaf.any(0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1]))
    middle = (box[0] + box[2]) / 2
    assert measure_leaf(leaf.pixels, RULE, box).whole
    assert not measure_leaf(leaf.pixels, RULE, (box[0], box[1], middle, box[3])).whole


def test_the_box_of_a_large_picture_is_in_its_own_pixels() -> None:
    leaf = banana_leaf(2, 0.05, size=(900, 680), ground="grey")
    measured = measure_leaf(leaf.pixels, RULE)
    rows, columns = np.flatnonzero(leaf.leaf.any(1)), np.flatnonzero(leaf.leaf.any(0))
    assert max(measured.leaf_mask.shape) == RULE.side
    assert measured.bbox == pytest.approx((columns[0], rows[0], columns[-1], rows[-1]), abs=12)


@pytest.mark.parametrize("tone", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (120, 84, 52), (70, 96, 150)])
def test_a_picture_without_green_has_no_leaf(tone: tuple[int, int, int]) -> None:
    measured = measure_leaf(np.full((90, 120, 3), tone, np.uint8), RULE)
    assert (measured.bbox, measured.whole, measured.coverage, measured.necrosis) == (None, False, 0.0, 0.0)
    assert not measured.leaf_mask.any()


def test_a_picture_of_nothing_but_green_is_a_part_of_a_leaf() -> None:
    measured = measure_leaf(np.full((90, 120, 3), (60, 120, 44), np.uint8), RULE)
    assert measured.coverage == 1
    assert not measured.whole
    assert measured.necrosis == 0


@settings(max_examples=20)
@given(st.tuples(*[st.integers(60, 220)] * 3), st.floats(0.5, 1))
def test_tones_are_the_same_in_shade(colour: tuple[int, int, int], shade: float) -> None:
    """Of linear light; sRGB's own curve is undone by the measure."""
    linear = (np.array(colour) / 255) ** 2.2
    dimmed = np.rint(255 * (linear * shade) ** (1 / 2.2))
    lit, dim = (tones_of(np.array(value, np.uint8).reshape(1, 1, 3)) for value in (colour, dimmed))
    if float(dim.light[0, 0]) > 20:
        assert float(dim.a[0, 0]) == pytest.approx(float(lit.a[0, 0]), abs=0.06)
        assert float(dim.b[0, 0]) == pytest.approx(float(lit.b[0, 0]), abs=0.06)


@settings(max_examples=6)
@given(st.integers(0, 23), st.sampled_from([Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_90]))
def test_a_turned_picture_measures_alike(seed: int, turn: Image.Transpose) -> None:
    leaf, measured = drawn(seed)
    turned = measure_leaf(np.asarray(Image.fromarray(leaf.pixels).transpose(turn)), RULE)
    assert turned.necrosis == pytest.approx(measured.necrosis, abs=0.005)
    assert turned.whole == measured.whole


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_picture_gives_shares_between_none_and_all(height: int, width: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    measured = measure_leaf(noise, RULE)
    assert 0 <= measured.necrosis + measured.streaks <= 1
    assert 0 <= measured.coverage <= 1
    assert not (measured.necrosis_mask & measured.streak_mask).any()
    assert not ((measured.necrosis_mask | measured.streak_mask) & ~measured.leaf_mask).any()
