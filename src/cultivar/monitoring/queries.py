"""Questions about the roll-ups. `scope.owner_id` is the one who asks, or None for the rows that name nobody."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.monitoring.schemas import Scope
from cultivar.monitoring.tables import DailyClass, DailyModel

Row = TypeVar("Row", DailyModel, DailyClass)


async def days(session: AsyncSession, table: type[Row], scope: Scope, first: date, last: date) -> Sequence[Row]:
    """The rows of these days, both among them, oldest first."""
    conditions: list[ColumnElement[bool]] = [
        table.day.between(first, last),
        table.owner_id == scope.owner_id if scope.owner_id else table.owner_id.is_(None),
    ]
    if scope.model is not None:
        conditions.append(table.model == scope.model)
    if scope.model_version is not None:
        conditions.append(table.model_version == scope.model_version)
    return (await session.scalars(select(table).where(*conditions).order_by(table.day, table.id))).all()
