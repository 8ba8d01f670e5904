"""Work that recurs: each due moment has one job, however many workers look."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from cultivar.kernel.database import Database
from cultivar.kernel.jobs.schedule import Clockwork, Schedule
from cultivar.kernel.jobs.tables import Job, ScheduleRow

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOURLY = Schedule("sweep", every=timedelta(hours=1), payload={"all": True})
DAILY = Schedule("report", every=timedelta(days=1), at=timedelta(hours=3))


async def counted(db: Database, table: type = Job) -> int:
    async with db.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_many_workers_make_one_job_a_moment(db: Database) -> None:
    made = await asyncio.gather(*(Clockwork([HOURLY, DAILY]).fire(db, NOON) for _ in range(8)))
    assert sum(made) == await counted(db) == await counted(db, ScheduleRow) == 2


async def test_the_job_is_the_one_that_the_row_names(db: Database) -> None:
    await Clockwork([HOURLY]).fire(db, NOON)
    async with db.reading() as session:
        job, row = (await session.scalars(select(Job))).one(), (await session.scalars(select(ScheduleRow))).one()
    assert (job.id, job.kind, job.payload) == (row.job_id, "sweep", {"all": True})
    assert row.due_at == NOON


async def test_each_moment_has_its_own_job_and_missed_ones_are_made_up_for_once(db: Database) -> None:
    clockwork = Clockwork([HOURLY])
    fired = [await clockwork.fire(db, NOON + timedelta(minutes=minutes)) for minutes in (0, 59, 60, 60 * 9)]
    assert fired == [1, 0, 1, 1]


async def test_a_moment_that_was_fired_asks_the_database_no_more(
    db: Database, statements: Callable[[Database], list[str]]
) -> None:
    clockwork = Clockwork([HOURLY])
    await clockwork.fire(db, NOON)
    asked = statements(db)
    await clockwork.fire(db, NOON + timedelta(minutes=30))
    assert asked == []
