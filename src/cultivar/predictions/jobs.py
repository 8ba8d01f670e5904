"""Background work of predictions."""

from typing import Any

from cultivar.kernel.jobs.context import JobContext
from cultivar.predictions import idempotency

FORGET_ANSWERS = "predictions.forget_answers"


async def forget_answers(job: JobContext) -> dict[str, Any]:
    """Drop the answers that were kept for repeated requests, 30 days after they were given."""
    async with job.world.db.transaction() as session:
        return {"forgotten": await idempotency.forget(session)}
