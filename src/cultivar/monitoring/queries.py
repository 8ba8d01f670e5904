"""Questions about counts and alerts. `scope.owner_id` is the one who asks, or None for the rows that name nobody."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.monitoring.schemas import Scope
from cultivar.monitoring.schemas.watching import AlertFilters
from cultivar.monitoring.tables import Alert, DailyClass, DailyModel

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
