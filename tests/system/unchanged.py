"""Whether anything was kept: rows of every table, and objects."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.app import Served

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base
from cultivar.kernel.jobs.tables import Job

SIGNED_IN = {"sessions", "users"}
LEFT_TO_THE_WORKER = {"daily_classes", "daily_confusions", "daily_models", "jobs", "outbox"}
WATCHING = {"alerts", "drift_states", "rollups", "schedules"}
PATIENCE_S = 20.0
MOVING = SIGNED_IN | LEFT_TO_THE_WORKER | WATCHING
"""Tables that move by themselves: people sign in, earlier requests left work, the server watches itself."""


@contextmanager
def nothing_changes(app: Served) -> Iterator[None]:
    """Rows, table by table, and photos are as many in the end; thumbnails may follow.

    What is left over stays, so that whatever goes away within a moment was earlier requests' work.
    """
    _let_finish(app)
    before = kept(app)
    yield
    end = time.monotonic() + PATIENCE_S
    while changed := _changed(before, kept(app)):
        assert time.monotonic() < end, f"before and after: {changed}"
        time.sleep(0.1)


def _let_finish(app: Served) -> None:
    """Wait for the jobs that earlier requests left: one that explains an answer keeps its picture seconds later."""
    live = or_(Job.state == "running", and_(Job.state == "queued", Job.run_after <= now()))
    end = time.monotonic() + PATIENCE_S
    while app.rows(lambda session: session.scalar(select(func.count()).where(live))) and time.monotonic() < end:
        time.sleep(0.05)


def _changed(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Photos whose rows are gone may follow them now; a row that goes is told itself."""
    different = {name: (before[name], n) for name, n in after.items() if n != before[name]}
    return {name: (was, now) for name, (was, now) in different.items() if name != "objects" or now > was}


def kept(app: Served) -> dict[str, int]:
    async def rows(session: AsyncSession) -> dict[str, int]:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in MOVING]
        return {table.name: await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    async def listed() -> set[str]:
        return {one.key async for one in app.world.storage.list("photos/") if not one.key.endswith(".thumb.jpg")}

    async def objects() -> int:
        """A folder may be listed without a file that is being replaced: it counts when seen alike twice."""
        before, there = None, await listed()
        while there != before:
            before, there = there, await listed()
        return len(there)

    return app.rows(rows) | {"objects": app.run(objects)}
