"""A worker that is killed loses nothing."""

import asyncio
import sys
from pathlib import Path

import pytest

from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World
from tests.support.worlds import until


@pytest.mark.slow
async def test_a_job_whose_worker_is_killed_is_taken_by_the_next(
    world: World, database_url: str, tmp_path: Path
) -> None:
    async with world.db.transaction() as session:
        job_id = (await enqueue(session, "work", {})).id
    command = [sys.executable, "-m", "tests.kernel.jobs.stubborn_worker", database_url, str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert (await process.stdout.readline()).decode().strip() == str(job_id)
    process.kill()
    await process.wait()

    async def finish(job: JobContext) -> dict[str, int]:
        return {"attempt": job.held.attempts}

    async def done() -> bool:
        async with world.db.reading() as session:
            job = await session.get_one(Job, job_id)
            return (job.state, job.result) == ("done", {"attempt": 2})

    runner = Runner(world, {"work": JobKind(finish)}, poll_s=0.1)
    task = asyncio.create_task(runner.run())
    try:
        await until(done)
    finally:
        runner.stop()
        await task
