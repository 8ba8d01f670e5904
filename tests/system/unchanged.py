"""Whether anything was kept: rows of every table, and objects."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.app import Served

from cultivar.kernel.database import Base

SIGNED_IN = {"sessions", "users"}
LEFT_TO_THE_WORKER = {"daily_classes", "daily_confusions", "daily_models", "jobs", "outbox"}
WATCHING = {"alerts", "drift_states", "rollups", "schedules"}
MOVING = SIGNED_IN | LEFT_TO_THE_WORKER | WATCHING
"""Tables that move by themselves: people sign in, earlier requests left work, the server watches itself."""


@contextmanager
def nothing_changes(app: Served) -> Iterator[None]:
    """Rows, table by table, and photos are as many in the end; thumbnails may follow."""
    before = kept(app)
    yield
    changed = {name: (before[name], n) for name, n in kept(app).items() if n != before[name]}
    assert not changed, f"before and after: {changed}"


def kept(app: Served) -> dict[str, int]:
    async def rows(session: AsyncSession) -> dict[str, int]:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in MOVING]
        return {table.name: await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    async def objects() -> int:
        return len([one async for one in app.world.storage.list("photos/") if not one.key.endswith(".thumb.jpg")])

    return app.rows(rows) | {"objects": app.run(objects)}
