"""Jobs and workers for the tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from cultivar.kernel.actor import Actor
from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World

OWNER = Actor(uuid4(), "user", frozenset({"jobs:read"}), None, None)


async def ask(world: World, kind: str = "work", *, owner_id: UUID = OWNER.user_id, **payload: Any) -> UUID:
    async with world.db.transaction() as session:
        return (await enqueue(session, kind, payload, owner_id=owner_id)).id


async def job(world: World, job_id: UUID) -> Job:
    async with world.db.reading() as session:
        return await session.get_one(Job, job_id)


def reaches(world: World, job_id: UUID, state: str) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return (await job(world, job_id)).state == state

    return reached


async def ripen(world: World) -> None:
    """Let all waits and leases end."""
    async with world.db.transaction() as session:
        await session.execute(update(Job).values(run_after=datetime(2020, 1, 1, tzinfo=UTC)))


def runner(world: World, handle: Any, *, kind: str = "work", lease_s: float = 30.0, **more: Any) -> Runner:
    return Runner(world, {kind: JobKind(handle, **more)}, lease_s=lease_s, poll_s=0.05)


@asynccontextmanager
async def running(*runners: Runner) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.run()) for each in runners]
    try:
        yield
    finally:
        for each in runners:
            each.stop()
        await asyncio.gather(*tasks)


async def sum_up(job: JobContext) -> dict[str, Any]:
    return {"sum": sum(job.payload["numbers"])}
