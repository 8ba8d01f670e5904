"""Once a minute: write down how many requests there were and how busy the machine is, and look for trouble.

Every server and worker does it for itself. Of several that see the same trouble, one opens the alert.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import World
from cultivar.monitoring import queries, rollups, watch
from cultivar.monitoring.machine import Machine, host
from cultivar.monitoring.rollups import FINE, Sums, floor, merged
from cultivar.monitoring.service import alerts, stretches
from cultivar.monitoring.tables import Rollup
from cultivar.monitoring.watch import Finding

EVERY_S: Final = 60.0
FIRST_S: Final = 1.0
RECENT: Final = timedelta(seconds=FINE)
"""How far back a look for trouble goes: the stretch of now and the one before."""
LONGER: Final = timedelta(seconds=5 * FINE)
SILENT: Final = timedelta(hours=1)
"""A machine that has told nothing for so long is gone."""

log = structlog.get_logger(__name__)


async def beat_on(world: World) -> None:
    """Until cancelled; then what was counted last is written down."""
    machine = Machine(world.settings.data_dir)
    pruned = None
    await asyncio.sleep(FIRST_S)
    try:
        while True:
            moment = now()
            hour = floor(moment, rollups.HOUR)
            await _survive(world, machine, prune=hour != pruned)
            pruned = hour
            await asyncio.sleep(EVERY_S - moment.timestamp() % EVERY_S)
    finally:
        with contextlib.suppress(Unavailable):
            async with world.db.transaction() as session:
                await write_traffic(session, world)


async def _survive(world: World, machine: Machine, *, prune: bool) -> None:
    """The edge of the process: a beat that fails is told to the log, and the next one comes."""
    try:
        await beat(world, machine, prune=prune)
    except Unavailable as error:
        log.warning("beat_missed", reason=error.code)
    except Exception:
        log.exception("beat_failed")


async def beat(world: World, machine: Machine, *, prune: bool = False) -> None:
    """Write down, look, and open or close alerts, in one transaction."""
    sample = rollups.of_machine(await machine.sample())
    async with world.db.transaction() as session:
        moment = now()
        await stretches.add(session, dict.fromkeys(rollups.spread(moment, "machine", host()), sample))
        await write_traffic(session, world)
        await alerts.apply(session, await look(session, world.settings, moment))
        if prune:
            await stretches.prune(session, moment)
            await alerts.close_unseen(session, moment)


async def write_traffic(session: AsyncSession, world: World) -> None:
    """Write down the requests that this process has answered since the last time; they count as now."""
    taken = world.traffic.take()
    if taken:
        sums = rollups.of_requests(taken)
        try:
            await stretches.add(session, dict.fromkeys(rollups.spread(now(), "requests"), sums))
        except BaseException:
            world.traffic.give_back(taken)
            raise


async def look(session: AsyncSession, settings: Settings, moment: datetime) -> list[Finding]:
    """What is to be thought of requests and machines now."""
    since = floor(moment, FINE)
    requests = await stretches.read(session, "requests", FINE, since - LONGER)
    recent, longer = _sums(requests, since - RECENT), _sums(requests, since - LONGER)
    found = [
        watch.of_errors(recent, longer, settings.alert_error_rate),
        watch.of_latency(recent, longer, settings.alert_latency_s),
    ]
    machines = await stretches.read(session, "machine", FINE, floor(moment - SILENT, FINE))
    names = {row.name for row in machines} | {one.machine for one in await queries.open_resources(session)}
    for name in sorted(name for name in names if name is not None):
        there = [row for row in machines if row.name == name]
        load = _sums(there, since - RECENT) if any(row.start >= since - RECENT for row in there) else _sums(there)
        found += [watch.of_machine(name, what, load, most) for what, most in limits(settings).items()]
    return found


def limits(settings: Settings) -> dict[str, float]:
    """The most that a machine may use, by what it uses."""
    return {
        "cpu": settings.alert_cpu,
        "memory": settings.alert_memory,
        "gpu_memory": settings.alert_gpu_memory,
        "disk": settings.alert_disk,
    }


def _sums(rows: Iterable[Rollup], since: datetime | None = None) -> Sums:
    return merged(stretches.sums_of(row) for row in rows if since is None or row.start >= since)
