"""What accounts does in the background."""

from typing import Any

from cultivar.accounts import service
from cultivar.kernel.jobs.context import JobContext


async def sweep_sessions(job: JobContext) -> dict[str, Any]:
    """Remove expired sessions and, with them, their refresh tokens."""
    async with job.world.db.transaction() as session:
        return {"removed": await service.sweep(session)}
