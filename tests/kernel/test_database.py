"""The promises of a database, on both kinds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from cultivar.kernel.database import Base, Database, DatabaseUnavailable, Id, choice, driver_url, wake_after_commit
from tests.support.processes import free_ports


class Tables(DeclarativeBase):
    """Tables of these tests alone, made as the project's are."""

    metadata = type(Base.metadata)(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.type_annotation_map


class Pot(Tables):
    __tablename__ = "pots"
    id: Mapped[Id]
    size: Mapped[str] = mapped_column(choice("size", "small", "large"), default="small")
    at: Mapped[datetime | None]
    notes: Mapped[dict[str, Any] | None]
    shelf: Mapped[int] = mapped_column(default=0)


class Plant(Tables):
    __tablename__ = "plants"
    id: Mapped[Id]
    pot_id: Mapped[UUID] = mapped_column(ForeignKey("pots.id"))


@pytest.fixture
async def db(empty_url: str) -> AsyncIterator[Database]:
    db = Database(empty_url)
    async with db.engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    yield db
    await db.close()


async def pots(db: Database) -> int:
    async with db.reading() as session:
        return await session.scalar(select(func.count()).select_from(Pot)) or 0


async def test_a_transaction_that_ends_well_is_kept(db: Database) -> None:
    async with db.transaction() as session:
        session.add(Pot())
    assert await pots(db) == 1


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as session:
            session.add(Pot())
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await pots(db) == 0


async def test_a_transaction_sees_its_own_writes_and_nobody_else_does(db: Database) -> None:
    async with db.transaction() as session:
        session.add(Pot())
        assert await session.scalar(select(func.count()).select_from(Pot)) == 1
        assert await pots(db) == 0


async def test_a_reading_session_sees_one_moment(db: Database) -> None:
    async with db.reading() as session:
        before = await session.scalar(select(func.count()).select_from(Pot))
        async with db.transaction() as other:
            other.add(Pot())
        assert await session.scalar(select(func.count()).select_from(Pot)) == before == 0
    assert await pots(db) == 1


async def test_a_reading_session_cannot_write(db: Database) -> None:
    async with db.reading() as session:
        session.add(Pot())
        with pytest.raises(DBAPIError):
            await session.flush()
    assert await pots(db) == 0


async def test_a_transaction_that_has_not_written_keeps_nobody_from_writing(db: Database) -> None:
    async with db.transaction() as waiting:
        await waiting.scalar(select(Pot.id).limit(1))
        async with asyncio.timeout(5), db.transaction() as session:
            session.add(Pot())
        assert await waiting.scalar(select(func.count()).select_from(Pot)) == 1
        waiting.add(Pot())
    assert await pots(db) == 2


async def test_writers_at_once_lose_no_update(db: Database) -> None:
    async with db.transaction() as session:
        session.add(pot := Pot())

    async def add_one() -> None:
        async with db.transaction() as session:
            row = await session.get_one(Pot, pot.id, with_for_update=True)
            row.shelf += 1

    await asyncio.gather(*(add_one() for _ in range(40)))
    async with db.reading() as session:
        assert await session.scalar(select(Pot.shelf)) == 40


async def test_a_writer_that_is_cancelled_gives_its_place_back(db: Database) -> None:
    async def write_and_wait() -> None:
        async with db.transaction() as session:
            session.add(Pot())
            await session.flush()
            await asyncio.Event().wait()

    for _ in range(3):
        task = asyncio.create_task(write_and_wait())
        await asyncio.wait([task], timeout=0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), db.transaction() as session:
        session.add(Pot())
    assert await pots(db) == 1


async def test_cancelling_at_any_moment_leaves_whole_transactions(db: Database) -> None:
    async def write() -> None:
        async with db.transaction() as session:
            session.add(pot := Pot())
            await session.flush()
            session.add(Plant(pot_id=pot.id))

    for turns in range(60):
        task = asyncio.create_task(write())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), db.transaction() as session:
        session.add(pot := Pot())
        await session.flush()
        session.add(Plant(pot_id=pot.id))
    async with db.reading() as session:
        plants = await session.scalar(select(func.count()).select_from(Plant))
    assert plants == await pots(db) >= 1


async def test_a_savepoint_undoes_only_what_is_in_it(db: Database) -> None:
    async with db.transaction() as session:
        session.add(Pot())
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                session.add(Plant(pot_id=uuid4()))
        session.add(Pot())
    assert await pots(db) == 2


async def test_rows_that_point_nowhere_are_refused(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with db.transaction() as session:
            session.add(Plant(pot_id=uuid4()))


async def test_a_value_outside_the_choice_is_refused_by_the_database_itself(db: Database) -> None:
    with pytest.raises(IntegrityError, match="ck_pots_size"):
        async with db.transaction() as session:
            await session.execute(text(f"INSERT INTO pots (id, size, shelf) VALUES ('{uuid4().hex}', 'huge', 0)"))


async def test_none_in_a_json_column_is_null(db: Database) -> None:
    async with db.transaction() as session:
        session.add(Pot(notes=None))
    async with db.reading() as session:
        assert await session.scalar(select(func.count()).where(Pot.notes.is_(None))) == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(
        min_value=datetime(1971, 1, 1),
        max_value=datetime(9990, 1, 1),
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    ),
    notes=st.dictionaries(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.integers()),
)
async def test_moments_and_json_come_back_as_they_went_in(
    db: Database, moment: datetime, notes: dict[str, Any]
) -> None:
    async with db.transaction() as session:
        session.add(pot := Pot(at=moment, notes=notes))
    async with db.reading() as session:
        row = await session.get_one(Pot, pot.id)
        found = await session.scalar(select(Pot.id).where(Pot.id == pot.id, Pot.at == moment))
    assert (row.at, row.notes, found) == (moment, notes, pot.id)
    assert row.at is not None
    assert row.at.tzinfo is UTC or row.at.utcoffset() == timedelta(0)


async def test_a_moment_without_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        async with db.transaction() as session:
            session.add(Pot(at=datetime(2026, 5, 1)))


async def test_work_is_announced_after_the_commit_and_only_then(db: Database) -> None:
    heard: list[int] = []
    counted = 0
    db.on_work = lambda: heard.append(counted)

    async def fail() -> None:
        async with db.transaction() as session:
            wake_after_commit(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert heard == []
    async with db.transaction() as session:
        session.add(Pot())
        wake_after_commit(session)
        assert heard == []
        counted = 1
    assert heard == [1]


async def test_a_server_that_is_away_is_unavailable() -> None:
    (port,) = free_ports(1)
    db = Database(f"postgresql://postgres@127.0.0.1:{port}/none")
    with pytest.raises(DatabaseUnavailable):
        await db.ping()
    await db.close()


@pytest.mark.slow
async def test_connections_that_the_server_closed_are_unavailable_once(postgres: str) -> None:
    db, other = Database(f"{postgres}/postgres"), Database(f"{postgres}/postgres")
    async with db.transaction() as session:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
    async with other.transaction() as session:
        await session.execute(text(f"SELECT pg_terminate_backend({pid})"))
    with pytest.raises(DatabaseUnavailable):
        await db.ping()
    await db.ping()
    await db.close()
    await other.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_only_databases_that_keep_their_promises_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///"):
        driver_url(url)


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"])
def test_a_url_needs_no_driver(url: str) -> None:
    assert driver_url(url).render_as_string(hide_password=False) == "postgresql+asyncpg://u:p@h/d"
