"""Colours are those of the standard; ground, brown and the light's white are found whatever the shade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.vision.measure.colour import (
    NO_GREY,
    Grey,
    dark_of,
    grey_of,
    ground_of,
    hue_deg,
    lab_of,
    lifted,
    spotted,
)

YELLOW, BROWN = (217, 181, 82), (118, 81, 54)
pixel = st.tuples(*[st.integers(0, 255)] * 3)


def field(*colours: tuple[tuple[int, int, int], int]) -> np.ndarray:
    """Pixels (n, 3): each colour so many times."""
    return np.concatenate([np.full((count, 3), colour, np.uint8) for colour, count in colours])


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0.0, 0.0)),
    ],
)
def test_srgb_becomes_cielab_as_published(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert lab_of(np.array([rgb], np.uint8))[0] == pytest.approx(lab, abs=0.03)


@given(pixel)
def test_lightness_stays_within_its_scale(rgb: tuple[int, int, int]) -> None:
    lightness = lab_of(np.array(rgb, np.uint8))[0]
    assert -1e-3 <= lightness <= 100.001


@given(st.integers(0, 255))
def test_grey_has_no_colour(level: int) -> None:
    assert np.abs(lab_of(np.full((1, 3), level, np.uint8))[0, 1:]).max() < 0.02


def test_gains_make_a_coloured_white_neutral() -> None:
    cast = np.array([[200, 180, 150]], np.uint8)
    linear = ((cast[0] / 255 + 0.055) / 1.055) ** 2.4
    lab = lab_of(cast, tuple(float(linear[1] / part) for part in linear))
    assert np.abs(lab[0, 1:]).max() < 0.1


@pytest.mark.parametrize(("a", "b", "hue"), [(1, 0, 0), (0, 1, 90), (-1, 0, 180), (0, -1, 270)])
def test_hue_turns_from_red_over_yellow_and_green_to_blue(a: float, b: float, hue: float) -> None:
    assert hue_deg(a, b) == pytest.approx(hue)


@given(pixel.filter(lambda rgb: min(rgb) >= 40), st.floats(0.35, 1.0))
def test_shade_drops_out_when_lifted(rgb: tuple[int, int, int], shade: float) -> None:
    lit = np.array([rgb], np.uint8)
    linear = np.where((part := lit / 255) <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4) * shade
    dim = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    before, after = lab_of(lit), lab_of((255 * dim).round().astype(np.uint8))
    assert lifted(after, float(before[0, 0]))[0] == pytest.approx(before[0, 1:], abs=4.0)


def test_the_ground_is_the_skin_between_its_spots() -> None:
    lab = lab_of(field((YELLOW, 55), (BROWN, 45)))
    ground = ground_of(lab, dark_of(lab, 42, 78, 8))
    assert (ground.lightness, ground.a, ground.b) == pytest.approx(tuple(lab[0]), abs=1e-3)
    assert ground.hue_deg == pytest.approx(hue_deg(lab[0, 1], lab[0, 2]), abs=1e-3)


def test_a_surface_that_is_dark_all_over_is_its_own_ground() -> None:
    lab = lab_of(field((BROWN, 90), (YELLOW, 10)))
    ground = ground_of(lab, dark_of(lab, 42, 78, 8))
    assert ground.lightness == pytest.approx(float(lab[0, 0]), abs=1e-3)


def test_dark_is_brown_or_colourless_but_not_green() -> None:
    lab = lab_of(field((BROWN, 1), ((20, 18, 18), 1), ((45, 70, 25), 1), (YELLOW, 1)))
    assert dark_of(lab, 42, 78, 8).tolist() == [True, True, False, False]


def test_a_spot_differs_in_colour_and_a_shadow_does_not() -> None:
    shaded = tuple(round(part * 0.6) for part in YELLOW)
    lab = lab_of(field((YELLOW, 3), (BROWN, 1), (shaded, 1)))
    ground = ground_of(lab[:3], np.zeros(3, np.bool_))
    assert spotted(lab, ground, 16, 8).tolist() == [False, False, False, True, False]


def test_what_is_lighter_than_the_ground_is_glare_and_no_spot() -> None:
    lab = lab_of(field((YELLOW, 3), ((255, 250, 245), 1)))
    assert not spotted(lab, ground_of(lab[:3], np.zeros(3, np.bool_)), 16, 8).any()


def look(pixels: np.ndarray) -> Grey:
    return grey_of(pixels, chroma_to=8.0, lightness=(35.0, 98.0), share_from=0.25, spread_to=2.0)


def test_a_grey_sheet_sets_the_white() -> None:
    grey = look(field(((200, 196, 188), 60), (YELLOW, 40)))
    assert 0.5 < grey.confidence <= 0.6
    assert grey.chroma == pytest.approx(4.7, abs=0.5)
    assert np.abs(lab_of(np.array([[200, 196, 188]], np.uint8), grey.gains)[0, 1:]).max() < 0.1
    assert grey.gains[0] < 1 < grey.gains[2]


@pytest.mark.parametrize(
    "pixels",
    [
        field((YELLOW, 90), ((200, 200, 200), 10)),
        field(((5, 5, 5), 100)),
        field(((200, 190, 194), 50), ((190, 200, 196), 50)),
        np.zeros((0, 3), np.uint8),
    ],
    ids=["too little of it", "too dark", "of two colours", "no background"],
)
def test_without_a_grey_sheet_colours_stay_as_they_are(pixels: np.ndarray) -> None:
    assert look(pixels) == NO_GREY


@given(st.lists(pixel, min_size=1, max_size=30))
def test_confidence_is_a_share_and_gains_are_positive(colours: list[tuple[int, int, int]]) -> None:
    grey = look(np.array(colours, np.uint8))
    assert 0 <= grey.confidence <= 1
    assert min(grey.gains) > 0
