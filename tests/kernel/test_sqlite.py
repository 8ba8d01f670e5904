"""What is particular to SQLite."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from cultivar.kernel.database import Database, DatabaseUnavailable
from tests.kernel.test_database import Pot, Tables, pots


async def test_sqlite_is_durable_and_checked(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'x.db'}")
    async with db.transaction() as session:
        found = [
            await session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await db.close()
    assert found == ["wal", 2, 1]


async def test_a_database_locked_from_outside_is_unavailable_and_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cultivar.kernel.sqlite.BUSY_MS", 50)
    file = tmp_path / "x.db"
    db = Database(f"sqlite:///{file}")
    async with db.engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable):
        async with db.transaction() as session:
            session.add(Pot())
    other.close()
    async with db.transaction() as session:
        session.add(Pot())
    assert await pots(db) == 1
    await db.close()
