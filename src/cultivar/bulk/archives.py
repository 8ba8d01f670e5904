"""A ZIP that nobody vouches for, read in place: names are shown and never used, and nothing is unpacked to a disk.

What is wrong with one member is that member's fault alone. The archive is refused as a whole when its table of contents
cannot be read, names too many photos or promises too many bytes. Sizes are taken from the table of contents and held to
while reading.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Final

from cultivar.bulk.errors import (
    ArchiveTooLarge,
    ArchiveUnreadable,
    DuplicateName,
    MemberBomb,
    MemberCorrupt,
    MemberEncrypted,
    MemberNested,
    TooManyPhotos,
    UnsafeName,
)
from cultivar.kernel.errors import CultivarError, TooLarge

RATIO: Final = 200
"""Of bytes unpacked to bytes packed: photos are compressed already, and even a single colour stays below it."""
TABLE_BYTES: Final = 32 * 2**20
"""Of the table of contents: 10,000 long names fill a tenth of it."""
ARCHIVES: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
)
_MARKS_END: Final = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".tgz")
_JUNK: Final = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_LOCAL_HEADER: Final = 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one archive may hold: photos, bytes of each, bytes unpacked in all."""

    photos: int
    photo_bytes: int
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive, by the name that the archive gives it, and what is wrong with it, if anything."""

    info: zipfile.ZipInfo
    fault: CultivarError | None

    @property
    def name(self) -> str:
        return self.info.filename


class Archive:
    """A ZIP in an open file, which stays its caller's; its members stand in the archive's order.

    Folders, and what systems leave behind, are no members.
    """

    def __init__(self, file: IO[bytes], bounds: Bounds) -> None:
        """Reads the table of contents alone. Raises ArchiveUnreadable, TooManyPhotos, ArchiveTooLarge."""
        self._bounds = bounds
        _check_table(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
            raise ArchiveUnreadable("Its table of contents is damaged. Make it anew.") from error
        infos = [info for info in self._zip.infolist() if not info.is_dir() and not _is_junk(info.filename)]
        if len(infos) > bounds.photos:
            raise TooManyPhotos(f"One job takes {bounds.photos:,}; there are {len(infos):,}.", limit=bounds.photos)
        if sum(info.file_size for info in infos) > bounds.unpacked_bytes:
            limit = bounds.unpacked_bytes
            raise ArchiveTooLarge(f"Unpacked, an archive has at most {limit:,} bytes.", limit=limit)
        self.members: Sequence[Member] = list(_judged(infos, bounds))

    def read(self, place: int) -> bytes:
        """The photo of this member. Raises what is wrong with it."""
        member = self.members[place]
        if member.fault is not None:
            raise member.fault
        try:
            with self._zip.open(member.info) as file:
                data = file.read(self._bounds.photo_bytes + 1)
                if file.read(1):
                    raise MemberBomb
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, RuntimeError, zlib.error) as error:
            raise MemberCorrupt from error
        if data.startswith(ARCHIVES):
            raise MemberNested
        return data


def _is_junk(name: str) -> bool:
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts[:1] or path.name in _JUNK


def _judged(infos: Sequence[zipfile.ZipInfo], bounds: Bounds) -> Iterator[Member]:
    """Each with the first fault that the table of contents shows."""
    seen: set[str] = set()
    overlapping = _overlapping(infos)
    for info in infos:
        repeated = info.filename in seen
        seen.add(info.filename)
        if _is_unsafe(info.filename):
            fault: CultivarError | None = UnsafeName()
        elif repeated:
            fault = DuplicateName()
        elif info.header_offset in overlapping:
            fault = MemberBomb("It lies upon another member of the archive.")
        else:
            fault = _fault_of(info, bounds)
        yield Member(info, fault)


def _fault_of(info: zipfile.ZipInfo, bounds: Bounds) -> CultivarError | None:
    if info.flag_bits & _ENCRYPTED:
        return MemberEncrypted()
    if info.filename.lower().endswith(_MARKS_END):
        return MemberNested()
    if info.file_size > max(info.compress_size, 1) * RATIO:
        return MemberBomb()
    if info.file_size > bounds.photo_bytes:
        return TooLarge(f"A photo has at most {bounds.photo_bytes:,} bytes.")
    if info.compress_type not in _METHODS:
        return MemberCorrupt("It is packed in a way that is not read here; use plain deflate or no compression.")
    return None


def _is_unsafe(name: str) -> bool:
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    return path.is_absolute() or bool(windows.drive or windows.root) or ".." in windows.parts or ".." in path.parts


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Offsets of members whose bytes reach into the next: one block of bytes that is unpacked many times."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    return {
        one.header_offset
        for one, after in pairwise(ordered)
        if one.header_offset + _LOCAL_HEADER + one.compress_size > after.header_offset
    }


def _check_table(file: IO[bytes]) -> None:
    """`zipfile` reads the whole table into memory, however large it says it is. Raises ArchiveUnreadable.

    The end record is as in APPNOTE.TXT 4.3.16, its ZIP64 form as in 4.3.14 and 4.3.15.
    """
    size = file.seek(0, io.SEEK_END)
    tail_at = max(0, size - 22 - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise ArchiveUnreadable("It has no table of contents: it is not a ZIP, or it was cut off.")
    (of_table,) = struct.unpack_from("<L", tail, at + 12)
    locator = at - 20
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        file.seek(min(size, struct.unpack_from("<Q", tail, locator + 8)[0]))
        record = file.read(56)
        if len(record) < 56 or not record.startswith(b"PK\x06\x06"):
            raise ArchiveUnreadable("Its table of contents is damaged. Make it anew.")
        (of_table,) = struct.unpack_from("<Q", record, 40)
    if of_table > TABLE_BYTES:
        raise ArchiveUnreadable(f"Its table of contents has {of_table:,} bytes, which no photos need.")
    file.seek(0)
