"""Asking for work, looking at it, calling it off."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.queue import JobNotFound, enqueue
from cultivar.kernel.jobs.tables import Job


def actor() -> Actor:
    return Actor(uuid4(), "user", frozenset({"jobs:read"}), None, None)


async def ask(db: Database, kind: str = "prune", **more: Any) -> Job:
    async with db.transaction() as session:
        return await enqueue(session, kind, {"plant": 1}, **more)


async def finish(db: Database, job_id: UUID) -> None:
    async with db.transaction() as session:
        await session.execute(update(Job).where(Job.id == job_id).values(state="done", finished_at=now()))


async def count(db: Database) -> int:
    async with db.reading() as session:
        return await session.scalar(select(func.count()).select_from(Job)) or 0


async def test_a_job_waits_as_it_was_asked_for(db: Database) -> None:
    ada = actor()
    asked = await ask(db, owner_id=ada.user_id)
    async with db.reading() as session:
        job = await queue.get_job(session, ada, asked.id)
    assert (job.kind, job.payload, job.state, job.attempts, job.done) == ("prune", {"plant": 1}, "queued", 0, 0)


async def test_with_a_key_there_is_one_live_job(db: Database) -> None:
    first, second = await ask(db, key="roses"), await ask(db, key="roses")
    other = await ask(db, "water", key="roses")
    assert first.id == second.id != other.id
    await finish(db, first.id)
    assert (await ask(db, key="roses")).id != first.id


async def test_many_who_ask_at_once_with_a_key_get_one_job(db: Database) -> None:
    jobs = await asyncio.gather(*(ask(db, key="roses") for _ in range(12)))
    assert len({job.id for job in jobs}) == 1
    assert await count(db) == 1


async def test_without_a_key_each_asking_is_a_job(db: Database) -> None:
    await ask(db)
    await ask(db)
    assert await count(db) == 2


async def test_a_stranger_finds_no_job_and_calls_none_off(db: Database) -> None:
    mine, nobodys = await ask(db, owner_id=uuid4()), await ask(db)
    for job in (mine, nobodys):
        for verb in (queue.get_job, queue.cancel):
            with pytest.raises(JobNotFound):
                async with db.transaction() as session:
                    await verb(session, actor(), job.id)
    assert not mine.cancel_requested


async def test_a_waiting_job_is_called_off_at_once_and_an_ended_one_stays(db: Database) -> None:
    ada = actor()
    waiting, ended = await ask(db, owner_id=ada.user_id), await ask(db, owner_id=ada.user_id)
    await finish(db, ended.id)
    async with db.transaction() as session:
        first, second = [await queue.cancel(session, ada, job.id) for job in (waiting, ended)]
    assert (first.state, first.finished_at is None) == ("cancelled", False)
    assert (second.state, second.cancel_requested) == ("done", False)


async def test_a_persons_jobs_can_be_shown_and_forgotten(db: Database) -> None:
    ada = actor()
    mine = await ask(db, owner_id=ada.user_id)
    await ask(db, owner_id=uuid4())
    async with db.transaction() as session:
        assert [shown["id"] for shown in await queue.export(session, ada.user_id)] == [mine.id]
        await queue.erase(session, ada.user_id)
        await queue.erase(session, ada.user_id)
    assert await count(db) == 1
