import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from PIL import Image, ImageFilter

from cultivar.vision.decode import luma
from cultivar.vision.quality import SCALE, Quality, judge, laplacian_variance, unusable
from tests.support import drawing

greys = some.arrays(np.uint8, some.array_shapes(min_dims=2, max_dims=2, max_side=24))


def judged(image: Image.Image) -> Quality:
    return judge(luma(image), min(image.size))


@given(greys, st.integers(1, 5000))
def test_every_score_is_between_0_and_1(grey: np.ndarray, short_side: int) -> None:
    quality = judge(grey, short_side)
    assert all(0 <= score <= 1 for score in (quality.sharpness, quality.exposure, quality.size, quality.score))
    assert quality.raw_sharpness >= 0
    assert 0 <= quality.brightness <= 255


@given(greys, st.integers(1, 5000))
def test_the_overall_score_lies_between_its_parts(grey: np.ndarray, short_side: int) -> None:
    quality = judge(grey, short_side)
    parts = (quality.sharpness, quality.exposure, quality.size)
    assert min(parts) - 1e-9 <= quality.score <= max(parts) + 1e-9
    assert (quality.score == 0) == (0 in parts)


@given(greys)
def test_the_laplacian_agrees_with_its_definition(grey: np.ndarray) -> None:
    pixels = grey.astype(float)
    rows, columns = range(1, grey.shape[0] - 1), range(1, grey.shape[1] - 1)
    edges = [
        pixels[y - 1, x] + pixels[y + 1, x] + pixels[y, x - 1] + pixels[y, x + 1] - 4 * pixels[y, x]
        for y in rows
        for x in columns
    ]
    assert laplacian_variance(grey) == pytest.approx(np.var(edges) if edges else 0.0)


@pytest.mark.parametrize("label", [*drawing.LABELS, drawing.THING])
def test_drawn_photos_are_usable(label: str) -> None:
    for size in (160, 256, 640):
        quality = judged(drawing.picture(label, size=size))
        assert not unusable(quality), quality


@pytest.mark.parametrize("shade", [0, 3, 252, 255])
def test_black_and_white_photos_are_unusable(shade: int) -> None:
    grain = np.random.default_rng(0).normal(0, 2, (300, 400, 3))
    assert unusable(judged(Image.fromarray((grain + shade).clip(0, 255).astype(np.uint8))))


def test_one_even_colour_is_unusable() -> None:
    assert unusable(judged(Image.new("RGB", (640, 480), (90, 140, 60))))


@pytest.mark.parametrize("label", drawing.LABELS)
def test_blur_lowers_sharpness_until_the_photo_is_refused(label: str) -> None:
    photo = drawing.picture(label, size=480)
    scores = [judged(photo.filter(ImageFilter.GaussianBlur(radius))).sharpness for radius in (0, 2, 4, 16)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < SCALE.refuse_sharpness


def test_a_photo_of_a_few_pixels_is_unusable() -> None:
    photo = drawing.picture(drawing.MAPLE, size=640)
    for side in (1, 16, SCALE.short_side[0]):
        assert unusable(judged(photo.resize((side, side))))


def test_a_sharp_photo_is_as_sharp_in_any_size_it_is_taken() -> None:
    photo = drawing.picture(drawing.MAPLE, size=1280)
    scores = [judged(photo.resize((side, side), Image.Resampling.LANCZOS)).sharpness for side in (1280, 640, 320)]
    assert max(scores) - min(scores) < 0.15
