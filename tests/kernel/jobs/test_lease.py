"""Who works on a job: one at a time, whoever dies."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from cultivar.kernel.clock import now
from cultivar.kernel.database import Database, DatabaseUnavailable
from cultivar.kernel.jobs import lease
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World
from tests.kernel.jobs.atwork import ask, job, reaches, ripen, runner, running, sum_up
from tests.support.worlds import make_world, until


async def test_stopping_a_worker_puts_its_jobs_back_without_counting_the_attempt(world: World) -> None:
    async def dawdle(_: JobContext) -> None:
        await asyncio.Event().wait()

    job_id = await ask(world)
    async with running(runner(world, dawdle)):
        await until(reaches(world, job_id, "running"))
    waiting = await job(world, job_id)
    assert (waiting.state, waiting.attempts, waiting.lease) == ("queued", 0, None)


async def die_with(world: World, job_id: UUID) -> lease.Held:
    """A worker that took the job and was killed: nothing renews its lease."""
    held = await lease.claim(world.db, [lease.Due(["work"], now())], lease=timedelta(seconds=30))
    assert held is not None
    assert held.id == job_id
    return held


async def test_a_job_whose_worker_died_waits_for_the_lease_and_is_taken_again(world: World) -> None:
    job_id = await ask(world, numbers=[2])
    await die_with(world, job_id)
    await runner(world, sum_up).once()
    assert (await job(world, job_id)).state == "running"
    await ripen(world)
    await runner(world, sum_up).once()
    ended = await job(world, job_id)
    assert (ended.state, ended.attempts, ended.result) == ("done", 2, {"sum": 2})


async def test_a_job_that_kills_its_workers_fails_after_its_attempts(world: World) -> None:
    job_id = await ask(world, numbers=[])
    for _ in range(2):
        await die_with(world, job_id)
        await ripen(world)
    await runner(world, sum_up, attempts=2).once()
    ended = await job(world, job_id)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "its worker stopped" in ended.error


async def test_who_lost_the_lease_can_no_longer_write(world: World) -> None:
    job_id = await ask(world)
    late = await die_with(world, job_id)
    await ripen(world)
    await die_with(world, job_id)
    before = await job(world, job_id)
    assert await lease.note(world.db, late, done=9, total=9, failed=9) is True
    await lease.finish(world.db, late, "done", result={"late": True})
    await lease.put_back(world.db, late, run_after=now(), error="late", attempts=0)
    after = await job(world, job_id)
    assert (after.state, after.done, after.result, after.lease) == ("running", 0, None, before.lease)


async def test_a_worker_lets_go_of_a_job_that_somebody_else_took(world: World) -> None:
    stopped = asyncio.Event()

    async def dawdle(_: JobContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    job_id = await ask(world)
    async with running(runner(world, dawdle, lease_s=0.6)):
        await until(reaches(world, job_id, "running"))
        thief = uuid4()
        async with world.db.transaction() as session:
            taken = {"lease": thief, "run_after": now() + timedelta(hours=1)}
            await session.execute(update(Job).values(**taken))
        async with asyncio.timeout(20):
            await stopped.wait()
    assert (await job(world, job_id)).lease == thief


async def test_heartbeats_hold_a_job_longer_than_its_lease(world: World) -> None:
    starts: list[UUID] = []
    enough = asyncio.Event()

    async def outlast(job: JobContext) -> None:
        starts.append(job.id)
        await enough.wait()

    job_id = await ask(world)
    async with running(runner(world, outlast, lease_s=2.0), runner(world, outlast, lease_s=2.0)):
        await until(reaches(world, job_id, "running"))
        first_end = (await job(world, job_id)).run_after

        async def held_longer() -> bool:
            return now() > first_end + timedelta(seconds=1)

        await until(held_longer)
        enough.set()
        await until(reaches(world, job_id, "done"))
    assert starts == [job_id]


async def test_several_workers_do_each_job_once_and_never_two_at_a_time(db: Database, tmp_path: Any) -> None:
    """Some attempts fail, so that jobs come back while others run."""
    at_work: Counter[UUID] = Counter()
    done: Counter[UUID] = Counter()
    overlaps: list[UUID] = []

    async def careful(job: JobContext) -> None:
        at_work[job.id] += 1
        if at_work[job.id] > 1:
            overlaps.append(job.id)
        await asyncio.sleep(0.001)
        at_work[job.id] -= 1
        if job.held.attempts == 1 and job.payload["clumsy"]:
            raise RuntimeError
        done[job.id] += 1

    worlds = [make_world(db, tmp_path) for _ in range(4)]
    jobs = [await ask(worlds[0], clumsy=index % 3 == 0) for index in range(15)]

    async def all_done() -> bool:
        async with db.transaction() as session:  # what waits for its second attempt need not wait long
            await session.execute(
                update(Job)
                .where(Job.state == "queued", Job.attempts == 1)
                .values(run_after=now() - timedelta(seconds=1))
            )
        async with db.reading() as session:
            return set(await session.scalars(select(Job.state))) == {"done"}

    async with running(*(runner(world, careful) for world in worlds)):
        await until(all_done)
    assert overlaps == []
    assert done == Counter(jobs)


async def test_a_worker_that_cannot_renew_its_lease_lets_go_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = asyncio.Event()

    async def away(*_: Any, **__: Any) -> dict[UUID, bool]:
        raise DatabaseUnavailable

    async def dawdle(_: JobContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    job_id = await ask(world)
    monkeypatch.setattr(lease, "extend", away)
    async with running(runner(world, dawdle, lease_s=0.9)):
        await until(reaches(world, job_id, "running"))
        async with asyncio.timeout(60):
            await ended.wait()
