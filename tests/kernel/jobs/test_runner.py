"""Jobs are seen through: once at a time, again after a failure, never lost."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cultivar.kernel.clock import now
from cultivar.kernel.database import DatabaseUnavailable
from cultivar.kernel.errors import CultivarError, NotFound, TooManyRequests, Unavailable
from cultivar.kernel.jobs import lease, queue
from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.world import World
from tests.kernel.jobs.atwork import OWNER, ask, job, reaches, ripen, runner, running, sum_up
from tests.support.worlds import until


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


async def test_long_work_of_one_person_leaves_places_for_everybody_else(world: World) -> None:
    go_on = asyncio.Event()

    async def dawdle(_: JobContext) -> None:
        await go_on.wait()

    kinds = {"work": JobKind(dawdle, long=True), "asked": JobKind(sum_up)}
    mine = [await ask(world) for _ in range(4)]
    theirs = [await ask(world, owner_id=uuid4()) for _ in range(3)]
    async with running(Runner(world, kinds, slots=4, poll_s=0.05)):
        for each in (mine[0], *theirs[:2]):
            await until(reaches(world, each, "running"))
        asked = await ask(world, "asked", numbers=[1])
        await until(reaches(world, asked, "done"))
        assert Counter([(await job(world, each)).state for each in mine]) == {"running": 1, "queued": 3}
        assert (await job(world, theirs[2])).state == "queued"
        go_on.set()
        for each in (*mine, *theirs):
            await until(reaches(world, each, "done"))


async def test_a_worker_with_one_place_does_long_work_too(world: World) -> None:
    kinds = {"work": JobKind(sum_up, long=True), "asked": JobKind(sum_up)}
    jobs = [await ask(world, kind, numbers=[]) for kind in ("work", "asked", "work")]
    await Runner(world, kinds, slots=1).once()
    assert [(await job(world, each)).state for each in jobs] == ["done"] * 3


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
