"""Background work of batches: look, clear up, tell, forget. Each may run again after a crash."""

import asyncio
from typing import Any
from uuid import UUID

from cultivar.bulk import rules, service
from cultivar.bulk.errors import ResultsGone
from cultivar.bulk.look import Look
from cultivar.bulk.pace import Pace
from cultivar.bulk.sources import photos_of
from cultivar.bulk.tables import Batch
from cultivar.bulk.webhook import send
from cultivar.kernel.clock import now
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.queue import enqueue, live_of
from cultivar.kernel.jobs.schemas import JobOut
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.jobs.upkeep import INTERRUPTED
from cultivar.kernel.world import World

FORGET = "bulk.forget"
SWEEP = "bulk.sweep"
_LOOK_AGAIN_S = 0.2
_PAGE = 200


async def look(job: JobContext) -> None:
    """Look at the photos of the batch that are still waiting."""
    engine = job.world.engine
    if engine is None:
        raise Unavailable("This process does not look at photos.")
    async with job.world.db.reading() as session:
        batch = await session.get(Batch, job.id)
    if batch is None:
        raise ResultsGone
    while job.world.catalogue is None:  # the process has just begun
        if await job.cancelled():
            return
        await asyncio.sleep(_LOOK_AGAIN_S)
    async with photos_of(batch, job.world) as photos:
        await Look(job, batch, photos, Pace(engine)).run()


async def clear(job: JobContext) -> None:
    """After a batch: remove what was sent for it, and have its end told."""
    job_id = UUID(job.payload["job_id"])
    await service.remove(job.world.storage, job_id)
    async with job.world.db.transaction() as session:
        batch = await session.get(Batch, job_id)
        ended = await session.get(Job, job_id)
        if batch is not None:
            batch.folder = None
        if batch is not None and ended is not None and batch.webhook_url:
            await enqueue(session, service.TELL, {"job_id": str(job_id)}, owner_id=ended.owner_id, key=str(job_id))


async def tell(job: JobContext) -> None:
    """Post the ended job to where its owner wanted it."""
    job_id = UUID(job.payload["job_id"])
    async with job.world.db.reading() as session:
        batch, ended = await session.get(Batch, job_id), await session.get(Job, job_id)
    if batch is None or ended is None or batch.webhook_url is None or ended.owner_id is None:
        return
    body = JobOut.model_validate(ended).model_dump_json().encode()
    settings = job.world.settings
    secret = rules.webhook_secret(settings.secret, ended.owner_id)
    headers = rules.webhook_headers(secret, str(job_id), int(now().timestamp()), body)
    await send(batch.webhook_url, body, headers, private=settings.webhooks_to_private)


async def forget(job: JobContext) -> dict[str, Any]:
    """Drop the answers that consent does not keep, a day after their job's end."""
    async with job.world.db.transaction() as session:
        return {"forgotten": await service.forget(session)}


async def sweep(job: JobContext) -> dict[str, Any]:
    """Remove what was sent a day ago or longer for jobs that are not there, or have ended."""
    old: dict[UUID, list[str]] = {}
    async for found in job.world.storage.list(rules.PREFIX):
        job_id = rules.job_of(found.key)
        if job_id is not None and found.modified < now() - INTERRUPTED:
            old.setdefault(job_id, []).append(found.key)
    swept = 0
    for job_id in await _ended(job.world, list(old)):
        for key in old[job_id]:
            await job.world.storage.delete(key)
        swept += len(old[job_id])
    return {"swept": swept}


async def _ended(world: World, job_ids: list[UUID]) -> list[UUID]:
    ended: list[UUID] = []
    for start in range(0, len(job_ids), _PAGE):
        asked = job_ids[start : start + _PAGE]
        async with world.db.reading() as session:
            live = await live_of(session, asked)
        ended += [job_id for job_id in asked if job_id not in live]
    return ended
