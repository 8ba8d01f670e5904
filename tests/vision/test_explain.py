"""Where a class comes from: the arithmetic, and on drawn leaves whose sick spots are at known places."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from cultivar.vision.explain import GRID, PARTS, PASSES, Heat, heat, hidden, log_odds, windows
from cultivar.vision.geometry import fit, place
from cultivar.vision.runtime.machine import Wish, plan
from cultivar.vision.runtime.models import LoadedModel, load_model
from tests.support import drawing, shapes
from tests.support.model import KEPT
from tests.support.plants import leaf
from tests.support.scenes import Pixels, straw, table, wood
from tests.vision.pictures import texture

SIDE = 320
SICK = drawing.LABELS.index(drawing.MAPLE_SICK)


def test_the_work_is_bounded() -> None:
    assert PASSES == PARTS + 1 <= 64


def test_parts_lie_all_over_the_picture_each_hidden_most_in_its_middle() -> None:
    there = windows(60, 40)
    assert there.shape == (PARTS, 40, 60)
    assert there.min() >= 0
    assert 0.95 < there.max() <= 1
    assert there.max(axis=0).min() > 0.3
    middles = {np.unravel_index(part.argmax(), part.shape) for part in there}
    assert len(middles) >= 49


@given(begin=st.integers(0, PARTS - 1), count=st.integers(1, PARTS))
def test_some_parts_are_the_same_as_among_all(begin: int, count: int) -> None:
    some = slice(begin, begin + count)
    assert np.array_equal(windows(16, 12, some), windows(16, 12)[some])


def test_hiding_changes_the_photo_where_the_part_is_and_nothing_beside_the_photo() -> None:
    pixels = np.asarray(texture(64, 64))
    first, *_, last = hidden(pixels, (0, 16, 64, 48), slice(0, 49)).astype(int)
    for changed in (np.abs(first - pixels), np.abs(last - pixels)):
        assert not changed[:16].any()
        assert not changed[48:].any()
    assert np.abs(first - pixels)[16:24, :16].mean() > 10 * np.abs(first - pixels)[40:48, 48:].mean()
    assert np.abs(last - pixels)[40:48, 48:].mean() > 10 * np.abs(last - pixels)[16:24, :16].mean()


def test_where_nothing_is_to_be_seen_hiding_changes_nothing() -> None:
    plain = np.full((32, 48, 3), 90, np.uint8)
    assert (hidden(plain, (0, 0, 48, 32), slice(None)) == plain).all()


@given(x=st.floats(0.12, 0.88), y=st.floats(0.12, 0.88), whole=st.floats(-2, 8))
def test_what_lies_in_one_place_is_found_there(x: float, y: float, whole: float) -> None:
    column, row = int(x * GRID), int(y * GRID)
    taken = 4.0 * windows(GRID, GRID)[:, row, column]
    found = heat(whole, whole - taken)
    hottest = np.unravel_index(found.values.argmax(), found.values.shape)
    assert found.decisive
    assert found.values.max() == pytest.approx(1)
    assert found.values.min() >= 0
    assert np.hypot(hottest[0] - row, hottest[1] - column) <= 0.12 * GRID


@pytest.mark.parametrize("taken", [0.0, -3.0])
def test_where_no_part_is_needed_there_is_no_heat(taken: float) -> None:
    found = heat(5.0, np.full(PARTS, 5.0 - taken))
    assert not found.decisive
    assert not found.values.any()


def test_what_hardly_matters_does_not_glow() -> None:
    taken = np.random.default_rng(0).uniform(0, 0.3, PARTS)
    found = heat(6.0, 6.0 - taken)
    assert not found.decisive
    assert 0 < found.values.max() < 0.25


@cache
def model() -> LoadedModel:
    return load_model(KEPT, plan(Wish(), 1, ("CPUExecutionProvider",)))


def test_odds_are_told_apart_where_shares_no_longer_are() -> None:
    """A share of 1 - 1e-30 is 1 to a float."""
    joint = np.zeros((2, 8), np.float32)
    joint[:, SICK] = 40, 50
    rest = {head.output: np.zeros((2, len(head.labels)), np.float32) for head in model().manifest.heads}
    less, more = log_odds(model().manifest, rest | {"joint": joint}, SICK)
    assert more - less == pytest.approx(10 / model().manifest.joint.temperature, rel=1e-6)  # type: ignore[union-attr]


def sick_leaf(seed: int, ground: Pixels, condition: str = "Tar_spot") -> Pixels:
    rng = np.random.default_rng(seed)
    return leaf(ground, shapes.maple(rng), drawing.GREENS["Maple"], condition, rng)


def masks(seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the leaf is, since no ground shows through, and its spots, since they make the difference; on the grid."""
    dark, light = np.zeros((SIDE, SIDE, 3), np.float32), np.full((SIDE, SIDE, 3), 255, np.float32)
    is_leaf = np.abs(sick_leaf(seed, dark) - sick_leaf(seed, light)).max(axis=2) < 1
    is_spot = np.abs(sick_leaf(seed, dark) - sick_leaf(seed, dark, "healthy")).max(axis=2) > 12
    on_grid = [np.asarray(Image.fromarray(mask).convert("L").resize((GRID, GRID))) > 100 for mask in (is_leaf, is_spot)]
    return on_grid[0], on_grid[1]


def explained(picture: Pixels) -> Heat:
    network, manifest = model().network, model().manifest
    pixels = fit(Image.fromarray(picture.clip(0, 255).astype(np.uint8)), manifest.input)
    whole = network.run(pixels[None])
    assert log_odds(manifest, whole, SICK)[0] > 0, "the answer must be right to be explained"
    target = place(manifest.input, SIDE, SIDE).target
    parts = network.run(hidden(pixels, target, slice(None)))
    return heat(float(log_odds(manifest, whole, SICK)[0]), log_odds(manifest, parts, SICK))


@pytest.mark.parametrize("ground", [straw, table, wood])
@pytest.mark.parametrize("seed", range(4))
def test_a_sick_leaf_is_hotter_than_the_ground(seed: int, ground: object) -> None:
    found = explained(sick_leaf(seed, ground(np.random.default_rng(100 + seed), (SIDE, SIDE))))  # type: ignore[operator]
    is_leaf, _ = masks(seed)
    assert found.decisive
    assert found.values[is_leaf].mean() > 1.5 * found.values[~is_leaf].mean()
    assert is_leaf.ravel()[found.values.argmax()]


def test_over_many_leaves_the_spots_are_hotter_than_the_green() -> None:
    rows = []
    for seed in range(12):
        is_leaf, is_spot = masks(seed)
        values = explained(sick_leaf(seed, wood(np.random.default_rng(seed), (SIDE, SIDE)))).values
        rows.append((values[is_spot].mean(), values[is_leaf & ~is_spot].mean()))
    spots, green = np.array(rows).mean(axis=0)
    assert spots > 1.1 * green
