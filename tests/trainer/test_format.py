import tarfile
from pathlib import Path

import pytest

from cultivar.trainer.errors import BadData
from cultivar.trainer.format import Folder, Tar, index_hash, open_source, read_index
from tests.trainer.small import write_index, write_photos

ONE = {"train": 1, "val": 1}


def packed(folder: Path) -> Path:
    file = folder.parent / "leaves.tar"
    with tarfile.open(file, "w") as tar:
        tar.add(folder, arcname=".")
    return file


def test_a_tar_reads_as_the_folder_it_was_made_from(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "leaves", ONE)
    loose, packed_up = open_source(folder), open_source(packed(folder))
    assert isinstance(loose, Folder)
    assert isinstance(packed_up, Tar)
    assert read_index(loose) == read_index(packed_up)
    assert index_hash(loose) == index_hash(packed_up)
    for record in read_index(loose):
        assert loose.read(record.path) == packed_up.read(record.path)


def test_labels_may_hold_commas_brackets_and_spaces(tmp_path: Path) -> None:
    label = "Corn_(maize)___Cercospora_leaf_spot, Gray"
    write_index(tmp_path, [(f"train/{label}/1.jpg", label, "train", "a")])
    assert [record.label for record in read_index(open_source(tmp_path))] == [label]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("a.jpg", "x", "test", "g")], "line 2: split is 'test'"),
        ([("a.jpg", "x", "train", "g"), ("b.jpg", "x", "val", "g")], "group 'g' is in train and in val"),
    ],
)
def test_a_fault_of_the_index_is_named(tmp_path: Path, rows: list[tuple[str, str, str, str]], sentence: str) -> None:
    write_index(tmp_path, rows)
    with pytest.raises(BadData, match=sentence):
        read_index(open_source(tmp_path))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("path,label\n")
    with pytest.raises(BadData, match="no column split, group"):
        read_index(open_source(tmp_path))


def test_no_path_leads_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "leaves").mkdir()
    with pytest.raises(BadData, match="leads out"):
        open_source(tmp_path / "leaves").read("../secret")


@pytest.mark.parametrize("name", ["nothing", "index.csv"])
def test_what_is_no_source_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "index.csv").write_bytes(b"no tar at all")
    with pytest.raises(BadData):
        open_source(tmp_path / name).read("index.csv")


def test_several_source_sets_keep_their_figures_apart(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "leaves", {"train": 2, "val": 1})
    lines = (folder / "index.csv").read_text().splitlines()
    one_set = [lines[0] + ",source_set", *(f"{line},farm" for line in lines[1:])]
    (folder / "index.csv").write_text("\n".join(one_set) + "\n")
    assert {record.slice for record in read_index(open_source(folder))} == {"leaves"}
    one_set[1] = one_set[1].removesuffix("farm") + "garden"
    (folder / "index.csv").write_text("\n".join(one_set) + "\n")
    assert {record.slice for record in read_index(open_source(folder))} == {"leaves/farm", "leaves/garden"}
