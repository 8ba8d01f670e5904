"""Rows of every table, made from the tables themselves, so that a new table or column cannot be forgotten."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Float, Integer, MetaData, String, Table, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.database import Database, UtcDateTime

PLACE = {"bbox": [1.0, 2.0, 3.0, 4.0], "polygon": [[1.0, 2.0], [3.0, 2.0], [3.0, 4.0]]}
QUALITY = {"sharpness": 0.9, "exposure": 0.8, "size": 1.0, "score": 0.9}
CONSTRAINED: dict[str, dict[str, Any]] = {
    "users": {"role": "user", "closed_at": None},
    "api_keys": {"scopes": ["predict"]},
    "photos": {"quality": QUALITY},
    "predictions": {"refusal": None, "consent": "store", "said": {"heads": {}, "quality": QUALITY}, "feedback": None},
    "batches": {"folder": None},
    "batch_items": {"state": "failed", "code": "empty_file"},
    "prediction_instances": PLACE | {"measures": {}},
    "feedback": {"confidence_rating": 5},
    "feedback_instances": PLACE,
    "dataset_items": {"instances": None},
}
"""What the CHECK constraints and the readers ask for beyond the types."""


async def fill(db: Database, metadata: MetaData, *, each: int = 2) -> None:
    """So many rows in every table, every column with a value, every reference to a row that is there."""
    async with db.transaction() as session:
        for table in metadata.sorted_tables:
            for number in range(each):
                await session.execute(table.insert().values(row(table, number)))


def row(table: Table, number: int) -> dict[str, Any]:
    """The row of this number: references point to the rows of the same number."""
    values = {column.name: value(column, number) for column in table.columns}
    return values | CONSTRAINED.get(table.name, {})


def value(column: Column[Any], number: int) -> Any:
    """Something of the column's type that differs by the row's number."""
    reference = next(iter(column.foreign_keys), None)
    if reference is not None:
        return value(reference.column, number)
    kind = column.type
    if isinstance(kind, Enum):
        return kind.enums[number % len(kind.enums)]
    makers: Sequence[tuple[type[Any], Any]] = (
        (Uuid, UUID(int=sum(map(ord, str(column))) << 64 | number)),
        (UtcDateTime, datetime(2026, 5, 1, 12, 30, 15, 123456, tzinfo=UTC) + timedelta(days=number)),
        (Date, date(2026, 5, 1) + timedelta(days=number)),
        (Boolean, number % 2 == 0),
        (Integer, number + 1),
        (Float, (number + 1) / 7),
        (JSON, {"é": [1, 2.5, None, {"deep": "𝄞"}], "number": number}),
        (String, f"{column.name} № {number} 'of' \"it\"\n"[: getattr(kind, "length", None)]),
    )
    return next(made for cls, made in makers if isinstance(kind, cls))


async def contents(db: Database, metadata: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the order of their keys."""
    async with db.reading() as session:
        return {table.name: await _rows(session, table) for table in metadata.sorted_tables}


async def _rows(session: AsyncSession, table: Table) -> list[dict[str, Any]]:
    found = await session.execute(select(table).order_by(*table.primary_key.columns))
    return [dict(each) for each in found.mappings()]
