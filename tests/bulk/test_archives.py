"""ZIPs that nobody vouches for: one bad member fails alone, an archive is refused only as a whole that is bad."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.bulk.archives import TABLE_BYTES, Archive, Bounds
from cultivar.bulk.errors import ArchiveTooLarge, ArchiveUnreadable, TooManyPhotos
from cultivar.kernel.errors import CultivarError
from tests.bulk.zips import corrupted, declaring, encrypted, zipped

PHOTO = bytes(range(256)) * 40
BOUNDS = Bounds(photos=20, photo_bytes=100_000, unpacked_bytes=2_000_000)


def opened(data: bytes, bounds: Bounds = BOUNDS) -> Archive:
    return Archive(io.BytesIO(data), bounds)


def fate(archive: Archive, place: int) -> str:
    """The code of what is wrong with a member, or `fine`."""
    try:
        archive.read(place)
    except CultivarError as error:
        return error.code
    return "fine"


def fates(data: bytes, bounds: Bounds = BOUNDS) -> dict[str, str]:
    archive = opened(data, bounds)
    return {member.name: fate(archive, place) for place, member in enumerate(archive.members)}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_come_out_as_they_went_in(method: int) -> None:
    archive = opened(zipped([("a.jpg", PHOTO), ("deep/b.jpg", PHOTO[::-1])], method=method))
    assert [member.name for member in archive.members] == ["a.jpg", "deep/b.jpg"]
    assert [archive.read(place) for place in range(2)] == [PHOTO, PHOTO[::-1]]


def test_folders_and_what_systems_leave_behind_are_no_photos() -> None:
    left = [("__MACOSX/._a.jpg", b"x"), ("x/.DS_Store", b"x"), ("x/", b""), ("Thumbs.db", b"x")]
    assert fates(zipped([*left, ("x/a.jpg", PHOTO)])) == {"x/a.jpg": "fine"}


@pytest.mark.parametrize(
    "name",
    ["../a.jpg", "x/../../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "C:a.jpg", "..\\a.jpg", "\\\\host\\a.jpg", "x\\..\\a.jpg"],
)
def test_a_name_that_leads_out_fails_alone_and_is_shown_as_it_is(name: str) -> None:
    assert fates(zipped([(name, PHOTO), ("b.jpg", PHOTO)])) == {name: "unsafe_name", "b.jpg": "fine"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_photos_of_one_name_the_first_counts() -> None:
    archive = opened(zipped([("a.jpg", PHOTO), ("a.jpg", PHOTO[::-1])]))
    assert [fate(archive, place) for place in range(2)] == ["fine", "duplicate_name"]
    assert archive.read(0) == PHOTO


def test_a_locked_photo_fails_alone() -> None:
    data = encrypted(zipped([("a.jpg", PHOTO), ("b.jpg", PHOTO)]), "a.jpg")
    assert fates(data) == {"a.jpg": "member_encrypted", "b.jpg": "fine"}


def test_an_archive_within_the_archive_fails_alone_whatever_its_name() -> None:
    inner = zipped([("c.jpg", PHOTO)])
    data = zipped([("inner.zip", inner), ("inner.jpg", inner), ("b.jpg", PHOTO)])
    assert fates(data) == {"inner.zip": "member_nested", "inner.jpg": "member_nested", "b.jpg": "fine"}


def test_a_bomb_fails_alone_and_is_not_unpacked() -> None:
    bomb = bytes(90_000)
    assert fates(zipped([("a.jpg", bomb), ("b.jpg", PHOTO)], method=zipfile.ZIP_DEFLATED)) == {
        "a.jpg": "member_bomb",
        "b.jpg": "fine",
    }


def test_a_bomb_that_says_it_is_small_is_found_out() -> None:
    honest = zipped([("a.jpg", bytes(90_000)), ("b.jpg", PHOTO)], method=zipfile.ZIP_DEFLATED)
    assert fates(declaring(honest, "a.jpg", 1000)) == {"a.jpg": "member_corrupt", "b.jpg": "fine"}


def test_members_that_lie_upon_each_other_are_a_bomb() -> None:
    once = zipped([("a.jpg", PHOTO)])
    end = once.rindex(b"PK\x05\x06")
    entry_at = once.rindex(b"PK\x01\x02")
    entry = once[entry_at:end]
    other = entry.replace(b"a.jpg", b"b.jpg")
    table = entry + other
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(table), entry_at, 0)
    assert fates(once[:entry_at] + table + tail) == {"a.jpg": "member_bomb", "b.jpg": "member_bomb"}


def test_a_damaged_photo_fails_alone() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        packed = PHOTO if method == zipfile.ZIP_STORED else zlib.compress(PHOTO)[2:-4]
        data = zipped([("a.jpg", PHOTO), ("b.jpg", PHOTO[::-1])], method=method)
        at = data.index(packed[:20]) if method else data.index(PHOTO)
        broken = corrupted(data, data[at : at + 40])
        assert fates(broken) == {"a.jpg": "member_corrupt", "b.jpg": "fine"}


def test_a_way_of_packing_that_photos_do_not_use_is_not_read() -> None:
    """bzip2 and LZMA unpack a block at a time, however large it is."""
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert fates(zipped([("a.jpg", PHOTO)], method=method)) == {"a.jpg": "member_corrupt"}


def test_a_photo_beyond_the_limit_fails_alone() -> None:
    large = bytes(range(256)) * 1000
    assert fates(zipped([("a.jpg", large), ("b.jpg", PHOTO)])) == {"a.jpg": "too_large", "b.jpg": "fine"}


def test_too_many_photos_are_refused_as_a_whole() -> None:
    with pytest.raises(TooManyPhotos):
        opened(zipped([(f"{n}.jpg", b"x") for n in range(21)]))


def test_more_bytes_than_one_job_takes_are_refused_as_a_whole() -> None:
    with pytest.raises(ArchiveTooLarge):
        opened(zipped([(f"{n}.jpg", bytes(90_000)) for n in range(20)]), Bounds(20, 100_000, 1_000_000))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a ZIP" * 100, zipped([("a.jpg", PHOTO)])[:-30]])
def test_what_has_no_table_of_contents_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(ArchiveUnreadable):
        opened(data)


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read() -> None:
    data = bytearray(zipped([("a.jpg", PHOTO)]))
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, TABLE_BYTES + 1)
    with pytest.raises(ArchiveUnreadable):
        opened(bytes(data))


@given(st.integers(0, 2**31), st.binary(min_size=1, max_size=8))
def test_whatever_is_overwritten_nothing_else_is_raised(seed: int, bytes_: bytes) -> None:
    data = bytearray(zipped([("a.jpg", PHOTO[:300]), ("b.jpg", PHOTO[:200])], method=zipfile.ZIP_DEFLATED))
    at = seed % len(data)
    data[at : at + len(bytes_)] = bytes_
    try:
        archive = opened(bytes(data))
    except CultivarError:
        return
    assert all(
        len(archive.read(n)) <= BOUNDS.photo_bytes for n in range(len(archive.members)) if fate(archive, n) == "fine"
    )
