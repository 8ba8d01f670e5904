"""Pages of a list and the cursors between them."""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from cultivar.kernel.errors import Invalid

T = TypeVar("T")
Row = TypeVar("Row", bound=DeclarativeBase)
WALKED = 200
COUNTED_TO = 10_000


class InvalidCursor(Invalid):
    code = "invalid_cursor"
    title = "This cursor is not one of ours"


class Page(BaseModel, Generic[T]):
    """A part of a list, newest first unless the route says otherwise."""

    items: list[T]
    total: int | None = Field(description="How many there are in all; null above 10,000.")
    next_cursor: str | None = Field(description="Send it as `cursor` to read on; null at the end.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which part of a list is asked for: at most `limit` rows after `cursor`, the `next_cursor` of the page before."""

    limit: int = 20
    cursor: str | None = None


def encode_cursor(*parts: UUID | datetime | str | float | None) -> str:
    """An opaque cursor that holds the sort keys of a page's last row."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    return base64.urlsafe_b64encode(json.dumps(plain, default=str).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The parts that `encode_cursor` was given, read as `types`; raises InvalidCursor (422)."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(text)
        return tuple(TypeAdapter(kind).validate_python(part) for kind, part in zip(types, parts, strict=True))
    except (binascii.Error, ValidationError, ValueError, TypeError) as error:
        raise InvalidCursor("Take `next_cursor` as it was given, or leave it out to begin anew.") from error


async def exact_total(session: AsyncSession, statement: Select[Any]) -> int | None:
    """How many rows `statement` finds, exact to 10,000; null above, since counting more costs a page's time."""
    some = (
        statement.with_only_columns(literal(1), maintain_column_froms=True)
        .order_by(None)
        .limit(COUNTED_TO + 1)
        .subquery()
    )
    count = await session.scalar(select(func.count()).select_from(some)) or 0
    return count if count <= COUNTED_TO else None


async def walk(
    session: AsyncSession, statement: Select[Row], key: InstrumentedAttribute[UUID]
) -> AsyncIterator[Sequence[Row]]:
    """All rows of `statement` in the order of `key`, a unique column of theirs, at most 200 in memory at a time."""
    page = statement.order_by(key).limit(WALKED)
    rows: Sequence[Row] = (await session.scalars(page)).all()
    while rows:
        yield rows
        rows = (await session.scalars(page.where(key > getattr(rows[-1], key.key)))).all()
