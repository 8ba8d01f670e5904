"""Watch the photos of each model version for drift and for their quality."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.settings import Settings
from cultivar.monitoring import drift, watch
from cultivar.monitoring.tables import DriftState
from cultivar.monitoring.watch import Finding
from cultivar.predictions.events import PredictionMade


async def hear(session: AsyncSession, facts: Sequence[Any], settings: Settings) -> list[Finding]:
    """Take the photos of these answers in; says what is to be thought of them now."""
    of_version: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, PredictionMade):
            of_version[fact.model, fact.model_version] += drift.seen_in(fact)
    found: list[Finding] = []
    for (model, version), seen in sorted(of_version.items()):
        row = await _locked(session, model, version)
        state = drift.parse(row.state)
        drift.add(state, seen, least=settings.drift_psi)
        row.state, row.updated_at = drift.dump(state), now()
        found += watch.of_photos(model, version, state, settings.alert_poor_photos)
    return found


async def _locked(session: AsyncSession, model: str, version: str) -> DriftState:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = {"id": new_id(), "model": model, "model_version": version, "state": {}}
    await session.execute(dialect.insert(DriftState).values(new).on_conflict_do_nothing())
    this = DriftState.model == model, DriftState.model_version == version
    statement = select(DriftState).where(*this).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def forget(session: AsyncSession, model: str, version: str) -> None:
    """Begin anew: the next photos are the baseline."""
    this = DriftState.model == model, DriftState.model_version == version
    await session.execute(update(DriftState).where(*this).values(state={}, updated_at=now()))


async def states(
    session: AsyncSession, model: str | None = None, version: str | None = None
) -> Sequence[tuple[DriftState, drift.State]]:
    """What is known of each model version, by name and version."""
    statement = select(DriftState).order_by(DriftState.model, DriftState.model_version)
    if model is not None:
        statement = statement.where(DriftState.model == model)
    if version is not None:
        statement = statement.where(DriftState.model_version == version)
    return [(row, drift.parse(row.state)) for row in await session.scalars(statement)]
