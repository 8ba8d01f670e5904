import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from cultivar.vision.decode import Limits
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.overlay import PALETTE, TINT, Kind, Shape, draw, writable
from tests.support.photofile import encoded, jpeg
from tests.vision.pictures import PROFILE, SECRET, profile_of, telling, texture

GREY = encoded(Image.new("RGB", (400, 300), (128, 128, 128)), "PNG")
RING = ((100.0, 80.0), (300.0, 90.0), (280.0, 220.0), (110.0, 200.0))
RIPE = Shape((100, 80, 300, 220), RING, "Ripe 87%", 2)
# Viénot, Brettel & Mollon (1999): linear RGB as people without M and without L cones see it
CONFUSED = {
    "nobody": np.eye(3),
    "deuteranope": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
    "protanope": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
}


def drawn(data: bytes, *shapes: Shape, headline: str = "", long_side: int = 1280, kind: Kind = "png") -> np.ndarray:
    with Image.open(io.BytesIO(draw(data, shapes, headline, long_side, kind, Limits()))) as picture:
        assert picture.format == kind.upper()
        return np.asarray(picture.convert("RGB")).astype(int)


def test_what_is_outlined_is_tinted_and_nothing_else() -> None:
    picture = drawn(GREY, RIPE)
    outside = np.ones((300, 400), bool)
    outside[40:230, 90:310] = False
    assert (picture[outside] == 128).all()
    edge = picture[150, 100:116]
    assert np.abs(edge - PALETTE[2]).sum(axis=1).min() < 60
    within = picture[100:190, 125:270]
    assert (within == within[0, 0]).all()
    assert within[0, 0] == pytest.approx((1 - TINT / 255) * 128 + TINT / 255 * np.array(PALETTE[2]), abs=1)


def test_dark_and_light_are_still_told_apart_below_the_tint() -> None:
    spotted = Image.new("RGB", (400, 300), (230, 200, 60))
    spotted.paste((70, 50, 30), (180, 130, 200, 150))
    picture = drawn(encoded(spotted, "PNG"), RIPE)
    before = np.abs(np.array([230, 200, 60]) - [70, 50, 30])
    assert (np.abs(picture[120, 160] - picture[140, 190]) > 0.7 * before).all()


def test_where_two_overlap_the_surer_one_tints_alone() -> None:
    below = Shape(RIPE.bbox, RING, "", 3)
    both, one = drawn(GREY, RIPE, below), drawn(GREY, RIPE)
    assert both[150, 200].tolist() == one[150, 200].tolist()


def test_a_box_alone_is_drawn_and_not_filled() -> None:
    picture = drawn(GREY, Shape((100, 80, 300, 220), None, "", 0))
    assert picture[150, 200].tolist() == [128, 128, 128]
    assert np.abs(picture[150, 96:105] - PALETTE[0]).sum(axis=1).min() < 60


def test_what_lies_below_another_still_has_its_outline() -> None:
    below = Shape((150, 120, 250, 180), ((150.0, 120.0), (250.0, 120.0), (250.0, 180.0), (150.0, 180.0)), "", 5)
    picture = drawn(GREY, RIPE, below)
    assert np.abs(picture[150, 246:255] - PALETTE[5]).sum(axis=1).min() < 60


@pytest.mark.parametrize("orientation", range(1, 9))
def test_shapes_are_in_pixels_of_the_upright_photo(orientation: int) -> None:
    image = Image.new("RGB", (60, 40), (128, 128, 128))
    stored = jpeg(image, orientation=orientation)
    picture = drawn(stored, Shape((0, 0, 30, 20), ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0)), "", 3))
    assert picture.shape == (40, 60, 3)
    coloured = np.abs(picture - 128).sum(axis=2) > 40
    assert coloured[17:24, 5:24].any(axis=0).all()
    assert coloured[5:16, 27:34].any(axis=1).all()
    assert not coloured[26:, 36:].any()


def test_a_photo_is_made_smaller_never_larger() -> None:
    assert drawn(GREY, RIPE, long_side=200).shape == (150, 200, 3)
    assert drawn(GREY, RIPE, long_side=2000).shape == (300, 400, 3)


def test_texts_do_not_cover_each_other() -> None:
    one, other = (drawn(GREY, Shape((100, 80, 300, 220), None, text, 0)) for text in ("Ripe 87%", ""))
    alone = (np.abs(one - other).sum(axis=2) > 40).sum()
    both = drawn(GREY, RIPE, Shape((100, 80, 300, 220), None, "Ripe 87%", 0), RIPE)
    plain = drawn(GREY, *(Shape(RIPE.bbox, ring, "", colour) for ring, colour in ((RING, 2), (None, 0), (RING, 2))))
    assert (np.abs(both - plain).sum(axis=2) > 40).sum() > 2.3 * alone


def test_a_headline_stands_below_the_photo_and_fits() -> None:
    picture = drawn(GREY, RIPE, headline="Ripe 84% · grade B+ · and much more than there is room for in one line " * 2)
    assert picture.shape[1] == 400
    assert picture.shape[0] > 300
    band = picture[300:]
    assert band.max() > 150
    assert (band[:, :4] < 40).all()
    assert (band[:, -4:] < 40).all()


@pytest.mark.parametrize(
    ("text", "plain"), [("Mûre – 87 %", "Mure - 87 %"), ("cœur · été", "coeur · ete"), ("熟", "?")]
)
def test_texts_are_written_in_the_letters_that_there_are(text: str, plain: str) -> None:
    assert writable(text) == plain


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_nothing_of_the_file_but_its_colours_is_kept(kind: Kind) -> None:
    data = telling("JPEG", texture(200, 100), 6)
    made = draw(data, [RIPE], "", 1280, kind, Limits())
    assert SECRET not in made
    assert profile_of(made) == PROFILE
    with Image.open(io.BytesIO(made)) as picture:
        assert not picture.getexif()


@pytest.mark.parametrize("ring", [(), ((5.0, 5.0),), ((-50.0, -50.0), (900.0, -5.0), (500.0, 900.0))])
def test_any_shape_is_drawn_as_well_as_may_be(ring: tuple[tuple[float, float], ...]) -> None:
    assert drawn(GREY, Shape((-10, -10, 900, 900), ring, "x" * 300, -4)).shape == (300, 400, 3)


def test_what_is_no_photo_is_said_so() -> None:
    with pytest.raises(UnreadableImage):
        draw(b"text named .jpg", [], "", 1280, "png", Limits())


@pytest.mark.parametrize("who", CONFUSED)
def test_the_palette_is_told_apart(who: str) -> None:
    """By CIE 1976 L*a*b* distance; about 2 is just noticeable."""
    linear = np.where((c := np.array(PALETTE) / 255) <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = (linear @ CONFUSED[who].T).clip(0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt((seen @ to_xyz.T / (0.9505, 1, 1.089)).clip(0.008856)).T
    lab = np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=1)
    assert min(np.linalg.norm(one - other) for one, other in combinations(lab, 2)) > 10
