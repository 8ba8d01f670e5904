"""The pictures that other tests stand on."""

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from cultivar.kernel.settings import Settings
from cultivar.packs.service import load_pack
from tests.support.drawing import GINKGO, LABELS, MAPLE, OTHER_LEAF, THING, black, blurred, picture, write_dataset
from tests.support.photofile import HAMBURG, TURNED, encoded, jpeg


@pytest.mark.parametrize("label", [*LABELS, THING, OTHER_LEAF, GINKGO])
def test_the_same_seed_gives_the_same_pixels_and_another_gives_others(label: str) -> None:
    first, again, other = (picture(label, seed=seed, size=96) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    assert (first.size, first.mode) == ((96, 96), "RGB")


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (2000, 1500)])
def test_any_size_can_be_had(size: tuple[int, int]) -> None:
    assert picture(MAPLE, size=size).size == size


def test_the_labels_are_those_of_the_pack() -> None:
    pack = load_pack(Settings().packs_dir / "drawn")
    assert tuple(known.name for known in pack.classes) == LABELS
    rejects = pack.training["rejects"]
    assert isinstance(rejects, dict)
    assert {label for labels in rejects.values() for label in labels} == {THING, OTHER_LEAF}


def test_unusable_pictures_are_dark_or_without_edges() -> None:
    assert np.asarray(black(64)).max() < 6
    sharp, soft = (np.asarray(image.convert("L"), float) for image in (picture(MAPLE, size=256), blurred(size=256)))
    assert np.abs(np.diff(soft)).mean() < np.abs(np.diff(sharp)).mean() / 4


def test_a_dataset_has_an_index_that_fits_its_files(tmp_path: Path) -> None:
    write_dataset(tmp_path, n=4, size=48)
    with (tmp_path / "index.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8 * 5
    for row in rows:
        assert hashlib.sha256((tmp_path / row["path"]).read_bytes()).hexdigest() == row["sha256"]
        assert row["path"].startswith(f"{row['split']}/{row['label']}/")
    split_of = {(row["group"], row["split"]) for row in rows}
    assert len(split_of) == len({group for group, _ in split_of}) == len(rows)
    assert {row["plant"] for row in rows if row["label"] == THING} == {""}


@pytest.mark.parametrize("orientation", [1, *TURNED])
def test_a_viewer_that_obeys_the_orientation_sees_the_picture(orientation: int) -> None:
    image = picture(MAPLE, size=(96, 64))
    stored = Image.open(io.BytesIO(jpeg(image, orientation=orientation, quality=95)))
    upright = ImageOps.exif_transpose(stored)
    assert upright.size == image.size
    assert np.abs(np.asarray(upright, float) - np.asarray(image, float)).mean() < 6


def test_metadata_is_written_when_asked_for() -> None:
    tags = Image.open(
        io.BytesIO(jpeg(picture(MAPLE, size=64), gps=HAMBURG, camera=True, comment="my garden"))
    ).getexif()
    place = tags.get_ifd(0x8825)
    degrees = [float(part) for part in place[2]]
    assert degrees[0] + degrees[1] / 60 + degrees[2] / 3600 == pytest.approx(HAMBURG[0], abs=1e-3)
    assert tags[0x0110] == "Drawn 1"
    assert "exif" not in Image.open(io.BytesIO(jpeg(picture(MAPLE, size=64)))).info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_can_be_had(kind: str) -> None:
    assert Image.open(io.BytesIO(encoded(picture(MAPLE, size=64), kind))).format == kind
