"""Whether anything was kept: rows of every table, and objects."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.app import Served

from cultivar.kernel.database import Base

MOVING = {"daily_classes", "daily_confusions", "daily_models", "jobs", "outbox", "sessions", "users"}
"""Tables that move by themselves: what earlier requests left to the worker, and people who sign in."""


@contextmanager
def nothing_changes(app: Served) -> Iterator[None]:
    """Rows, table by table, and photos are as many in the end; thumbnails may follow."""
    before = kept(app)
    yield
    assert kept(app) == before


def kept(app: Served) -> dict[str, int]:
    async def rows(session: AsyncSession) -> dict[str, int]:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in MOVING]
        return {table.name: await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    async def objects() -> int:
        return len([one async for one in app.world.storage.list("photos/") if not one.key.endswith(".thumb.jpg")])

    return app.rows(rows) | {"objects": app.run(objects)}
