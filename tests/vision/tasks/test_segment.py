import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from cultivar.vision.tasks.segment import TOLERANCE, outlines, valid
from tests.vision.heads import SIDE, prototypes

SIZE = (SIDE, SIDE)


def mixes(seed: int, boxes: int, count: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (boxes, count)).astype(np.float32)


def some_boxes(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, SIDE * 0.7, (count, 2))
    return np.concatenate((corners, np.minimum(corners + rng.uniform(6, SIDE, (count, 2)), SIDE)), axis=1)


def upsampled(surface: np.ndarray, fine: int) -> np.ndarray:
    """Bilinear, sampled at the centres of `fine` pixels to one of the input."""

    def along(values: np.ndarray) -> np.ndarray:
        places = ((np.arange(SIDE * fine) + 0.5) / fine / SIDE * len(values) - 0.5).clip(0, len(values) - 1)
        low = places.astype(int)
        share = (places - low)[:, None]
        return values[low] * (1 - share) + values[np.minimum(low + 1, len(values) - 1)] * share

    return along(along(surface).T).T


def mask(surface: np.ndarray, box: np.ndarray, fine: int = 2) -> np.ndarray:
    """The definition: over 0, inside the box."""
    centres = (np.arange(SIDE * fine) + 0.5) / fine
    across, down = (centres > box[0]) & (centres < box[2]), (centres > box[1]) & (centres < box[3])
    return (upsampled(surface, fine) > 0) & down[:, None] & across


def filled(ring: np.ndarray, fine: int = 2) -> np.ndarray:
    image = Image.new("1", (SIDE * fine, SIDE * fine))
    ImageDraw.Draw(image).polygon([tuple(point) for point in ring * fine - 0.5], fill=1)
    return np.asarray(image)


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_outlines_are_valid_and_within_their_boxes(seed: int) -> None:
    boxes = some_boxes(seed, 6)
    rings = outlines(prototypes(seed, 8), mixes(seed, 6), boxes, SIZE)
    assert len(rings) == len(boxes)
    for ring, (x1, y1, x2, y2) in zip(rings, boxes, strict=True):
        if len(ring):
            polygon = shapely.Polygon(ring)
            assert polygon.is_valid
            assert polygon.area > 0
            assert len(ring) >= 3
            assert not np.array_equal(ring[0], ring[-1])
            assert (ring.min(axis=0) >= np.array((x1, y1)) - 1e-6).all()
            assert (ring.max(axis=0) <= np.array((x2, y2)) + 1e-6).all()


def bowls(side: int = SIDE // 4) -> np.ndarray:
    """Prototypes that mix to any ellipse: 1, x, y, x², y², xy over -1..1."""
    places = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(places, places)
    return np.stack((np.ones_like(x), x, y, x * x, y * y, x * y)).astype(np.float32)


@settings(max_examples=25)
@given(st.tuples(*[st.floats(-0.3, 0.3)] * 2), st.tuples(*[st.floats(1, 4)] * 2), st.floats(-0.5, 0.5))
def test_an_outline_is_that_of_the_interpolated_mask(
    middle: tuple[float, float], narrow: tuple[float, float], tilt: float
) -> None:
    (u, v), (a, b) = middle, narrow
    # 0.25 - a (x - u)² - b (y - v)² - tilt xy
    mix = np.array([0.25 - a * u * u - b * v * v, 2 * a * u, 2 * b * v, -a, -b, -tilt], np.float32)
    box = np.array([90.3, 70.2, 260.4, 240.9])
    (ring,) = outlines(bowls(), mix[None], box[None], SIZE)
    truth, drawn = mask(np.tensordot(mix, bowls(), 1), box), filled(ring)
    assert truth.sum() > 3000
    assert (truth & drawn).sum() / (truth | drawn).sum() > 0.97


def test_an_edge_lies_between_pixels_where_the_surface_is_0() -> None:
    """A slope that is 0 at x = 101.7: no grid of prototypes knows that number."""
    centres = (np.arange(SIDE // 4) + 0.5) * 4
    slope = np.broadcast_to(101.7 - centres, (SIDE // 4, SIDE // 4)).astype(np.float32)[None]
    (ring,) = outlines(slope, np.ones((1, 1), np.float32), np.array([[20.3, 30.1, 200.2, 90.6]]), SIZE)
    assert sorted(map(tuple, ring.round(3).tolist())) == [(20.3, 30.1), (20.3, 90.6), (101.7, 30.1), (101.7, 90.6)]


def test_an_empty_mask_has_no_outline() -> None:
    masks = -np.ones((1, 80, 80), np.float32)
    one, other = outlines(np.concatenate((masks, -masks)), np.eye(2, dtype=np.float32), some_boxes(0, 2), SIZE)
    assert (one.shape, len(other)) == ((0, 2), 4)


@pytest.mark.parametrize("boxes", [np.zeros((0, 4)), np.array([[0, 0, 0.4, 0.3]]), np.array([[0.0, 0, SIDE, SIDE]])])
def test_no_box_the_smallest_and_the_largest(boxes: np.ndarray) -> None:
    rings = outlines(np.ones((1, 80, 80), np.float32), np.ones((len(boxes), 1), np.float32), boxes, SIZE)
    for ring, box in zip(rings, boxes, strict=True):
        assert (*ring.min(axis=0), *ring.max(axis=0)) == pytest.approx(box)


def test_of_an_outline_that_crosses_itself_the_larger_part_stays() -> None:
    eight = np.array([[0, 0], [40, 40], [40, 0], [0, 40], [-60, 20], [0, 0.0]])
    (polygon,) = valid([eight])
    assert polygon.is_valid
    assert polygon.geom_type == "Polygon"
    assert polygon.area > 600


def test_simplifying_moves_the_outline_by_less_than_its_tolerance() -> None:
    turns = np.linspace(0, 2 * np.pi, 400)
    circle = np.stack((np.cos(turns), np.sin(turns)), axis=1) * 60 + 100
    circle[-1] = circle[0]
    (polygon,) = valid([circle])
    assert len(polygon.exterior.coords) < 60
    assert shapely.hausdorff_distance(polygon, shapely.Polygon(circle)) <= TOLERANCE


def test_an_outline_thinner_than_the_tolerance_is_not_simplified_away() -> None:
    sliver = np.array([[0, 0], [100, 0], [100, 0.2], [0, 0.2], [0, 0.0]])
    (polygon,) = valid([sliver])
    assert polygon.area == pytest.approx(20)
