"""Who works on a job: claimed for a while, held by heartbeats, fenced by a token that only the holder knows.

A worker that dies stops renewing; when its lease ends, the next one takes the job. A worker that only thought it
held the job can no longer write to it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Update, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.database import Database, wake_after_commit
from cultivar.kernel.jobs.tables import Job, JobState, live


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of this process, as it was when taken; `attempts` counts this one."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    owner_id: UUID | None
    attempts: int
    cancel_requested: bool
    token: UUID


class NotHeld(Exception):
    """Somebody else has the job by now, or it is gone: this process may not write to it."""


@dataclass(frozen=True, slots=True)
class Due:
    """Jobs of these kinds that have been due since then, but for those of some people."""

    kinds: Collection[str]
    since: datetime
    but_of: Collection[UUID] = ()

    @property
    def clause(self) -> ColumnElement[bool]:
        others = [or_(Job.owner_id.is_(None), Job.owner_id.not_in(self.but_of))] if self.but_of else []
        return and_(Job.kind.in_(self.kinds), Job.run_after <= self.since, *others)


async def claim(db: Database, due: Sequence[Due], *, lease: timedelta) -> Held | None:
    """Take the job that has been due longest, queued or left by a dead worker; None when there is none."""
    waiting = live, or_(*(each.clause for each in due))
    async with db.reading() as session:  # without a lock: mostly nothing waits
        if not await session.scalar(select(exists().where(*waiting))):
            return None
    oldest = select(Job.id).where(*waiting).order_by(Job.run_after, Job.id).limit(1).with_for_update(skip_locked=True)
    moment, token = now(), uuid4()
    take = (
        update(Job)
        .where(Job.id == oldest.scalar_subquery())
        .values(
            state="running",
            lease=token,
            run_after=moment + lease,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, moment),
        )
        .returning(Job.id, Job.kind, Job.payload, Job.owner_id, Job.attempts, Job.cancel_requested, Job.lease)
    )
    async with db.transaction() as session:
        row = (await session.execute(take)).one_or_none()
    return Held(*row) if row is not None else None


async def extend(db: Database, tokens: Collection[UUID], *, lease: timedelta) -> dict[UUID, bool]:
    """Hold the jobs longer; says of those still held whether their end was asked for."""
    longer = update(Job).where(Job.lease.in_(tokens), Job.state == "running").values(run_after=now() + lease)
    async with db.transaction() as session:
        rows = await session.execute(longer.returning(Job.lease, Job.cancel_requested))
        return {token: wanted for token, wanted in rows if token is not None}


async def note(db: Database, held: Held, *, done: int, total: int | None, failed: int) -> bool:
    """Write the progress down; says whether the job's end was asked for, or it is no longer ours."""
    write = _own(held).values(done=done, total=total, failed=failed).returning(Job.cancel_requested)
    async with db.transaction() as session:
        return await session.scalar(write) is not False


async def advance(session: AsyncSession, held: Held, *, done: int, failed: int) -> bool:
    """Count steps in the transaction that does them; says whether the job's end was asked for. Raises NotHeld.

    Who gets on begins to count attempts anew: only work that stands still is given up.
    """
    step = _own(held).where(Job.state == "running").values(done=Job.done + done, failed=Job.failed + failed, attempts=1)
    alone = step.returning(Job.cancel_requested).execution_options(synchronize_session=False)
    wanted: bool | None = await session.scalar(alone)
    if wanted is None:
        raise NotHeld
    return wanted


async def end_wanted(db: Database, held: Held) -> bool:
    """Whether the job's end was asked for, or it is no longer ours."""
    async with db.reading() as session:
        own = Job.id == held.id, Job.lease == held.token
        return await session.scalar(select(Job.cancel_requested).where(*own)) is not False


async def finish(
    db: Database, held: Held, state: JobState, *, result: dict[str, Any] | None = None, error: str | None = None
) -> None:
    """The end of the job, unless somebody else holds it by now; what is to follow is asked for."""
    values = {"state": state, "result": result, "error": error, "lease": None, "finished_at": now()}
    async with db.transaction() as session:
        ended = await session.scalar(_own(held).values(**values).returning(Job))
        follower = ended.follower() if ended is not None else None
        if follower is not None:
            session.add(follower)
            wake_after_commit(session)


async def put_back(db: Database, held: Held, *, run_after: datetime, error: str | None, attempts: int) -> None:
    """Back into the queue."""
    values = {"state": "queued", "lease": None, "run_after": run_after, "error": error, "attempts": attempts}
    await _write(db, _own(held).values(**values))


def _own(held: Held) -> Update:
    return update(Job).where(Job.id == held.id, Job.lease == held.token)


async def _write(db: Database, statement: Update) -> None:
    async with db.transaction() as session:
        await session.execute(statement)
