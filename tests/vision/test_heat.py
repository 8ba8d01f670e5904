import io

import numpy as np
import pytest
from PIL import Image

from cultivar.vision.decode import Limits
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.heat import COOL, RAMP, draw
from tests.support.photofile import encoded, jpeg
from tests.vision.pictures import PROFILE, SECRET, profile_of, telling, texture

GREY = encoded(Image.new("RGB", (400, 300), (128, 128, 128)), "PNG")
WHOLE = (0.0, 0.0, 400.0, 300.0)
# Viénot, Brettel & Mollon (1999): linear RGB as people without M and without L cones see it
SEEN_BY = {
    "nobody": np.eye(3),
    "deuteranope": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
    "protanope": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
}


def drawn(data: bytes, heat: np.ndarray, region: tuple[float, float, float, float] = WHOLE) -> np.ndarray:
    made, size = draw(data, heat, region, Limits())
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size) == ("PNG", size)
        return np.asarray(picture.convert("RGB")).astype(int)


def spot(row: int, column: int, side: int = 32) -> np.ndarray:
    at = np.arange(side)
    return np.exp(-((at[:, None] - row) ** 2 + (at[None] - column) ** 2) / (2 * 4.0**2))


def test_without_heat_the_photo_is_as_it_was() -> None:
    assert (drawn(GREY, np.zeros((32, 32))) == 128).all()


def test_what_is_cool_stays_clear_and_what_is_hot_still_shows_the_photo() -> None:
    assert (drawn(GREY, np.full((32, 32), COOL)) == 128).all()
    stripes = np.asarray(Image.new("L", (400, 300))).copy()
    stripes[:, ::2] = 255
    hot = drawn(encoded(Image.fromarray(stripes).convert("RGB"), "PNG"), np.ones((32, 32)))
    assert (hot[:, 1::2] - hot[:, ::2]).__abs__().max() > 70
    assert np.abs(hot[:, :, 0].mean() - hot[:, :, 2].mean()) > 60


def test_the_heat_is_where_it_was_said_to_be_with_a_line_around_it() -> None:
    changed = np.abs(drawn(GREY, spot(8, 24)) - 128).sum(axis=2)
    rows, columns = np.nonzero(changed > 30)
    assert (rows.mean(), columns.mean()) == pytest.approx((8.5 / 32 * 300, 24.5 / 32 * 400), abs=5)
    across = drawn(GREY, spot(16, 16))[155].sum(axis=1)
    assert across.max() > 3 * 230
    assert across.min() < 3 * 60


def test_outside_of_what_the_network_saw_nothing_is_drawn() -> None:
    picture = drawn(GREY, np.ones((32, 32)), (100.0, 0.0, 300.0, 300.0))
    assert (picture[:, :100] == 128).all()
    assert (picture[:, 300:] == 128).all()
    assert (np.abs(picture[:, 100:300] - 128).sum(axis=2) > 30).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_photo_is_upright_and_the_heat_with_it(orientation: int) -> None:
    stored = jpeg(Image.new("RGB", (60, 40), (128, 128, 128)), orientation=orientation)
    changed = np.abs(drawn(stored, spot(8, 8), (0, 0, 60, 40)) - 128).sum(axis=2)
    assert changed.shape == (40, 60)
    assert changed[:20, :30].sum() > 5 * changed[20:, 30:].sum()


def test_a_photo_is_made_smaller_never_larger() -> None:
    large = encoded(texture(1600, 1000), "PNG")
    assert drawn(large, spot(8, 8), (0, 0, 1600, 1000)).shape == (500, 800, 3)
    assert drawn(GREY, spot(8, 8)).shape == (300, 400, 3)


def test_nothing_of_the_file_but_its_colours_is_kept() -> None:
    made, _ = draw(telling("JPEG", texture(200, 100), 6), spot(8, 8), (0, 0, 100, 200), Limits())
    assert SECRET not in made
    assert profile_of(made) == PROFILE


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 2)])
def test_the_smallest_photos_are_drawn_on_too(size: tuple[int, int]) -> None:
    data = encoded(Image.new("RGB", size, (128, 128, 128)), "PNG")
    assert drawn(data, spot(8, 8), (0, 0, *size)).shape == (size[1], size[0], 3)


def test_what_is_no_photo_is_said_so() -> None:
    with pytest.raises(UnreadableImage):
        draw(b"text named .jpg", spot(8, 8), WHOLE, Limits())


@pytest.mark.parametrize("who", SEEN_BY)
def test_hotter_is_lighter_for_everybody(who: str) -> None:
    """By CIE 1976 L*."""
    linear = np.where((c := RAMP / 255) <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    luminance = (linear @ SEEN_BY[who].T).clip(0, 1) @ (0.2126, 0.7152, 0.0722)
    lightness = 116 * np.cbrt(luminance.clip(0.008856)) - 16
    assert (np.diff(lightness) > 4).all()
