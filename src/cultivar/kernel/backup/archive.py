"""The file of a backup: a tar of objects and rows, a manifest with a hash for each, and a seal over every byte.

objects/<key>              each object that a row names
rows/<table>.ndjson.gz     each table, a JSON array a row
manifest.json              what the above are, see `Manifest`
seal                       SHA-256 of all bytes before it, in hex
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cultivar.kernel.errors import Conflict

Tell = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and how much there is."""

OBJECTS, ROWS, MANIFEST, SEAL = "objects/", "rows/", "manifest.json", "seal"
_PIECE = 1024 * 1024
_END = bytes(2 * tarfile.BLOCKSIZE)
_TAIL = 2 * tarfile.BLOCKSIZE + len(_END)


class BackupDamaged(Conflict):
    code = "backup_damaged"
    title = "This backup is not as it was written"


class Entry(BaseModel):
    """One file of the archive."""

    model_config = ConfigDict(frozen=True)

    name: str
    size: int
    sha256: str


class TableSpec(BaseModel):
    """A table's columns and what kind of value each holds (see `rows.KINDS`), in the order in which they stand."""

    name: str
    columns: dict[str, str]
    rows: int


class Manifest(BaseModel):
    """What is in an archive. Tables stand in an order in which each refers only to those before it.

    `missing` names objects that rows refer to and storage did not have; `unclaimed` those that were deleted while the
    backup was made, whose rows are not in it.
    """

    format: Literal[1] = 1
    cultivar: str
    created_at: datetime
    database: str
    revision: str
    tables: list[TableSpec]
    entries: list[Entry]
    missing: list[str]
    unclaimed: list[str]

    @property
    def objects(self) -> list[Entry]:
        """The objects to restore."""
        gone = set(self.unclaimed)
        found = [entry for entry in self.entries if entry.name.startswith(OBJECTS)]
        return [entry for entry in found if entry.name.removeprefix(OBJECTS) not in gone]


class Writer:
    """Writes beside the file that it will be, which appears whole or not at all."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  sealed by `seal`
        self.entries: list[Entry] = []

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """The bytes of `source` from its beginning."""
        source.seek(0)
        hashed = _Hashing(source)
        self._tar.addfile(_header(name, size), hashed)
        self.entries.append(Entry(name=name, size=size, sha256=hashed.digest.hexdigest()))

    def seal(self, manifest: Manifest) -> None:
        """The manifest, then the seal over all before it."""
        text = manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))
        self._file.flush()
        length = self._file.tell()
        self._file.seek(0)
        digest = _digest(self._file, length)
        self._file.seek(length)
        self._file.write(_tail(digest))
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive at `path`; FileExistsError if there is something already. A failure leaves nothing."""
    if path.exists():
        raise FileExistsError(17, "there is a file already", str(path))
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("w+b") as file:
            yield Writer(file)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[tarfile.TarFile]:
    """The archive's files by name; BackupDamaged for what is no tar."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as error:
        raise BackupDamaged(f"{path} cannot be read: {error}") from error


def verify(path: Path, tell: Tell) -> Manifest:
    """Read every byte, compare every hash; what the archive holds, or BackupDamaged."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = _digest(file, size - _TAIL, lambda done: tell("seal", done, size))
        if size < _TAIL or file.read() != _tail(digest):
            raise BackupDamaged(f"{path} is not as it was written: its seal does not fit.")
    with reading(path) as tar:
        manifest = _manifest(tar)
        for done, entry in enumerate(manifest.entries, start=1):
            _check(tar, entry)
            tell("files", done, len(manifest.entries))
    return manifest


def member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """One file of the archive, to read."""
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise BackupDamaged(f"{name} is not in the archive.")
    return found


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        return Manifest.model_validate_json(member(tar, MANIFEST).read())
    except ValidationError as error:
        raise BackupDamaged("The archive's manifest is not one of ours.") from error


def _check(tar: tarfile.TarFile, entry: Entry) -> None:
    with member(tar, entry.name) as file:
        if _digest(file, entry.size) != entry.sha256 or file.read(1):
            raise BackupDamaged(f"{entry.name} is not as it was written.")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


def _tail(digest: str) -> bytes:
    header = _header(SEAL, len(digest)).tobuf(tarfile.PAX_FORMAT)
    return header + digest.encode().ljust(tarfile.BLOCKSIZE, b"\0") + _END


def _digest(file: IO[bytes], length: int, tell: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of the next `length` bytes, or of all that are left if there are fewer."""
    digest, left = hashlib.sha256(), length
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
        tell(length - left)
    return digest.hexdigest()


class _Hashing(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece
