"""Questions about counts and alerts. `scope.owner_id` is the one who asks, or None for the rows that name nobody."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.monitoring.confusion import Confused
from cultivar.monitoring.schemas import Scope
from cultivar.monitoring.schemas.watching import AlertFilters
from cultivar.monitoring.tables import Alert, DailyClass, DailyConfusion, DailyModel

Row = TypeVar("Row", DailyModel, DailyClass)


async def days(session: AsyncSession, table: type[Row], scope: Scope, first: date, last: date) -> Sequence[Row]:
    """The rows of these days, both among them, oldest first."""
    asked = select(table).where(*_within(table, scope, first, last))
    return (await session.scalars(asked.order_by(table.day, table.id))).all()


async def confused(session: AsyncSession, scope: Scope, first: date, last: date) -> list[Confused]:
    """Wrong answers of these days by the class that was answered and the one that people said, added up there."""
    table, n = DailyConfusion, func.sum(DailyConfusion.incorrect)
    pair = table.class_name, table.correct_class_name
    asked = select(*pair, n).where(*_within(table, scope, first, last)).group_by(*pair).having(n != 0)
    return [Confused(answered, said, int(count)) for answered, said, count in await session.execute(asked)]


def _within(
    table: type[DailyModel] | type[DailyClass] | type[DailyConfusion], scope: Scope, first: date, last: date
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        table.day.between(first, last),
        table.owner_id == scope.owner_id if scope.owner_id else table.owner_id.is_(None),
    ]
    if scope.model is not None:
        conditions.append(table.model == scope.model)
    if scope.model_version is not None:
        conditions.append(table.model_version == scope.model_version)
    return conditions


def alerts(filters: AlertFilters) -> Select[Alert]:
    """Alerts of the installation, newest first; for experts."""
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    return select(Alert).filter_by(**given).order_by(Alert.id.desc())


async def open_alerts(session: AsyncSession, keys: Sequence[str]) -> Sequence[Alert]:
    """Those of these keys that are not over, locked; for the process that watches."""
    statement = select(Alert).where(Alert.key.in_(keys), Alert.closed_at.is_(None)).order_by(Alert.id)
    found = await session.scalars(statement.with_for_update().execution_options(populate_existing=True))
    return found.all()


async def open_drift(session: AsyncSession, model: str | None, version: str | None) -> Sequence[Alert]:
    """Drift of a model version that is not over, locked; for whoever resolves it."""
    of_version = Alert.model == model, Alert.model_version == version, Alert.kind == "drift"
    statement = select(Alert).where(*of_version, Alert.closed_at.is_(None)).order_by(Alert.id)
    return (await session.scalars(statement.with_for_update())).all()


async def unseen_alerts(session: AsyncSession, since: datetime) -> Sequence[Alert]:
    """Those that are not over and were last seen before, locked; for the process that watches."""
    statement = select(Alert).where(Alert.closed_at.is_(None), Alert.last_seen_at < since).order_by(Alert.id)
    return (await session.scalars(statement.with_for_update())).all()


async def open_resources(session: AsyncSession) -> Sequence[Alert]:
    """Machines that were too busy when last seen."""
    statement = select(Alert).where(Alert.kind == "resources", Alert.closed_at.is_(None))
    return (await session.scalars(statement)).all()
