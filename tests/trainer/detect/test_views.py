import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cultivar.trainer.detect.outline import UNSURE, overlap
from cultivar.trainer.detect.scene import Scene, boxes_of
from cultivar.trainer.detect.views import clipped, framed, joined, laid, letterbox, light, turned
from cultivar.vision.geometry import PlainFrame, fit

RED, BLUE = (220, 20, 20), (20, 20, 220)
SEEDS = st.integers(0, 2**32)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A red and a blue rectangle apart from each other, on white."""
    width, height = draw(st.integers(80, 200)), draw(st.integers(60, 160))
    pixels, owner = np.full((height, width, 3), 255, np.uint8), np.zeros((height, width), np.uint8)
    for number, (colour, left) in enumerate(((RED, 0), (BLUE, width // 2))):
        x, y = left + draw(st.integers(2, 8)), draw(st.integers(2, height // 3))
        w, h = draw(st.integers(20, width // 2 - 12)), draw(st.integers(20, height // 2))
        pixels[y : y + h, x : x + w], owner[y : y + h, x : x + w] = colour, number + 1
    return Scene(pixels, boxes_of(owner, 2), np.array([0, 1]), owner, np.ones(2, bool))


def check(scene: Scene, *, least: float) -> None:
    """Boxes lie in the frame, fit what they own (a small one to a pixel and a half), and own pixels of their colour."""
    height, width = scene.size
    assert (scene.boxes >= 0).all()
    assert (scene.boxes[:, 2:] <= (width, height)).all()
    assert set(np.unique(scene.owner)) <= {*range(len(scene.boxes) + 1), UNSURE}
    for place, (box, label) in enumerate(zip(scene.boxes, scene.classes, strict=True)):
        mine = scene.owner == place + 1
        owned = boxes_of(mine.astype(np.uint8), 1)[0]
        assert overlap(owned, box) >= least or (least < 1 and np.abs(owned - box).max() <= 1.5)
        mean = scene.pixels[mine].astype(float).mean(0)
        assert (mean[0] > mean[2]) == (label == 0)


@given(scenes(), SEEDS)
def test_turned_pictures_keep_their_things_in_their_boxes(scene: Scene, seed: int) -> None:
    again = turned(scene, np.random.default_rng(seed), turns=True)
    assert sorted(again.size) == sorted(scene.size)
    check(again, least=1.0)


@given(scenes(), SEEDS, st.floats(0.4, 1.8))
def test_framed_pictures_do_too(scene: Scene, seed: int, zoom: float) -> None:
    again = framed(scene, 128, 96, zoom, np.random.default_rng(seed), (114, 114, 114))
    assert again.size == (96, 128)
    check(again, least=0.7)


@given(st.lists(scenes(), min_size=4, max_size=4), SEEDS)
def test_four_in_one_do_too(four: list[Scene], seed: int) -> None:
    again = joined(four, 160, (0.6, 1.4), np.random.default_rng(seed))
    assert again.size == (160, 160)
    check(again, least=0.6)


@settings(max_examples=40)
@given(scenes(), SEEDS)
def test_things_laid_on_another_ground_are_where_their_boxes_are(scene: Scene, seed: int) -> None:
    ground = np.full((150, 180, 3), 120, np.uint8)
    check(laid(scene, ground, np.random.default_rng(seed)), least=1.0)


def test_a_box_of_which_little_is_left_goes_and_its_pixels_are_nobody_s_for_sure() -> None:
    owner = np.zeros((40, 40), np.uint8)
    owner[:, :4], owner[10:30, 10:30] = 1, 2
    boxes = np.array([[-60, 0, 4, 40], [10, 10, 30, 30]], np.float32)
    left = clipped(Scene(np.zeros((40, 40, 3), np.uint8), boxes, np.array([0, 1]), owner, np.ones(2, bool)))
    assert left.classes.tolist() == [1]
    assert left.owner[0, 0] == UNSURE
    assert left.owner[20, 20] == 1


@given(st.integers(10, 300), st.integers(10, 300))
def test_a_letterbox_is_that_of_serving(width: int, height: int) -> None:
    pixels = np.random.default_rng(width * height).integers(0, 256, (height, width, 3)).astype(np.uint8)
    ours, _, _ = letterbox(pixels, 64)
    served = fit(Image.fromarray(pixels), PlainFrame(64, 64, "letterbox", interpolation="bilinear"))
    assert np.array_equal(ours, served)


def test_no_light_is_no_change_and_light_keeps_the_order_of_red_and_green() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[..., 0], pixels[..., 1], pixels[..., 2] = 200, 120, 40
    rng = np.random.default_rng(0)
    assert np.array_equal(light(pixels, 0.0, rng), pixels)
    for _ in range(40):
        red, green, blue = light(pixels, 1.0, rng).reshape(-1, 3).mean(0)
        assert red >= green >= blue - 15
