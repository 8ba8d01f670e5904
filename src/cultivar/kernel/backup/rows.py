"""Rows as text that belongs to no database: what was dumped from one kind is loaded into the other."""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import IO, Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Float,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    column,
    delete,
    insert,
    select,
    table,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from cultivar.kernel.backup.archive import TableSpec
from cultivar.kernel.database import Json, UtcDateTime
from cultivar.kernel.errors import Broken

KINDS: dict[str, TypeEngine[Any]] = {
    "uuid": Uuid(),
    "moment": UtcDateTime(),
    "date": Date(),
    "boolean": Boolean(),
    "integer": BigInteger(),
    "number": Double(),
    "json": Json,
    "text": Text(),
}
"""What a column may hold, with the type that writes it into either database."""

_OF_TYPE: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Uuid, "uuid"),
    (UtcDateTime, "moment"),
    (Date, "date"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "number"),
    (JSON, "json"),
    (String, "text"),
)
_READ: dict[str, Callable[[str], Any]] = {"uuid": UUID, "moment": datetime.fromisoformat, "date": date.fromisoformat}
PAGE = 1000


def kind_of(of: Column[Any]) -> str:
    """The kind of a column; Broken for a type that backups do not know."""
    for type_, kind in _OF_TYPE:
        if isinstance(of.type, type_):
            return kind
    raise Broken(f"backups do not know the type of {of}")


async def dump(session: AsyncSession, source: Table, to: IO[bytes]) -> TableSpec:
    """Write all rows of a table, and say what its columns hold."""
    count = 0
    with gzip.GzipFile(fileobj=to, mode="wb", mtime=0) as lines:
        async for row in _every(session, source):
            text = json.dumps([_plain(value) for value in row], ensure_ascii=False, allow_nan=False)
            lines.write(text.encode() + b"\n")
            count += 1
    return TableSpec(name=source.name, columns={each.name: kind_of(each) for each in source.columns}, rows=count)


async def _every(session: AsyncSession, source: Table) -> AsyncIterator[Sequence[Any]]:
    """Page by page along the primary key, so that a table of any size passes through little memory."""
    key = list(source.primary_key.columns)
    ahead = tuple_(*key)
    page = select(source).order_by(*key).limit(PAGE)
    last: Sequence[Any] | None = None
    while True:
        rows = (await session.execute(page if last is None else page.where(ahead > last))).all()
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = tuple(rows[-1]._mapping[each] for each in key)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


async def load(session: AsyncSession, spec: TableSpec, source: IO[bytes]) -> int:
    """Insert the rows that `dump` wrote; how many there were."""
    target = insert(_target(spec))
    rows = _rows(spec, source)
    count = 0
    while page := list(islice(rows, PAGE)):
        await session.execute(target, page)
        count += len(page)
    return count


async def clear(session: AsyncSession, spec: TableSpec) -> None:
    """Delete all rows of a table."""
    await session.execute(delete(_target(spec)))


def _target(spec: TableSpec) -> Any:
    """The table as the archive knows it, which may be older than the program."""
    return table(spec.name, *(column(name, KINDS[kind]) for name, kind in spec.columns.items()))


def _rows(spec: TableSpec, source: IO[bytes]) -> Iterator[dict[str, Any]]:
    kinds = list(spec.columns.items())
    with gzip.GzipFile(fileobj=source, mode="rb") as lines:
        for line in lines:
            yield {name: _value(kind, value) for (name, kind), value in zip(kinds, json.loads(line), strict=True)}


def _value(kind: str, plain: Any) -> Any:
    return _READ[kind](plain) if plain is not None and kind in _READ else plain
