"""What accounts does in the background."""

from typing import Any

from cultivar.accounts import service
from cultivar.kernel.jobs.context import JobContext

BATCH = 200


async def sweep_sessions(job: JobContext) -> dict[str, Any]:
    """Remove expired sessions and their refresh tokens, and close the accounts of guests who have no other session."""
    async with job.world.db.transaction() as session:
        removed = await service.sweep(session)
    closed = 0
    while True:
        async with job.world.db.transaction() as session:
            count = await service.close_abandoned(session, at_most=BATCH)
        closed += count
        await job.progress(closed)
        if count < BATCH or await job.cancelled():
            return {"removed": removed, "guests_closed": closed}
