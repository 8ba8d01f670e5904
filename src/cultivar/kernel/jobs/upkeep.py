"""Jobs that have ended are kept for a month, for whoever asks what became of them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from cultivar.kernel.clock import now
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.tables import Job, ScheduleRow

KEPT = timedelta(days=30)


async def prune(job: JobContext) -> dict[str, Any]:
    """Forget ended jobs and fired schedules older than a month."""
    before = now() - KEPT
    async with job.world.db.transaction() as session:
        ended = await session.execute(delete(Job).where(Job.finished_at < before).returning(Job.id))
        await session.execute(delete(ScheduleRow).where(ScheduleRow.due_at < before))
        return {"forgotten": len(ended.all())}
