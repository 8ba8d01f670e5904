"""The schema's way from one version to the next, forth and back, on both databases.

Each run is one transaction under one lock: it happens wholly or not at all, and of two processes that start at once
the second finds it done.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, MetaData, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cultivar.kernel.database import Base, Database, told_plainly
from cultivar.kernel.errors import Conflict, NotFound
from cultivar.kernel.revision import head, scripts

_PACKAGE = Path(__file__).resolve().parents[1]
_LOCK = 0x63756C7469766172  # "cultivar"


class RevisionUnknown(NotFound):
    code = "revision_unknown"
    title = "There is no such revision"


def load_tables() -> MetaData:
    """Every table of every capability."""
    modules = [f"{_PACKAGE.name}.{file.parent.name}.tables" for file in _PACKAGE.glob("*/tables.py")]
    for module in (*modules, "cultivar.kernel.jobs.tables", "cultivar.kernel.outbox"):
        import_module(module)
    return Base.metadata


def known() -> set[str]:
    """Every revision that this program knows."""
    return {script.revision for script in ScriptDirectory(str(scripts())).walk_revisions()}


async def upgrade(url: str, to: str = "head") -> None:
    """Bring the tables up to a revision; tables that are there already stay as they are."""
    await run(url, lambda config: command.upgrade(config, to))


async def downgrade(url: str, to: str) -> None:
    """Bring the tables down to a revision, `base` for none; what only newer ones hold is lost."""
    await run(url, lambda config: command.downgrade(config, to))


async def run(url: str, order: Callable[[Config], Any]) -> None:
    """Have Alembic do something to the database at `url`."""
    try:
        await _within(url, lambda connection: order(_config(connection)))
    except CommandError as error:
        raise RevisionUnknown(f"{error}.") from error


async def differences(url: str) -> list[str]:
    """What keeps the database from being what this program expects, in sentences; nothing when all is well."""
    found: list[str] = []
    await _within(url, lambda connection: found.extend(_differences(connection)))
    return found


async def _within(url: str, work: Callable[[Connection], Any]) -> None:
    """Do `work` in one transaction that keeps other migrations out."""
    db = Database(url)
    try:
        with told_plainly():
            async with db.engine.connect() as connection:
                await _lift_foreign_keys(connection)
                async with connection.begin():
                    if db.dialect == "postgresql":
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                    await connection.run_sync(work)
                    if db.dialect == "sqlite":
                        await _demand_foreign_keys(connection)
    finally:
        await db.close()


async def _lift_foreign_keys(connection: AsyncConnection) -> None:
    """SQLite changes a table by making a new one and dropping the old, which its references must survive."""
    if connection.dialect.name == "sqlite":
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.on_thread(lambda: raw.begun().execute("PRAGMA foreign_keys=OFF"))


async def _demand_foreign_keys(connection: AsyncConnection) -> None:
    broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
    if broken:
        raise Conflict(
            f"rows of {', '.join(sorted({row[0] for row in broken}))} would point nowhere; nothing was changed"
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _differences(connection: Connection) -> list[str]:
    at = _revision(connection)
    if at != head():
        return [_behind(at)]
    metadata = load_tables()
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    return [_told(each) for each in compare_metadata(context, metadata)] + _missing_checks(connection, metadata)


def _behind(at: str | None) -> str:
    return f"the database is at revision {at or 'none'}, this program wants {head() or 'none'}: cultivar db upgrade"


def _told(difference: Any) -> str:
    change = difference[0] if isinstance(difference, list) else difference
    return " ".join(str(part) for part in change if part is not None)


def _missing_checks(connection: Connection, metadata: MetaData) -> list[str]:
    """Alembic does not look at CHECK constraints."""
    there = inspect(connection)
    return [
        f"{verb} constraint {name} of {table.name}"
        for table in metadata.sorted_tables
        for verb, names in _compared(
            {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)},
            {str(each["name"]) for each in there.get_check_constraints(table.name)},
        )
        for name in sorted(names)
    ]


def _compared(wanted: set[str], found: set[str]) -> list[tuple[str, set[str]]]:
    return [("add", wanted - found), ("remove", found - wanted)]
