"""Photos to learn from: a folder or tar with `index.csv` at its root and the columns path, label, split, group.

`split` is train or val; `group` names what must never be in both (photos of one leaf). `source_set`, where it has
several values, names the parts whose figures are kept apart (photos of one camera or place). More columns are allowed.
"""

import csv
import hashlib
import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol, cast

from cultivar.trainer.errors import BadData

Split = Literal["train", "val"]
NEEDED = ("path", "label", "split", "group")


@dataclass(frozen=True, slots=True)
class Record:
    """One photo of the index. `source` names its folder or tar, `subset` its part, if there are several."""

    source: str
    path: str
    label: str
    split: Split
    group: str
    subset: str = ""

    @property
    def slice(self) -> str:
        """What it is reported and drawn under."""
        return f"{self.source}/{self.subset}" if self.subset else self.source


class Source(Protocol):
    """A set of photos and its index."""

    name: str

    def read(self, path: str) -> bytes:
        """Bytes of one file; BadData if it is not there."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root, self.name = root, root.resolve().name

    def read(self, path: str) -> bytes:
        file = (self.root / path).resolve()
        if not file.is_relative_to(self.root.resolve()):
            raise BadData(f"{self.root}: {path!r} leads out of the folder")
        try:
            return file.read_bytes()
        except OSError as error:
            raise BadData(f"{file} cannot be read: {error.strerror}") from error


class Tar:
    """Read where it lies; nothing is unpacked."""

    def __init__(self, file: Path) -> None:
        self.file, self.name = file, file.name.split(".")[0]

    @cached_property
    def _members(self) -> dict[str, tuple[int, int]]:
        try:
            with tarfile.open(self.file, "r:") as tar:
                return {m.name.removeprefix("./"): (m.offset_data, m.size) for m in tar if m.isfile()}
        except (OSError, tarfile.TarError) as error:
            raise BadData(f"{self.file} is no readable, uncompressed tar: {error}") from error

    def read(self, path: str) -> bytes:
        if path not in self._members:
            raise BadData(f"{self.file} holds no {path!r}")
        offset, size = self._members[path]
        with self.file.open("rb") as file:
            file.seek(offset)
            return file.read(size)


def open_source(path: Path) -> Source:
    """The folder or tar at `path`."""
    if path.is_dir():
        return Folder(path)
    if path.is_file():
        return Tar(path)
    raise BadData(f"{path} is neither a folder nor a tar")


def read_index(source: Source) -> list[Record]:
    """All records of a source, in the order of its index; BadData names the line of the first fault."""
    text = source.read("index.csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in NEEDED if name not in (rows.fieldnames or [])]:
        raise BadData(f"{source.name}/index.csv has no column {', '.join(missing)}")
    listed = list(rows)
    several = len({row.get("source_set") for row in listed}) > 1
    records = []
    for number, row in enumerate(listed, start=2):
        if row["split"] not in ("train", "val"):
            raise BadData(f"{source.name}/index.csv, line {number}: split is {row['split']!r}, not train or val")
        split, subset = cast("Split", row["split"]), (row.get("source_set") or "") if several else ""
        records.append(Record(source.name, row["path"], row["label"], split, row["group"], subset))
    _check_groups(source.name, records)
    return records


def _check_groups(name: str, records: Iterable[Record]) -> None:
    seen: dict[str, str] = {}
    for record in records:
        if seen.setdefault(record.group, record.split) != record.split:
            raise BadData(f"{name}/index.csv: group {record.group!r} is in train and in val")


def index_hash(source: Source) -> str:
    """SHA-256 of the index, which names every photo of the source."""
    return hashlib.sha256(source.read("index.csv")).hexdigest()
