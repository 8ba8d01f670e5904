"""What the kernel itself cleans up."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from cultivar.kernel.clock import now
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.tables import Job, ScheduleRow

KEPT = timedelta(days=30)
INTERRUPTED = timedelta(days=1)


async def prune(job: JobContext) -> dict[str, Any]:
    """Forget ended jobs, which are kept a month for whoever asks what became of them, and fired schedules."""
    before = now() - KEPT
    async with job.world.db.transaction() as session:
        ended = await session.execute(delete(Job).where(Job.finished_at < before).returning(Job.id))
        await session.execute(delete(ScheduleRow).where(ScheduleRow.due_at < before))
        return {"forgotten": len(ended.all())}


async def sweep_storage(job: JobContext) -> dict[str, Any]:
    """Remove what interrupted writes have left in storage; a day later nobody can be writing it any more."""
    return {"swept": await job.world.storage.sweep(now() - INTERRUPTED)}
