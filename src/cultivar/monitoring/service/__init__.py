"""Count what happened, say what the counts come to, and watch for trouble."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import metrics, outbox
from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page
from cultivar.kernel.world import World
from cultivar.monitoring import queries, report, rollups, rules, view
from cultivar.monitoring.rules import Delta, Key
from cultivar.monitoring.schemas import FeedbackStats, Scope, Statistics
from cultivar.monitoring.schemas.watching import (
    AlertFilters,
    AlertOut,
    DriftReport,
    Performance,
    Span,
)
from cultivar.monitoring.service import alerts, performance, photos, stretches
from cultivar.monitoring.tables import DailyClass, DailyConfusion, DailyModel
from cultivar.registry import service as registry

COUNTS = "monitoring.counts"
"""The name of our subscriber."""

_Row = DailyModel | DailyClass | DailyConfusion
_Table = type[DailyModel] | type[DailyClass] | type[DailyConfusion]
_TABLES: Final[tuple[_Table, ...]] = (DailyModel, DailyClass, DailyConfusion)


async def hear(session: AsyncSession, facts: Sequence[Any], world: World) -> None:
    """Add a batch of facts to the roll-ups, and look at what they say."""
    gathered = rules.gather(facts)
    for table in _TABLES:
        await _add(session, table, {key: delta for key, delta in gathered.items() if _table(key) is table})
    await stretches.add(session, rollups.gather(facts))
    await alerts.apply(session, await photos.hear(session, facts, world.settings))


def _table(key: Key) -> _Table:
    if key.correct_class_name is not None:
        return DailyConfusion
    return DailyModel if key.class_name is None else DailyClass


async def _add(session: AsyncSession, table: _Table, gathered: Mapping[Key, Delta]) -> None:
    """Rows that are missing are made, then all are locked, in one order for all workers, and added to."""
    keys = sorted(gathered, key=_order)
    if not keys:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    await session.execute(dialect.insert(table).on_conflict_do_nothing(), [_columns(key) for key in keys])
    for row in await _locked(session, table, keys):
        _add_to(row, gathered[_key(row)])


async def _locked(session: AsyncSession, table: _Table, keys: Sequence[Key]) -> list[_Row]:
    names = [name for name in _columns(keys[0]) if name not in {"id", "owner_id"}]
    rows: list[_Row] = []
    for owner_id in sorted({key.owner_id for key in keys}, key=str):
        wanted = [tuple(getattr(key, name) for name in names) for key in keys if key.owner_id == owner_id]
        these = tuple_(*(getattr(table, name) for name in names)).in_(wanted)
        whose = table.owner_id == owner_id if owner_id else table.owner_id.is_(None)
        statement = select(table).where(whose, these).order_by(table.id).with_for_update()
        rows.extend(await session.scalars(statement.execution_options(populate_existing=True)))
    return rows


def _order(key: Key) -> tuple[str, ...]:
    return (
        str(key.owner_id),
        str(key.day),
        key.model,
        key.model_version,
        key.class_name or "",
        key.correct_class_name or "",
    )


def _columns(key: Key) -> dict[str, Any]:
    always = {"id": new_id(), "day": key.day, "model": key.model, "model_version": key.model_version}
    named = {"class_name": key.class_name, "correct_class_name": key.correct_class_name}
    return always | {"owner_id": key.owner_id} | {name: word for name, word in named.items() if word is not None}


def _key(row: _Row) -> Key:
    class_name = None if isinstance(row, DailyModel) else row.class_name
    said = row.correct_class_name if isinstance(row, DailyConfusion) else None
    return Key(row.day, row.model, row.model_version, row.owner_id, class_name, said)


def _add_to(row: _Row, delta: Delta) -> None:
    for name, value in delta.sums.items():
        setattr(row, name, getattr(row, name) + value)
    if isinstance(row, DailyModel):
        times = rules.merged([report.times_of(row), delta.times])
        row.times = {str(index): count for index, count in sorted(times.items())}
        row.lowest_us = min((time for time in (row.lowest_us, delta.lowest) if time is not None), default=None)
        row.highest_us = max((time for time in (row.highest_us, delta.highest) if time is not None), default=None)


async def statistics(session: AsyncSession, scope: Scope, *, world: World) -> Statistics:
    """How much was asked and how it went, everything up to now counted."""
    await outbox.settle(session, COUNTS, world=world)
    days = rules.window(now().date(), scope.days)
    return report.statistics(days, await queries.days(session, DailyModel, scope, days[0], days[-1]))


async def feedback_stats(session: AsyncSession, scope: Scope, *, world: World) -> FeedbackStats:
    """What people say of the answers, everything up to now counted."""
    await outbox.settle(session, COUNTS, world=world)
    days = rules.window(now().date(), scope.days)
    models = await queries.days(session, DailyModel, scope, days[0], days[-1])
    classes = await queries.days(session, DailyClass, scope, days[0], days[-1])
    confused = await queries.confused(session, scope, days[0], days[-1])
    return report.feedback_stats(days, models, classes, confused)


async def performance_of(
    session: AsyncSession, span: Span, model: str | None, version: str | None, *, world: World
) -> Performance:
    """How models, requests and machines do, everything up to now counted."""
    await outbox.settle(session, COUNTS, world=world)
    return await performance.read(session, span, model, version, world=world)


async def drift_of(session: AsyncSession, model: str | None, version: str | None, *, world: World) -> DriftReport:
    """How the photos of each model version have changed, everything up to now seen."""
    await outbox.settle(session, COUNTS, world=world)
    serving = registry.catalogue(world).serving
    items = []
    for row, state in await photos.states(session, model, version):
        here = serving.get(row.model)
        known = here.manifest.reference if here is not None and here.version == row.model_version else {}
        classes = here.pack.class_of_answer if here is not None else {}
        items.append(view.drift_out(row.model, row.model_version, row.updated_at, state, known, classes))
    return DriftReport(least_psi=world.settings.drift_psi, items=items)


async def alerts_page(session: AsyncSession, filters: AlertFilters, cursor: Cursor, *, world: World) -> Page[AlertOut]:
    """Alerts, newest first, everything up to now looked at."""
    await outbox.settle(session, COUNTS, world=world)
    return await alerts.page(session, filters, cursor)


async def gauges(session: AsyncSession) -> None:
    """Show open alerts and drift to Prometheus."""
    metrics.show_alerts({(kind, severity): n for kind, severity, n in await alerts.counts(session)})
    states = await photos.states(session)
    metrics.show_drift(view.psi_by_feature((row.model, row.model_version, state) for row, state in states))


async def erase(session: AsyncSession, person_id: UUID, *, world: World) -> None:
    """Delete a person's own counts; those over all people name nobody and stay."""
    await outbox.settle(session, COUNTS, world=world)
    for table in _TABLES:
        await session.execute(delete(table).where(table.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """A person's own counts, a row a day and model version, oldest first."""
    rows = await session.scalars(select(DailyModel).where(DailyModel.owner_id == person_id).order_by(DailyModel.day))
    names = ("day", "model", "model_version", "predictions", "refused", "feedback", "correct", "incorrect")
    return [{name: getattr(row, name) for name in names} for row in rows]
