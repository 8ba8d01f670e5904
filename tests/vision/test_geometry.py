from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from cultivar.vision.geometry import PAD, Frame, PlainFrame, PlainTiles, fit, grown, place, place_region, spare, tiles
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
@example(PlainFrame(8, 8, resize="letterbox"), 200, 3401)
def test_crop_and_letterbox_keep_the_aspect_ratio(frame: Frame, width: int, height: int) -> None:
    placement = place(frame, width, height)
    across, down = placement.scale
    if frame.resize == "crop":
        assert across == pytest.approx(down)
    elif frame.resize == "letterbox":
        u0, v0, u1, v1 = placement.target
        scale = min(frame.width / width, frame.height / height)
        assert u1 - u0 == pytest.approx(max(1, width * scale), abs=0.5 + 1e-9)
        assert v1 - v0 == pytest.approx(max(1, height * scale), abs=0.5 + 1e-9)


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


@given(frames, sides, sides)
def test_the_way_back_leads_where_a_pixel_came_from(frame: Frame, width: int, height: int) -> None:
    placement = place(frame, width, height)
    corners = np.array(placement.target, float).reshape(2, 2)
    assert placement.back(corners).ravel() == pytest.approx(placement.source)
    middle = placement.back(corners.mean(axis=0))
    assert middle == pytest.approx(np.array(placement.source).reshape(2, 2).mean(axis=0))


@given(frames, sides, sides, st.floats(0.1, 1), st.floats(0.1, 1))
def test_a_smaller_copy_fills_the_same_part_of_the_input(
    frame: Frame, width: int, height: int, across: float, down: float
) -> None:
    placement, copy = place(frame, width, height), place(frame, width, height).of((across, down))
    assert copy.target == placement.target
    shares = np.array((across, down, across, down))
    assert np.array(copy.source) == pytest.approx(np.array(placement.source) * shares)


@given(sides, sides, st.integers(64, 2000), st.floats(0, 0.8))
def test_tiles_cover_the_photo_and_overlap(width: int, height: int, side: int, overlap: float) -> None:
    cut = tiles(width, height, PlainTiles(side, overlap))
    assert (cut == ()) == (max(width, height) <= side)
    for near, far, length in ((0, 2, width), (1, 3, height)):
        spans = sorted({(tile[near], tile[far]) for tile in cut})
        if not spans:
            continue
        assert (spans[0][0], spans[-1][1]) == (0, length)
        assert all(end - begin == min(side, length) for begin, end in spans)
        for (_, end), (begin, _) in pairwise(spans):
            assert end - begin >= side * overlap - 1


def test_a_region_is_seen_as_a_photo_of_its_own() -> None:
    halves = Image.new("RGB", (200, 100), (255, 0, 0))
    halves.paste((0, 255, 0), (100, 0, 200, 100))
    frame = PlainFrame(50, 50, "letterbox")
    placement = place_region(frame, (100, 0, 200, 100))
    assert (fit(halves, frame, placement) == (0, 255, 0)).mean() > 0.97
    assert placement.back(np.array([25.0, 25.0])).tolist() == [150, 50]


def test_a_box_grows_to_the_edge_at_most() -> None:
    assert grown((10, 10, 110, 60), 0.1, 115, 200) == (0, 5, 115, 65)
