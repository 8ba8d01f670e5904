from pathlib import Path

import numpy as np
import pytest

from cultivar.trainer.detect.boxes import Boxed, read_boxes
from cultivar.trainer.detect.recipe import DetectRecipe
from cultivar.trainer.detect.samples import weights
from cultivar.trainer.errors import BadData
from cultivar.trainer.format import Folder, read_index
from tests.trainer.small import write_index

RECIPE = DetectRecipe(labels={"rotten": "Over Ripe"}, defects=("rotten",), backgrounds=("other",))
CLASSES = ("Ripe", "Over Ripe")


def read(folder: Path, *texts: str, names: str = "names: [Ripe, rotten]") -> list[Boxed]:
    """Photos 0, 1, … with these label files, and one of another thing without."""
    (folder / "train" / "labels").mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / "train" / "labels" / f"{number}.txt").write_text(text)
    (folder / "data.yaml").write_text(names)
    rows = [(f"train/images/{number}.jpg", "Ripe", "train", f"g{number}") for number in range(len(texts))]
    write_index(folder, [*rows, ("train/other/x.jpg", "other", "train", "x")])
    source = Folder(folder)
    return read_boxes(read_index(source), {source.name: source}, RECIPE, CLASSES)


def test_boxes_are_read_as_shares_of_the_photo(tmp_path: Path) -> None:
    one, none = read(tmp_path, "0 0.5 0.5 0.5 0.25\n\n1 0.1 0.1 0.4 0.2\n")
    assert np.allclose(one.boxes, [[0.25, 0.375, 0.75, 0.625], [0, 0, 0.3, 0.2]])
    assert one.classes.tolist() == [0, 1]
    assert none.boxes.shape == (0, 4)


def test_a_defect_inside_another_box_is_that_one_s_and_alone_it_is_a_class(tmp_path: Path) -> None:
    inside, alone, half = read(
        tmp_path,
        "0 0.5 0.5 0.8 0.8\n1 0.6 0.6 0.2 0.2\n",
        "1 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.1 0.1\n",
        "0 0.3 0.5 0.6 1.0\n1 0.7 0.5 0.4 0.5\n",
    )[:3]
    assert (inside.classes.tolist(), len(inside.defects), inside.partial) == ([0], 1, False)
    assert (alone.classes.tolist(), len(alone.defects), alone.partial) == ([1, 1], 0, True)
    assert (half.classes.tolist(), len(half.defects), half.partial) == ([0, 1], 0, True)


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("0 0.5 0.5 0.5", "names: [Ripe]", "line 1"),
        ("7 0.5 0.5 0.5 0.5", "names: [Ripe]", "line 1"),
        ("0 0.5 0.5 0 0.5", "names: [Ripe]", "no area"),
        ("0 nan 0.5 0.1 0.5", "names: [Ripe]", "no area"),
        ("0 0.5 0.5 0.5 0.5", "names: [Plum]", "'Plum' are no class"),
        ("0 0.5 0.5 0.5 0.5", "nc: 1", "no list `names`"),
    ],
)
def test_what_cannot_be_placed_is_named(tmp_path: Path, text: str, names: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        read(tmp_path, text, names=names)


def test_photos_of_rare_classes_are_drawn_more_often(tmp_path: Path) -> None:
    photos = read(tmp_path, *["0 0.5 0.5 0.5 0.5\n"] * 9, "1 0.5 0.5 0.5 0.5\n")[:10]
    assert np.allclose(weights(photos, 0.0), 0.1)
    even = weights(photos, 1.0)
    assert even.sum() == pytest.approx(1)
    assert even[9] == pytest.approx(even[0] * 5)
