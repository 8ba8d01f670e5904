"""What the tests look at: real photos and the packs that ship, where the data are at hand; drawn ones elsewhere.

`CULTIVAR_TEST_DATA` names the folder with `plant_leaves.tar` and its like; by default `shared/data` beside the project.
"""

import csv
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.drawing import MAPLE, MAPLE_SICK, picture
from tests.support.model import drawn_pack
from tests.support.photofile import jpeg

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("CULTIVAR_TEST_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Material:
    """Packs to serve, the one that answers by default, a photo for it, its class, and another class."""

    packs: Path
    model: str
    leaf: bytes
    class_name: str
    other_class: str


def at_hand(name: str) -> bool:
    """Whether this archive of photos is there."""
    return (DATA / name).is_file()


def material(folder: Path) -> Material:
    """The real pack on a real photo, or the drawn one, which is laid into `folder`."""
    if at_hand("plant_leaves.tar") and (ROOT / "packs" / "plant-health" / "model.json").is_file():
        label = "Tomato___Late_blight"
        leaf = next(data for found, data in photos("plant_leaves.tar", "val") if found == label)
        return Material(ROOT / "packs", "plant-health", leaf, label, "Tomato___healthy")
    return Material(drawn_pack(folder).parent, "drawn", jpeg(picture(MAPLE_SICK, size=640)), MAPLE_SICK, MAPLE)


def photos(archive: str, split: str) -> Iterator[tuple[str, bytes]]:
    """`(label, bytes)` of each photo of a split, in the order of the index."""
    with tarfile.open(DATA / archive) as tar:
        members = {member.name.removeprefix("./"): member for member in tar.getmembers() if member.isfile()}
        index = tar.extractfile(members["index.csv"])
        assert index is not None
        rows = list(csv.DictReader(index.read().decode().splitlines()))
        for row in rows:
            if row["split"] == split:
                file = tar.extractfile(members[row["path"]])
                assert file is not None
                yield row["label"], file.read()
