"""Background work of predictions."""

from typing import Any
from uuid import UUID

from cultivar.kernel.jobs.context import JobContext
from cultivar.predictions import idempotency
from cultivar.predictions.service import why
from cultivar.vision.explain import PASSES

FORGET_ANSWERS = "predictions.forget_answers"


async def forget_answers(job: JobContext) -> dict[str, Any]:
    """Drop the answers that were kept for repeated requests, 30 days after they were given."""
    async with job.world.db.transaction() as session:
        return {"forgotten": await idempotency.forget(session)}


async def explain(job: JobContext) -> None:
    """Make the picture that says why of the prediction in the payload."""

    async def go_on(done: int, total: int) -> bool:
        await job.progress(done, total)
        return not await job.cancelled()

    await why.make(job.world, UUID(job.payload["prediction_id"]), go_on)
    if not job.obeyed:
        await job.progress(PASSES, PASSES)
