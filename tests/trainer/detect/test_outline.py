import numpy as np
import pytest

from cultivar.trainer.detect.drawn import draw_scene
from cultivar.trainer.detect.outline import UNSURE, around, overlap, owners


def banana(turn: int) -> tuple[np.ndarray, np.ndarray]:
    """A yellow crescent on a grey sheet, and its mask."""
    y, x = np.mgrid[0:150, 0:200]
    mask = ((x - 100) ** 2 / 80**2 + (y - 70) ** 2 / 50**2 < 1) & ((x - 100) ** 2 / 85**2 + (y - 30) ** 2 / 50**2 > 1)
    rng = np.random.default_rng(turn)
    pixels = np.where(mask[..., None], (225, 195, 60), (150, 150, 155)) + rng.normal(0, 6, (150, 200, 3))
    return np.rot90(pixels.clip(0, 255).astype(np.uint8), turn).copy(), np.rot90(mask, turn).copy()


@pytest.mark.parametrize("turn", range(4))
def test_the_outline_of_a_fruit_is_found_from_its_box(turn: int) -> None:
    pixels, mask = banana(turn)
    owner, whole = owners(pixels, around(mask)[None])
    assert whole.all()
    assert ((owner == 1) & mask).sum() / ((owner == 1) | mask).sum() > 0.92


def test_a_box_that_nothing_fills_has_no_outline_to_trust() -> None:
    pixels, mask = banana(0)
    x1, y1, x2, y2 = around(mask)
    _, whole = owners(pixels, np.array([[x1, y1, x2, y2], [2, 120, 190, 148]], np.float32))
    assert whole.tolist() == [True, False]


def test_what_lies_in_two_boxes_is_nobody_s_for_sure() -> None:
    pixels, mask = banana(0)
    box = around(mask)
    middle = (box[0] + box[2]) / 2
    left, right = box.copy(), box.copy()
    left[2], right[0] = middle + 10, middle - 10
    owner, _ = owners(pixels, np.stack([left, right]))
    shared = owner[:, int(middle) - 8 : int(middle) + 8]
    assert set(np.unique(shared[mask[:, int(middle) - 8 : int(middle) + 8]])) <= {0, UNSURE}
    assert (owner == 1).any()
    assert (owner == 2).any()


def test_no_box_no_owner() -> None:
    owner, whole = owners(np.zeros((20, 30, 3), np.uint8), np.zeros((0, 4), np.float32))
    assert owner.shape == (20, 30)
    assert not owner.any()
    assert not len(whole)


def test_boxes_agree_by_their_overlap() -> None:
    one = np.array([0, 0, 10, 10], np.float32)
    assert overlap(one, one) == pytest.approx(1)
    assert overlap(one, np.array([5, 0, 15, 10], np.float32)) == pytest.approx(1 / 3)
    assert overlap(one, one + 20) == 0
    assert around(np.zeros((4, 4), bool)).tolist() == [0, 0, 0, 0]


def test_drawn_scenes_have_exact_outlines_and_every_stage() -> None:
    stages: set[int] = set()
    for number in range(24):
        scene = draw_scene(128, np.random.default_rng((3, number)))
        again = draw_scene(128, np.random.default_rng((3, number)))
        assert np.array_equal(scene.pixels, again.pixels)
        stages |= set(scene.classes.tolist())
        for place, box in enumerate(scene.boxes):
            assert around(scene.owner == place + 1).tolist() == box.tolist()
        assert set(np.unique(scene.owner)) <= {*range(len(scene.boxes) + 1), UNSURE}
        assert scene.whole.all()
    assert stages == {0, 1, 2, 3}
