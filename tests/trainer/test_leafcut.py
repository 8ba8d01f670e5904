import numpy as np
import pytest
from PIL import Image, ImageDraw

from cultivar.trainer.leafcut import SIDE, cut_leaf


def leaf_on(ground: tuple[int, int, int], *, hole: bool = False) -> np.ndarray:
    image = Image.new("RGB", (224, 224), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((50, 40, 180, 190), fill=(50, 130, 40))
    if hole:
        draw.ellipse((100, 100, 130, 130), fill=ground)
    noise = np.random.default_rng(0).normal(0, 4, (224, 224, 3))
    return np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("ground", [(0, 0, 0), (140, 135, 150), (235, 235, 230), (120, 90, 70)])
@pytest.mark.parametrize("hole", [False, True])
def test_a_leaf_on_a_plain_ground_is_cut_out_whole(ground: tuple[int, int, int], hole: bool) -> None:
    mask = cut_leaf(leaf_on(ground, hole=hole))
    assert mask is not None
    wanted = Image.new("L", (224, 224), 0)
    ImageDraw.Draw(wanted).ellipse((50, 40, 180, 190), fill=255)
    inside, said = np.asarray(wanted.resize((SIDE, SIDE))) > 127, mask > 0
    assert (inside & said).sum() / (inside | said).sum() > 0.93


@pytest.mark.parametrize("shade", [0, 120, 255])
def test_a_photo_without_an_outline_has_no_leaf(shade: int) -> None:
    assert cut_leaf(np.full((224, 224, 3), shade, np.uint8)) is None


def test_noise_has_no_leaf() -> None:
    assert cut_leaf(np.random.default_rng(1).integers(0, 256, (224, 224, 3), np.uint8)) is None
