"""A file of results that grows line by line, and goes on where it was left."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from cultivar.bulk.rules import COLUMNS, cell, flat
from cultivar.kernel.errors import BadRequest, Conflict

SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


class FormatUnknown(BadRequest):
    code = "format_unknown"
    title = "Results are written to .csv or .ndjson"


class OtherResults(Conflict):
    code = "other_results"
    title = "This file holds something else"


class Outfile:
    """`with Outfile(path, model, version) as out: …`: `out.seen` are the files that stand in it already.

    Each result is a whole line once it is written; half a line that a crash has left is cut off. Raises FormatUnknown,
    and OtherResults for a file that is not one of ours, or of another model.
    """

    def __init__(self, path: Path, model: str, version: str) -> None:
        if path.suffix.lower() not in SUFFIXES:
            raise FormatUnknown(f"{path}: results are written to {' or '.join(SUFFIXES)}.")
        self._path, self._of = path, (model, version)
        self._as_table = SUFFIXES[path.suffix.lower()] == "csv"
        self.seen: set[str] = set()
        self.failed = 0

    def __enter__(self) -> "Outfile":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        end = self._take_up() if self._path.exists() else 0
        self._file: IO[str] = self._path.open("r+" if end else "w", encoding="utf-8", newline="")
        self._file.seek(end)
        self._file.truncate()
        if self._as_table and not end:
            self._line(COLUMNS)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def write(self, item: dict[str, Any]) -> None:
        """One result; it is in the file when this returns."""
        if self._as_table:
            row = flat(item)
            self._line([cell(row[name]) for name in COLUMNS])
        else:
            self._file.write(json.dumps(item, ensure_ascii=False) + "\n")
            self._file.flush()

    def _line(self, values: Any) -> None:
        csv.writer(self._file).writerow(values)
        self._file.flush()

    def _take_up(self) -> int:
        """Read what stands in the file; where its last whole line ends, in bytes."""
        whole = self._path.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        try:
            for row in self._rows(whole.decode()):
                self._know(row)
        except (ValueError, KeyError, TypeError) as error:
            raise OtherResults(f"{self._path} is there and holds no results. Name another file.") from error
        return len(whole)

    def _rows(self, text: str) -> Iterator[dict[str, Any]]:
        if not self._as_table:
            yield from map(json.loads, text.split("\n")[:-1])
            return
        rows = csv.DictReader(io.StringIO(text, newline=""))
        if text and tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError("other columns")
        yield from rows

    def _know(self, row: dict[str, Any]) -> None:
        name, answered = str(row["file"]), row["success"] in {True, "True"}
        self.seen.add(name)
        self.failed += not answered
        if answered and (row["model"], row["model_version"]) != self._of:
            raise OtherResults(f"{self._path} holds results of {row['model']} {row['model_version']}.")

    def stands(self, name: str) -> bool:
        """Whether the file has the result of this photo."""
        return (str(cell(name)) if self._as_table else name) in self.seen
