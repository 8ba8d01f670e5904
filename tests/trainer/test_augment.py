import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.trainer.augment import Paste, augment, light, whole
from cultivar.trainer.leafcut import SIDE

PHOTO = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


def leaf_mask() -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:70, 30:80] = 255
    return mask


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([32, 50]), st.booleans(), st.booleans())
def test_a_view_has_its_size_and_follows_from_its_seed(seed: int, size: int, turns: bool, paste: bool) -> None:
    before = Paste(leaf_mask(), PHOTO) if paste else None
    one, other = (
        augment(PHOTO, size, np.random.default_rng(seed), smallest_crop=0.3, turns=turns, before=before) for _ in "ab"
    )
    assert one.shape == (size, size, 3)
    assert one.dtype == np.uint8
    assert np.array_equal(one, other)


@given(st.integers(0, 10_000))
def test_light_keeps_grey_close_to_grey(seed: int) -> None:
    grey = np.full((16, 16, 3), 128, np.uint8)
    lit = light(grey, np.random.default_rng(seed)).astype(int).mean((0, 1))
    assert np.ptp(lit) < 120


def test_a_pasted_leaf_shows_both_leaf_and_background() -> None:
    leaf, ground = np.full((96, 96, 3), (0, 255, 0), np.uint8), np.full((64, 64, 3), (0, 0, 255), np.uint8)
    shares = []
    for seed in range(20):
        view = np.asarray(Paste(leaf_mask(), ground).compose(leaf, 64, np.random.default_rng(seed)))
        shares.append((view[..., 1] > 200).mean())
    assert min(shares) > 0.1
    assert np.median(shares) < 0.95


def test_without_turns_up_stays_up() -> None:
    photo = np.zeros((64, 64, 3), np.uint8)
    photo[:32] = 255
    for seed in range(20):
        view = augment(photo, 32, np.random.default_rng(seed), smallest_crop=0.9, turns=False)
        assert view[:8].mean() > view[-8:].mean()


@pytest.mark.parametrize("size", [16, 64, 200])
def test_the_whole_view_is_the_whole_photo(size: int) -> None:
    assert whole(np.full((30, 90, 3), 7, np.uint8), size).shape == (size, size, 3)
    assert (whole(np.full((30, 90, 3), 7, np.uint8), size) == 7).all()
