"""Say how models, requests and machines do."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.world import World
from cultivar.monitoring import view
from cultivar.monitoring.rollups import Source, Sums
from cultivar.monitoring.schemas.watching import Performance, Span
from cultivar.monitoring.service import pulse, stretches

_SOURCES: Final[tuple[Source, ...]] = ("model", "requests", "machine")


async def read(
    session: AsyncSession, span: Span, model: str | None, version: str | None, *, world: World
) -> Performance:
    """A window up to now. `model` and `version` narrow the answers down; requests and machines are everybody's."""
    await pulse.write_traffic(session, world)
    moment = now()
    grid = view.GRIDS[span]
    since = grid.starts(moment)[0]
    found: dict[Source, list[tuple[datetime, Sums]]] = {}
    for source in _SOURCES:
        narrow = {"name": model, "version": version} if source == "model" else {}
        rows = await stretches.read(session, source, grid.seconds, since, **narrow)
        found[source] = [(row.start, stretches.sums_of(row)) for row in rows]
    return view.performance(span, moment, found, model, version)
