"""A detector's scenes as Ultralytics reads them."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from cultivar.trainer.detect.boxes import Boxed
from cultivar.trainer.detect.recipe import DetectRecipe
from cultivar.trainer.detect.samples import Pool
from cultivar.trainer.detect.scene import Scene
from cultivar.trainer.detect.store import open_store
from cultivar.trainer.format import Record
from cultivar.trainer.yolo.dataset import lines, outline, write_dataset
from tests.support.photofile import jpeg


def scene(*, whole: bool) -> Scene:
    """80 x 40 px with one disc of radius 10 at (30, 20), class 2."""
    y, x = np.mgrid[0:40, 0:80] + 0.5
    disc = (x - 30) ** 2 + (y - 20) ** 2 < 100
    boxes = np.array([[20, 10, 40, 30]], np.float32)
    pixels = np.where(disc[..., None], 200, 50).astype(np.uint8).repeat(3, 2)
    return Scene(pixels, boxes, np.array([2]), disc.astype(np.uint8), np.array([whole]))


def test_a_box_is_its_centre_and_its_sides_as_shares() -> None:
    assert lines(scene(whole=False), masks=False) == ["2 0.37500 0.50000 0.25000 0.50000"]


def test_a_known_outline_is_traced() -> None:
    ring = outline(scene(whole=True), 0)
    assert len(ring) >= 8
    assert np.hypot(*(ring - (30, 20)).T) == pytest.approx(9.5, abs=1.2)


def test_of_an_unknown_outline_the_box_loses_its_corners() -> None:
    ring = outline(scene(whole=False), 0)
    assert len(ring) == 8
    assert (ring.min(0).tolist(), ring.max(0).tolist()) == ([20, 10], [40, 30])
    rows = np.stack([ring, np.roll(ring, -1, 0)], 1)
    twice = sum(a[0] * b[1] - a[1] * b[0] for a, b in rows)
    assert 0.9 * 400 < abs(twice) / 2 < 400


def test_with_masks_a_line_is_an_outline_in_shares() -> None:
    (line,) = lines(scene(whole=True), masks=True)
    label, *numbers = line.split()
    points = np.array([float(number) for number in numbers]).reshape(-1, 2)
    assert label == "2"
    assert (points >= 0).all()
    assert (points <= 1).all()
    assert points.mean(0) == pytest.approx([30 / 80, 0.5], abs=0.03)


class InMemory:
    """A source of photos that lie in a mapping."""

    name = "set"

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes:
        return self.files[path]


def test_every_scene_gets_its_picture_and_its_lines(tmp_path: Path) -> None:
    photo = jpeg(Image.fromarray(scene(whole=False).pixels))
    records = [Record("set", f"{name}.jpg", "fruit", name, name) for name in ("train", "val")]  # type: ignore[arg-type]
    none = np.zeros((0, 4), np.float32)
    boxes = np.array([[0.25, 0.25, 0.5, 0.75]], np.float32)
    photos = [Boxed(record, boxes, np.array([1]), none) for record in records]
    recipe = DetectRecipe(prototypes=0, drawn=1)
    source = InMemory({f"{name}.jpg": photo for name in ("train", "val")})
    store = open_store(tmp_path / "store", photos, {"set": source}, recipe, 0)
    file = write_dataset(tmp_path / "data", Pool(photos, store, recipe), ("a", "b"), masks=False)
    told = yaml.safe_load(file.read_text("utf-8"))
    assert told["names"] == {0: "a", 1: "b"}
    for split, numbers in {"train": ("0", "2"), "val": ("1",)}.items():
        assert {one.stem for one in (tmp_path / "data" / "images" / split).iterdir()} == set(numbers)
        assert {one.stem for one in (tmp_path / "data" / "labels" / split).iterdir()} == set(numbers)
    assert (tmp_path / "data" / "labels" / "val" / "1.txt").read_text() == "1 0.37500 0.50000 0.25000 0.50000\n"
