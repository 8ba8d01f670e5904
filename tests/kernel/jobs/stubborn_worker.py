"""A worker that takes a job, says so, and never ends it: `python -m tests.kernel.jobs.stubborn_worker URL DIR`."""

import asyncio
import sys
from pathlib import Path

from cultivar.kernel.database import Database
from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.runner import Runner
from tests.support.worlds import make_world


async def hold(job: JobContext) -> None:
    """Half the work, in the database; then nothing for ever."""
    await job.progress(1, 2)
    sys.stdout.write(f"{job.id}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    world = make_world(Database(sys.argv[1]), Path(sys.argv[2]))
    asyncio.run(Runner(world, {"work": JobKind(hold)}, lease_s=1.5, poll_s=0.1).run())
