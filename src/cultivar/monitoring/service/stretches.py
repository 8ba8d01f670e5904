"""Keep roll-ups: add to them, read them, let go of old ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.ids import new_id
from cultivar.monitoring import rollups
from cultivar.monitoring.rollups import DAY, FINE, HOUR, Slot, Source, Sums
from cultivar.monitoring.tables import Rollup

KEPT: Final = {FINE: timedelta(days=2), HOUR: timedelta(days=15), DAY: timedelta(days=400)}
"""How long roll-ups are kept, by their seconds."""


async def add(session: AsyncSession, gathered: Mapping[Slot, Sums]) -> None:
    """Rows that are missing are made, then all are locked, in one order for all processes, and added to."""
    slots = sorted(gathered)
    if not slots:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    await session.execute(dialect.insert(Rollup).on_conflict_do_nothing(), [_columns(slot) for slot in slots])
    key = tuple_(Rollup.seconds, Rollup.start, Rollup.source, Rollup.name, Rollup.version)
    wanted = key.in_([(slot.seconds, slot.start, slot.source, slot.name, slot.version) for slot in slots])
    statement = select(Rollup).where(wanted).order_by(Rollup.id).with_for_update()
    for row in await session.scalars(statement.execution_options(populate_existing=True)):
        sums = sums_of(row)
        sums.merge(gathered[Slot(row.seconds, row.start, row.source, row.name, row.version)])
        for name, value in rollups.dump(sums).items():
            setattr(row, name, value)


def _columns(slot: Slot) -> dict[str, Any]:
    where = {"seconds": slot.seconds, "start": slot.start, "source": slot.source}
    return {"id": new_id(), **where, "name": slot.name, "version": slot.version}


def sums_of(row: Rollup) -> Sums:
    return rollups.parse(row.tallies, row.times, row.levels)


async def read(
    session: AsyncSession,
    source: Source,
    seconds: int,
    since: datetime,
    *,
    name: str | None = None,
    version: str | None = None,
) -> Sequence[Rollup]:
    """Roll-ups of this width that begin at `since` or later, oldest first."""
    statement = select(Rollup).where(Rollup.source == source, Rollup.seconds == seconds, Rollup.start >= since)
    if name is not None:
        statement = statement.where(Rollup.name == name)
    if version is not None:
        statement = statement.where(Rollup.version == version)
    return (await session.scalars(statement.order_by(Rollup.start, Rollup.id))).all()


async def prune(session: AsyncSession, moment: datetime) -> None:
    """Let go of what is older than it is kept."""
    for seconds, kept in KEPT.items():
        await session.execute(delete(Rollup).where(Rollup.seconds == seconds, Rollup.start < moment - kept))
