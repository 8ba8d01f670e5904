"""The schema's way up and down, with rows in it, on both kinds of database."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Inspector, MetaData, inspect, text

from cultivar.kernel import migrate, revision
from cultivar.kernel.database import Database
from cultivar.kernel.errors import Conflict
from tests.support.rows import contents, fill


@pytest.fixture(scope="module")
def metadata() -> MetaData:
    return migrate.load_tables()


async def tables(url: str) -> set[str]:
    return set(await looked(url, lambda there: there.get_table_names()))


async def looked(url: str, look: Any) -> Any:
    db = Database(url)
    async with db.engine.connect() as connection:
        found = await connection.run_sync(lambda plain: look(inspect(plain)))
    await db.close()
    return found


def plain(index: Any) -> str:
    options = {name: str(option) for name, option in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


def shape(there: Inspector) -> dict[str, Any]:
    """Everything that a database can be asked about its tables."""
    return {
        name: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in there.get_columns(name)),
            there.get_pk_constraint(name)["constrained_columns"],
            sorted(map(str, there.get_foreign_keys(name))),
            sorted(plain(index) for index in there.get_indexes(name)),
            sorted(str(sorted(check.items())) for check in there.get_check_constraints(name)),
            sorted(str(each["column_names"]) for each in there.get_unique_constraints(name)),
        )
        for name in there.get_table_names()
        if name != "alembic_version"
    }


async def test_the_migrations_make_what_the_code_expects(empty_url: str) -> None:
    await migrate.upgrade(empty_url)
    assert await migrate.differences(empty_url) == []


async def test_migrated_tables_are_those_that_the_code_would_make(
    empty_url: str, metadata: MetaData, request: pytest.FixtureRequest
) -> None:
    await migrate.upgrade(empty_url)
    migrated = await looked(empty_url, shape)
    await migrate.downgrade(empty_url, "base")
    db = Database(empty_url)
    async with db.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await db.close()
    assert migrated == await looked(empty_url, shape)
    assert set(migrated) == set(metadata.tables)


async def test_every_step_goes_down_and_up_again_with_rows_in_the_tables(empty_url: str, metadata: MetaData) -> None:
    await migrate.upgrade(empty_url)
    db = Database(empty_url)
    await fill(db, metadata)
    assert {len(rows) for rows in (await contents(db, metadata)).values()} == {2}
    await db.close()
    while await at(empty_url) is not None:
        await migrate.downgrade(empty_url, "-1")
    assert await tables(empty_url) <= {"alembic_version"}
    await migrate.upgrade(empty_url)
    assert await migrate.differences(empty_url) == []


async def at(url: str) -> str | None:
    db = Database(url)
    found = await revision.stored(db)
    await db.close()
    return found


async def test_going_up_again_changes_nothing_and_keeps_the_rows(empty_url: str, metadata: MetaData) -> None:
    await migrate.upgrade(empty_url)
    db = Database(empty_url)
    await fill(db, metadata)
    before = await contents(db, metadata)
    await migrate.upgrade(empty_url)
    assert await contents(db, metadata) == before
    await db.close()


@pytest.mark.slow
async def test_of_processes_that_start_at_once_one_migrates(empty_url: str) -> None:
    program = f"import asyncio; from cultivar.kernel import migrate; asyncio.run(migrate.upgrade({empty_url!r}))"
    started = [await asyncio.create_subprocess_exec(sys.executable, "-c", program) for _ in range(3)]
    assert [await each.wait() for each in started] == [0, 0, 0]
    assert await migrate.differences(empty_url) == []


@pytest.fixture
def with_a_broken_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The project's migrations and one more, which fails after it has changed something; its revision."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for file in ("env.py", "script.py.mako", *(f"versions/{each.name}" for each in versions())):
        (folder / file).write_text((revision.scripts() / file).read_text())
    (folder / "versions" / "9999_broken.py").write_text(
        f'"""It breaks."""\n\nfrom alembic import op\n\nrevision = "9999"\ndown_revision = "{revision.head()}"\n\n\n'
        "def upgrade() -> None:\n"
        '    op.execute("CREATE TABLE half_done (id INTEGER)")\n'
        '    op.execute("INSERT INTO nowhere VALUES (1)")\n'
    )
    for module in (revision, migrate):
        monkeypatch.setattr(module, "scripts", lambda: folder)
    return "9999"


def versions() -> list[Path]:
    return sorted((revision.scripts() / "versions").glob("*.py"))


async def test_a_step_that_fails_changes_nothing(empty_url: str, with_a_broken_step: str) -> None:
    with pytest.raises(Exception, match="nowhere"):
        await migrate.upgrade(empty_url, with_a_broken_step)
    assert await tables(empty_url) <= {"alembic_version"}
    assert await at(empty_url) is None


async def test_what_somebody_changed_by_hand_is_told(empty_url: str) -> None:
    await migrate.upgrade(empty_url)
    db = Database(empty_url)
    async with db.transaction() as session:
        for statement in (
            "DROP INDEX ix_jobs_live",
            "ALTER TABLE photos DROP COLUMN width",
            "CREATE TABLE mine (id INTEGER)",
        ):
            await session.execute(text(statement))
    await db.close()
    told = "\n".join(await migrate.differences(empty_url))
    assert all(name in told for name in ("ix_jobs_live", "width", "mine"))
    assert len(told.splitlines()) == 3


async def test_an_older_database_is_told_before_all_else(empty_url: str) -> None:
    (told,) = await migrate.differences(empty_url)
    assert "cultivar db upgrade" in told


async def test_rows_that_point_nowhere_stop_a_migration_of_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await migrate.upgrade(url)

    def spoil(connection: Connection) -> None:
        nobody = "INSERT INTO sessions (id, user_id, generation, created_at, last_used_at, expires_at)"
        connection.exec_driver_sql(f"{nobody} VALUES ('{'0' * 32}', '{'1' * 32}', 0, '', '', '')")

    with pytest.raises(Conflict, match="sessions"):
        await migrate.run(url, lambda config: spoil(config.attributes["connection"]))
    assert await looked(url, lambda there: there.bind.exec_driver_sql("SELECT count(*) FROM sessions").scalar()) == 0
