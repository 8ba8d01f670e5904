"""`cultivar data unpack`: real tars in, folders out, a failure is one line and leaves nothing."""

import io
import tarfile
from pathlib import Path

import pytest

from cultivar.cli import main
from cultivar.cli.exits import Exit

FILES = {"train/Apple___healthy/1.jpg": b"a leaf", "index.csv": b"path,label\n"}


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tar(file: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(file, mode) as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_each_tar_gets_a_folder_of_its_own_name(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tar(at_home / "leaves.tar", FILES)
    tar(at_home / "pets.tar.gz", {"cat.jpg": b"a cat"}, "w:gz")
    assert main.run(["data", "unpack", "leaves.tar", "pets.tar.gz", "--into", "data"]) == Exit.DONE
    assert capsys.readouterr().out.splitlines() == ["data/leaves: 2 files", "data/pets: 1 files"]
    assert contents(at_home / "data" / "leaves") == FILES
    assert contents(at_home / "data" / "pets") == {"cat.jpg": b"a cat"}


def test_without_a_place_it_is_this_folder(at_home: Path) -> None:
    tar(at_home / "leaves.tar", FILES)
    assert main.run(["data", "unpack", "leaves.tar"]) == Exit.DONE
    assert contents(at_home / "leaves") == FILES


@pytest.mark.parametrize(
    ("files", "code", "named"),
    [
        ({"../outside.jpg": b"x"}, Exit.INPUT, "bad_archive"),
        ({}, Exit.INPUT, "bad_archive"),
        (None, Exit.INPUT, "No such file"),
    ],
)
def test_what_cannot_be_unpacked_is_one_line_and_leaves_nothing(
    at_home: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes] | None, code: Exit, named: str
) -> None:
    if files is not None:
        tar(at_home / "leaves.tar", files)
    before = contents(at_home)
    assert main.run(["data", "unpack", "leaves.tar", "--into", "data"]) == code
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert named in said.err
    assert contents(at_home) == before


def test_what_is_no_tar_is_said(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at_home / "leaves.tar").write_text("a shopping list")
    assert main.run(["data", "unpack", "leaves.tar"]) == Exit.INPUT
    assert capsys.readouterr().err.startswith("cultivar: leaves.tar is no readable tar")


def test_a_folder_that_holds_something_is_a_conflict_and_stays(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tar(at_home / "leaves.tar", FILES)
    (at_home / "leaves").mkdir()
    (at_home / "leaves" / "mine.txt").write_text("mine")
    assert main.run(["data", "unpack", "leaves.tar"]) == Exit.CONFLICT
    assert "(folder_taken)" in capsys.readouterr().err
    assert contents(at_home / "leaves") == {"mine.txt": b"mine"}


def test_what_came_before_a_bad_tar_is_there(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tar(at_home / "leaves.tar", FILES)
    assert main.run(["data", "unpack", "leaves.tar", "gone.tar"]) == Exit.INPUT
    said = capsys.readouterr()
    assert (said.out, said.err) == ("leaves: 2 files\n", "cultivar: gone.tar: No such file or directory\n")


def test_without_a_tar_it_is_a_matter_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["data", "unpack"]) == Exit.USAGE
    assert "TAR" in capsys.readouterr().err
