import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cultivar.vision.geometry import PAD, Frame, PlainFrame, fit, place, spare
from cultivar.vision.manifest import Input
from tests.vision.pictures import texture

sides = st.integers(1, 5000)
frames = st.builds(
    PlainFrame,
    width=st.integers(8, 640),
    height=st.integers(8, 640),
    resize=st.sampled_from(["squash", "crop", "letterbox"]),
    crop_share=st.floats(0.3, 1.0),
    interpolation=st.sampled_from(["bilinear", "bicubic"]),
)


@given(frames, sides, sides)
def test_both_rectangles_lie_inside(frame: Frame, width: int, height: int) -> None:
    placement = place(frame, width, height)
    x0, y0, x1, y1 = placement.source
    u0, v0, u1, v1 = placement.target
    assert 0 <= x0 < x1 <= width + 1e-6
    assert 0 <= y0 < y1 <= height + 1e-6
    assert 0 <= u0 < u1 <= frame.width
    assert 0 <= v0 < v1 <= frame.height
    if frame.resize != "letterbox":
        assert placement.target == (0, 0, frame.width, frame.height)


@given(frames, st.integers(200, 5000), st.integers(200, 5000))
def test_crop_and_letterbox_keep_the_aspect_ratio(frame: Frame, width: int, height: int) -> None:
    placement = place(frame, width, height)
    across, down = placement.scale
    if frame.resize == "crop":
        assert across == pytest.approx(down)
    elif frame.resize == "letterbox":
        u0, v0, u1, v1 = placement.target
        half_a_pixel = 0.5 / (u1 - u0) + 0.5 / (v1 - v0)
        assert abs(across / down - 1) <= 2 * half_a_pixel + 1e-9


@given(frames, sides, sides)
def test_a_photo_reduced_by_what_is_spare_still_fills_the_frame(frame: Frame, width: int, height: int) -> None:
    factor = spare(frame, width, height)
    placement = place(frame, width, height)
    u0, v0, u1, v1 = placement.target
    x0, y0, x1, y1 = placement.source
    assert (x1 - x0) / factor >= (u1 - u0) * (1 - 1e-9)
    assert (y1 - y0) / factor >= (v1 - v0) * (1 - 1e-9)


@given(frames, st.integers(1, 60), st.integers(1, 60))
def test_the_input_has_the_frame_s_shape(frame: Frame, width: int, height: int) -> None:
    pixels = fit(texture(width, height), frame)
    assert pixels.shape == (frame.height, frame.width, 3)
    assert pixels.dtype == np.uint8


def test_crop_takes_the_middle() -> None:
    stripes = Image.new("RGB", (300, 100), (255, 0, 0))
    stripes.paste((0, 255, 0), (100, 0, 200, 100))
    pixels = fit(stripes, PlainFrame(50, 50, "crop"))
    assert (pixels == (0, 255, 0)).mean() > 0.97


def test_crop_share_leaves_a_border_out() -> None:
    assert place(PlainFrame(50, 50, "crop", crop_share=0.5), 100, 100).source == (25, 25, 75, 75)


def test_letterbox_pads_with_grey_on_both_sides() -> None:
    pixels = fit(Image.new("RGB", (200, 100), (255, 255, 255)), PlainFrame(64, 64, "letterbox"))
    assert (pixels[:16] == PAD).all()
    assert (pixels[-16:] == PAD).all()
    assert (pixels[16:48] == 255).all()


def test_a_manifest_s_input_is_a_frame() -> None:
    assert place(Input(width=100, height=50), 10, 10).target == (0, 0, 100, 50)
