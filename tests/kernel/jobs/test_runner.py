"""Jobs are seen through: once at a time, again after a failure, never lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database, DatabaseUnavailable
from cultivar.kernel.errors import CultivarError, NotFound, TooManyRequests, Unavailable
from cultivar.kernel.jobs import lease, queue
from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World
from tests.support.worlds import make_world, until

OWNER = Actor(uuid4(), "user", frozenset({"jobs:read"}), None, None)


async def ask(world: World, kind: str = "work", **payload: Any) -> UUID:
    async with world.db.transaction() as session:
        return (await enqueue(session, kind, payload, owner_id=OWNER.user_id)).id


async def job(world: World, job_id: UUID) -> Job:
    async with world.db.reading() as session:
        return await session.get_one(Job, job_id)


def reaches(world: World, job_id: UUID, state: str) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return (await job(world, job_id)).state == state

    return reached


async def ripen(world: World) -> None:
    """Let all waits and leases end."""
    async with world.db.transaction() as session:
        await session.execute(update(Job).values(run_after=datetime(2020, 1, 1, tzinfo=UTC)))


def runner(world: World, handle: Any, *, kind: str = "work", lease_s: float = 30.0, **more: Any) -> Runner:
    return Runner(world, {kind: JobKind(handle, **more)}, lease_s=lease_s, poll_s=0.05)


@asynccontextmanager
async def running(*runners: Runner) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.run()) for each in runners]
    try:
        yield
    finally:
        for each in runners:
            each.stop()
        await asyncio.gather(*tasks)


async def sum_up(job: JobContext) -> dict[str, Any]:
    return {"sum": sum(job.payload["numbers"])}


async def test_a_job_is_done_and_keeps_its_result(world: World) -> None:
    job_id = await ask(world, numbers=[1, 2, 3])
    await runner(world, sum_up).once()
    done = await job(world, job_id)
    assert (done.state, done.result, done.attempts, done.error, done.lease) == ("done", {"sum": 6}, 1, None, None)
    assert done.started_at is not None
    assert done.finished_at is not None


async def test_a_job_of_a_kind_that_the_worker_does_not_know_waits(world: World) -> None:
    job_id = await ask(world, "other")
    await runner(world, sum_up).once()
    assert (await job(world, job_id)).state == "queued"


async def test_a_job_does_not_start_before_its_time(world: World) -> None:
    async with world.db.transaction() as session:
        later = await enqueue(session, "work", {"numbers": []}, run_after=now() + timedelta(hours=1))
    await runner(world, sum_up).once()
    assert (await job(world, later.id)).state == "queued"
    await ripen(world)
    await runner(world, sum_up).once()
    assert (await job(world, later.id)).state == "done"


async def test_a_job_that_fails_is_tried_again_later_and_fails_after_its_attempts(world: World) -> None:
    async def fail(_: JobContext) -> None:
        raise RuntimeError("a secret of the inside")

    job_id = await ask(world)
    for attempt in (1, 2):
        await runner(world, fail, attempts=3).once()
        waiting = await job(world, job_id)
        assert (waiting.state, waiting.attempts) == ("queued", attempt)
        assert waiting.run_after > now()
        await ripen(world)
    await runner(world, fail, attempts=3).once()
    failed = await job(world, job_id)
    assert (failed.state, failed.attempts, failed.error) == ("failed", 3, "Something went wrong on our side")


@pytest.mark.parametrize(
    ("error", "state"),
    [(NotFound("no such plant"), "failed"), (TooManyRequests(), "queued"), (Unavailable(), "queued")],
)
async def test_an_error_that_trying_again_cannot_mend_ends_the_job(
    world: World, error: CultivarError, state: str
) -> None:
    async def fail(_: JobContext) -> None:
        raise error

    job_id = await ask(world)
    await runner(world, fail).once()
    ended = await job(world, job_id)
    assert (ended.state, ended.error) == (state, error.detail)


async def test_a_job_that_takes_too_long_is_stopped(world: World) -> None:
    async def dawdle(_: JobContext) -> None:
        await asyncio.Event().wait()

    job_id = await ask(world)
    await runner(world, dawdle, timeout_s=0.05, attempts=1).once()
    ended = await job(world, job_id)
    assert (ended.state, ended.error) == ("failed", "it took too long")


async def test_progress_is_seen_while_the_job_runs(world: World) -> None:
    go_on = asyncio.Event()

    async def step(job: JobContext) -> None:
        await job.progress(1, 4, failed=1)
        await go_on.wait()
        await job.progress(4, 4, failed=2)

    job_id = await ask(world)

    async def half_way() -> bool:
        seen = await job(world, job_id)
        return (seen.state, seen.done, seen.total, seen.failed) == ("running", 1, 4, 1)

    async with running(runner(world, step)):
        await until(half_way)
        go_on.set()
        await until(reaches(world, job_id, "done"))
    ended = await job(world, job_id)
    assert (ended.done, ended.total, ended.failed) == (4, 4, 2)


async def test_a_running_job_that_is_called_off_ends_at_its_next_safe_point(world: World) -> None:
    async def until_told(job: JobContext) -> dict[str, Any]:
        await until(job.cancelled)
        return {"steps": 3}

    job_id = await ask(world)
    async with running(runner(world, until_told)):
        await until(reaches(world, job_id, "running"))
        async with world.db.transaction() as session:
            assert (await queue.cancel(session, OWNER, job_id)).state == "running"
        await until(reaches(world, job_id, "cancelled"))
    assert (await job(world, job_id)).result == {"steps": 3}


async def test_a_job_called_off_after_its_last_look_is_done(world: World) -> None:
    async def finish_anyway(job: JobContext) -> None:
        async with job.world.db.transaction() as session:
            await queue.cancel(session, OWNER, job.id)

    job_id = await ask(world)
    await runner(world, finish_anyway).once()
    assert (await job(world, job_id)).state == "done"


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
    held = await lease.claim(world.db, [(["work"], now())], lease=timedelta(seconds=30))
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


async def test_background_work_steps_aside_for_people_but_not_for_ever(world: World) -> None:
    world.busy = lambda: True
    kinds = {"work": JobKind(sum_up, background=True), "asked": JobKind(sum_up)}
    young, asked = await ask(world, numbers=[]), await ask(world, "asked", numbers=[])
    await Runner(world, kinds).once()
    assert [(await job(world, each)).state for each in (young, asked)] == ["queued", "done"]
    await ripen(world)
    await Runner(world, kinds).once()
    assert (await job(world, young)).state == "done"


async def test_background_work_never_takes_all_places(world: World) -> None:
    go_on = asyncio.Event()

    async def dawdle(_: JobContext) -> None:
        await go_on.wait()

    kinds = {"work": JobKind(dawdle, background=True), "asked": JobKind(sum_up)}
    slow = [await ask(world) for _ in range(4)]
    async with running(Runner(world, kinds, slots=2, poll_s=0.05)):
        await until(reaches(world, slow[0], "running"))
        asked = await ask(world, "asked", numbers=[1])
        await until(reaches(world, asked, "done"))
        assert Counter([(await job(world, each)).state for each in slow]) == {"running": 1, "queued": 3}
        go_on.set()
        for each in slow:
            await until(reaches(world, each, "done"))


async def test_a_worker_outlives_a_database_that_goes_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = lease.claim, Counter[str]()

    async def unsteady(*args: Any, **more: Any) -> lease.Held | None:
        calls["asked"] += 1
        if calls["asked"] < 3:
            raise DatabaseUnavailable
        return await real(*args, **more)

    monkeypatch.setattr(lease, "claim", unsteady)
    job_id = await ask(world, numbers=[1])
    async with running(runner(world, sum_up)):
        await until(reaches(world, job_id, "done"))
    assert calls["asked"] >= 3


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
