"""Unpacking a tar that nobody vouches for."""

import io
import shutil
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cultivar.kernel.archives import BadArchive, FolderTaken, unpack

Members = dict[str, bytes]


def pack(path: Path, members: Members, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def special(path: Path, kind: bytes, name: str = "evil", target: str = "/etc/passwd") -> Path:
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        tar.addfile(info)
    return path


def nobody(_done: int, _total: int) -> None:
    """Nobody watches."""


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_files_come_out_as_they_went_in(tmp_path: Path, mode: str) -> None:
    members = {"index.csv": b"path", "train/a b, (c)/1.jpg": b"\xff\xd8" * 999, "./val/x": b""}
    assert unpack(pack(tmp_path / "set.tar", members, mode), tmp_path / "out", nobody) == 3
    assert (tmp_path / "out/train/a b, (c)/1.jpg").read_bytes() == b"\xff\xd8" * 999
    assert (tmp_path / "out/val/x").read_bytes() == b""


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    unpack(pack(tmp_path / "set.tar", {"a": b"12", "b": b"345"}), tmp_path / "out", lambda *both: told.append(both))
    assert told == [(2, 5), (5, 5)]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "C:evil", "..\\evil", "a\\..\\..\\evil"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    archive = pack(tmp_path / "set.tar", {"good": b"1", name: b"2"})
    with pytest.raises(BadArchive, match="leads out"):
        unpack(archive, inner / "out", nobody)
    assert everything(tmp_path) <= {"set.tar"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(BadArchive, match="link or a device"):
        unpack(special(tmp_path / "set.tar", kind), tmp_path / "out", nobody)
    assert not (tmp_path / "out").exists()


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    archive = pack(tmp_path / "set.tar", {"a/b": b"1", "./a/b": b"2"})
    with pytest.raises(BadArchive, match="twice"):
        unpack(archive, tmp_path / "out", nobody)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    archive = pack(tmp_path / "set.tar", {"a": b"1"})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    with pytest.raises(FolderTaken):
        unpack(archive, tmp_path / "out", nobody)
    assert everything(tmp_path / "out") == {"mine"}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert unpack(pack(tmp_path / "set.tar", {"a": b"1"}), tmp_path / "out", nobody) == 1


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_tar_that_is_cut_short_leaves_nothing(tmp_path: Path, mode: str) -> None:
    archive = pack(tmp_path / "set.tar", {"a": bytes(range(256)) * 400, "b": b"1" * 5000}, mode)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(BadArchive):
        unpack(archive, tmp_path / "out", nobody)
    assert everything(tmp_path) == {"set.tar"}


@pytest.mark.parametrize("content", [b"", b"not a tar at all"])
def test_what_is_no_tar_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.tar").write_bytes(content)
    with pytest.raises(BadArchive):
        unpack(tmp_path / "set.tar", tmp_path / "out", nobody)


def test_a_missing_tar_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        unpack(tmp_path / "set.tar", tmp_path / "out", nobody)


def test_a_file_within_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="lies in a file"):
        unpack(pack(tmp_path / "set.tar", {"a": b"1", "a/b": b"2"}), tmp_path / "out", nobody)


def test_more_than_the_disk_holds_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("big")
    info.size = (shutil.disk_usage(tmp_path).free // 512 + 2048) * 512
    with (tmp_path / "set.tar").open("wb") as file:
        file.write(info.tobuf())
        file.truncate(512 + info.size + 1024)  # a hole, that takes no room
    with pytest.raises(BadArchive, match="has room for"):
        unpack(tmp_path / "set.tar", tmp_path / "out", nobody)
    assert everything(tmp_path) == {"set.tar"}


names = st.text(st.sampled_from("ab./\\:C \0é"), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.dictionaries(names, st.binary(max_size=20), min_size=1, max_size=4))
def test_whatever_the_names_nothing_lands_outside(tmp_path_factory: pytest.TempPathFactory, members: Members) -> None:
    place = tmp_path_factory.mktemp("place")
    archive = pack(place / "set.tar", members)
    try:
        unpack(archive, place / "deep" / "out", nobody)
    except BadArchive:
        assert everything(place) <= {"set.tar", "deep"}
    else:
        assert {path.parts[0] for path in map(Path, everything(place))} == {"set.tar", "deep"}
        assert everything(place / "deep") >= {"out"}
        assert [path.name for path in (place / "deep").iterdir()] == ["out"]
