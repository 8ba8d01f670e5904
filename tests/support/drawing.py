"""Photo-like pictures drawn by code: leaves and bananas, healthy and sick, and things that are no plant.

The same label, seed and size give the same pixels. `LABELS` are the classes of the pack `drawn`; `THING` and
`OTHER_LEAF` are what it learns to refuse; `GINKGO` is a leaf that nothing is trained on.
"""

import csv
import hashlib
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tests.support import shapes
from tests.support.photofile import jpeg
from tests.support.plants import bananas, leaf
from tests.support.scenes import Pixels, Size, ground, thing

BANANA_SICK, BANANA, MAPLE_SICK, MAPLE, WILLOW_SICK, WILLOW = LABELS = (
    "Banana___Anthracnose",
    "Banana___healthy",
    "Maple___Tar_spot",
    "Maple___healthy",
    "Willow___Rust",
    "Willow___healthy",
)
THING, OTHER_LEAF, GINKGO = "thing", "other_leaf", "Ginkgo___healthy"
OUTLINES = {"Maple": shapes.maple, "Willow": shapes.willow, "Ginkgo": shapes.ginkgo}
GREENS = {"Maple": (62, 112, 42), "Willow": (112, 142, 100), "Ginkgo": (136, 164, 62)}
LARGEST = 1280


def picture(label: str, *, seed: int = 0, size: int | Size = 640) -> Image.Image:
    """One picture of `label`, `size` pixels a side or (width, height). Above 1280 it is drawn smaller and enlarged."""
    wanted = (size, size) if isinstance(size, int) else size
    shrink = min(1.0, LARGEST / max(wanted))
    canvas = (round(wanted[0] * shrink), round(wanted[1] * shrink))
    rng = np.random.default_rng([seed, zlib.crc32(label.encode())])
    pixels = thing(rng, canvas) if label == THING else _plant(label, rng, canvas)
    lit = pixels * rng.uniform(0.82, 1.14) * (1 + rng.normal(0, 0.03, 3))
    image = Image.fromarray(lit.clip(0, 255).astype(np.uint8)).resize(wanted, Image.Resampling.BICUBIC)
    grain = rng.normal(0, 3.2, (wanted[1], wanted[0], 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def black(size: int = 640) -> Image.Image:
    """A photo taken with the lens covered."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 6, (size, size, 3), dtype=np.uint8))


def blurred(label: str = MAPLE, *, seed: int = 0, size: int = 640) -> Image.Image:
    """A photo out of focus beyond use."""
    return picture(label, seed=seed, size=size).filter(ImageFilter.GaussianBlur(size / 24))


def write_dataset(folder: Path, *, seed: int = 0, n: int = 80, size: int = 160) -> Path:
    """Write `n` training and `n // 4` validation pictures of each label, with `index.csv`; gives the folder back."""
    rows: list[tuple[str, ...]] = [("path", "label", "plant", "condition", "split", "group", "sha256")]
    for label in (*LABELS, THING, OTHER_LEAF):
        plant, _, condition = label.partition("___") if label in LABELS else ("", "", "")
        for index in range(n + max(1, n // 4)):
            split = "train" if index < n else "val"
            path = Path(split, label, f"{index:04d}.jpg")
            data = jpeg(picture(label, seed=seed * 100_000 + index, size=size))
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            rows.append((path.as_posix(), label, plant, condition, split, f"{label}-{index}", digest))
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder


def _plant(label: str, rng: np.random.Generator, size: Size) -> Pixels:
    scene = ground(rng, size)
    plant, _, condition = label.partition("___")
    if plant == "Banana":
        return bananas(scene, condition, rng)
    if label == OTHER_LEAF:
        outline = (shapes.oak, shapes.lime, shapes.lily)[rng.integers(3)]
        return leaf(scene, outline(rng), (132, 158, 70), "", rng)
    return leaf(scene, OUTLINES[plant](rng), GREENS[plant], condition, rng)
