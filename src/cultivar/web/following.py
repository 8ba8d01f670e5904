"""Jobs as Server-Sent Events: all who follow in this process are served by one question every half second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import select

from cultivar.kernel.actor import Actor
from cultivar.kernel.database import Database, DatabaseUnavailable
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.schemas import JobOut
from cultivar.kernel.jobs.tables import Job

EVERY_S = 0.5
HEARTBEAT_S = 15.0
RECONNECT_MS = 2000
_ASKED = 500


async def now_of(db: Database, actor: Actor, job_id: UUID) -> JobOut:
    """The actor's job. Raises JobNotFound."""
    async with db.reading() as session:
        return JobOut.model_validate(await queue.get_job(session, actor, job_id))


def is_end(job: JobOut) -> bool:
    """Whether nothing more will happen to it."""
    return job.state in {"done", "failed", "cancelled"}


def mark(job: JobOut) -> str:
    """The id of the event that tells this: it differs whenever the job has got on."""
    return f"{job.state}-{job.done}-{job.failed}-{job.attempts}"


async def events(db: Database, job: JobOut, seen: str | None) -> AsyncIterator[str]:
    """What happens to the job, beginning with how it is if that is not `seen` yet, until its end."""
    yield f"retry: {RECONNECT_MS}\n\n"
    following = _following(db)
    changes = following.join(job.job_id)
    told: JobOut | None = job
    try:
        while told is not None:  # None: it was erased
            if mark(told) != seen:
                seen = mark(told)
                yield _event(told, seen)
            if is_end(told):
                return
            try:
                told = await asyncio.wait_for(changes.get(), HEARTBEAT_S)
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        following.leave(job.job_id, changes)


def _event(job: JobOut, event_id: str) -> str:
    name = "end" if is_end(job) else "progress"
    return f"event: {name}\nid: {event_id}\ndata: {job.model_dump_json()}\n\n"


Changes = asyncio.Queue[JobOut | None]


class _Following:
    """Everybody in this process who follows a job of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._listeners: dict[UUID, set[Changes]] = {}
        self._told: dict[UUID, str] = {}
        self._task: asyncio.Task[None] | None = None

    def join(self, job_id: UUID) -> Changes:
        changes: Changes = asyncio.Queue()
        self._listeners.setdefault(job_id, set()).add(changes)
        self._told.pop(job_id, None)  # what the others have heard may be news here; they pass over what they have seen
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        return changes

    def leave(self, job_id: UUID, changes: Changes) -> None:
        listeners = self._listeners.get(job_id, set())
        listeners.discard(changes)
        if not listeners:
            self._listeners.pop(job_id, None)
            self._told.pop(job_id, None)

    async def _watch(self) -> None:
        """Until nobody follows any more."""
        while self._listeners:
            with suppress(DatabaseUnavailable):  # it will be back, or the listeners will go
                await self._look(list(self._listeners))
            await asyncio.sleep(EVERY_S)

    async def _look(self, asked: list[UUID]) -> None:
        for start in range(0, len(asked), _ASKED):
            part = asked[start : start + _ASKED]
            async with self._db.reading() as session:
                rows = (await session.scalars(select(Job).where(Job.id.in_(part)))).all()
            found = {row.id: JobOut.model_validate(row) for row in rows}
            for job_id in part:
                self._tell(job_id, found.get(job_id))

    def _tell(self, job_id: UUID, job: JobOut | None) -> None:
        told = mark(job) if job else "gone"
        if self._told.get(job_id) != told and job_id in self._listeners:
            self._told[job_id] = told
            for changes in self._listeners[job_id]:
                changes.put_nowait(job)


_all: "WeakKeyDictionary[Database, _Following]" = WeakKeyDictionary()


def _following(db: Database) -> _Following:
    return _all.setdefault(db, _Following(db))
