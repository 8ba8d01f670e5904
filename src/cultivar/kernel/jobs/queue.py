"""Ask for work, look at it, call it off."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import wake_after_commit
from cultivar.kernel.errors import NotFound
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.schemas import JobOut
from cultivar.kernel.jobs.tables import Job, live
from cultivar.kernel.pages import Cursor, Page, decode_cursor, encode_cursor, exact_total


class JobNotFound(NotFound):
    code = "job_not_found"
    title = "There is no such job"


async def enqueue(
    session: AsyncSession,
    kind: str,
    payload: dict[str, Any],
    *,
    owner_id: UUID | None = None,
    run_after: datetime | None = None,
    key: str | None = None,
    then: str | None = None,
    total: int | None = None,
    job_id: UUID | None = None,
) -> Job:
    """Ask for work in this transaction; it starts after the commit, not before `run_after`.

    When it has ended, however it did, a job of the kind `then` is asked for, with its id as `job_id`.

    While a job of the same `kind` and `key` is queued or running, no second one is made and that one is returned.
    """
    moment = now()
    job = Job(kind=kind, key=key, owner_id=owner_id, payload=payload, run_after=run_after or moment, created_at=moment)
    job.id, job.then, job.total = job_id or new_id(), then, total
    wake_after_commit(session)
    if key is not None:
        return await _enqueue_once(session, job, kind, key)
    session.add(job)
    await session.flush()
    return job


async def _enqueue_once(session: AsyncSession, job: Job, kind: str, key: str) -> Job:
    """The unique index decides, so that two who ask at once get one job."""
    values: dict[str, Any] = {"kind": kind, "key": key, "owner_id": job.owner_id, "payload": job.payload}
    values |= {"id": job.id, "then": job.then, "total": job.total}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Job).values(**values, run_after=job.run_after, created_at=job.created_at)
    same = insert.on_conflict_do_nothing(index_elements=["kind", "key"], index_where=live).returning(Job)
    while True:
        made: Job | None = await session.scalar(same)
        found = made or await session.scalar(select(Job).where(Job.kind == kind, Job.key == key, live))
        if found is not None:
            return found


async def get_job(session: AsyncSession, actor: Actor, job_id: UUID) -> Job:
    """The actor's own job; anybody else's is not found."""
    job = await session.scalar(select(Job).where(Job.id == job_id, Job.owner_id == actor.user_id))
    if job is None:
        raise JobNotFound
    return job


async def live_of(session: AsyncSession, job_ids: Collection[UUID]) -> set[UUID]:
    """Which of these jobs wait or run; for a sweeper, which acts for nobody."""
    return set(await session.scalars(select(Job.id).where(Job.id.in_(job_ids), live)))


async def of_person(session: AsyncSession, person_id: UUID, kind: str) -> list[UUID]:
    """Their jobs of one kind, in whatever state."""
    return list(await session.scalars(select(Job.id).where(Job.owner_id == person_id, Job.kind == kind)))


async def empty_payload(session: AsyncSession, job_id: UUID) -> None:
    """What the job was told is not needed any more, and not kept."""
    await session.execute(update(Job).where(Job.id == job_id).values(payload={}))


async def cancel(session: AsyncSession, actor: Actor, job_id: UUID) -> Job:
    """Call off the actor's own job: at once when it waits, at its next safe point when it runs. Finished ones stay."""
    mine = select(Job).where(Job.id == job_id, Job.owner_id == actor.user_id).with_for_update()
    job = await session.scalar(mine.execution_options(populate_existing=True))
    if job is None:
        raise JobNotFound
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", now()
        _ask_for(session, job.follower())
    job.cancel_requested = job.cancel_requested or job.state == "running"
    return job


def _ask_for(session: AsyncSession, job: Job | None) -> None:
    if job is not None:
        session.add(job)
        wake_after_commit(session)


async def own_page(session: AsyncSession, actor: Actor, cursor: Cursor, **where: str | None) -> Page[JobOut]:
    """The actor's jobs, newest first; `where` compares columns, None is any. Raises InvalidCursor."""
    wanted = [getattr(Job, name) == value for name, value in where.items() if value is not None]
    fitting = select(Job).where(Job.owner_id == actor.user_id, *wanted).order_by(Job.id.desc())
    page = fitting.limit(cursor.limit + 1)
    if cursor.cursor:
        (after,) = decode_cursor(cursor.cursor, UUID)
        page = page.where(Job.id < after)
    rows = (await session.scalars(page)).all()
    shown = rows[: cursor.limit]
    more = encode_cursor(shown[-1].id) if len(rows) > len(shown) else None
    items = [JobOut.model_validate(row) for row in shown]
    return Page(items=items, total=await exact_total(session, fitting), next_cursor=more)


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget a person's jobs; one that runs stops when its worker notices."""
    await session.execute(delete(Job).where(Job.owner_id == person_id))


async def export(session: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """A person's jobs, oldest first."""
    rows = await session.scalars(select(Job).where(Job.owner_id == person_id).order_by(Job.id))
    names = ("id", "kind", "state", "created_at", "finished_at")
    return [{name: getattr(row, name) for name in names} for row in rows]
