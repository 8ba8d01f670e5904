"""Questions about batches. Each takes the one who asks: a stranger finds nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.bulk.tables import Batch, BatchItem
from cultivar.kernel.actor import Actor
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.pages import WALKED


async def own_job(session: AsyncSession, actor: Actor, job_id: UUID) -> tuple[Job, Batch | None] | None:
    """The actor's job, and what it is to look at, if it is a batch whose results are still kept."""
    found = select(Job, Batch).outerjoin(Batch, Batch.job_id == Job.id)
    row = (await session.execute(found.where(Job.id == job_id, Job.owner_id == actor.user_id))).one_or_none()
    return row and (row[0], row[1])


def finished(job_id: UUID) -> Select[BatchItem]:
    """Photos that have an answer, or a reason to have none, in their order."""
    mine = BatchItem.job_id == job_id, BatchItem.state != "waiting"
    return select(BatchItem).where(*mine).order_by(BatchItem.place)


async def waiting(session: AsyncSession, job_id: UUID, after: int, at_most: int) -> Sequence[BatchItem]:
    """Photos still to be looked at, in their order; for the job itself."""
    mine = BatchItem.job_id == job_id, BatchItem.state == "waiting", BatchItem.place > after
    return (await session.scalars(select(BatchItem).where(*mine).order_by(BatchItem.place).limit(at_most))).all()


async def by_key(session: AsyncSession, key_hash: str) -> tuple[Batch, Job] | None:
    """The batch that came with this Idempotency-Key."""
    found = select(Batch, Job).join(Job, Job.id == Batch.job_id).where(Batch.key_hash == key_hash)
    row = (await session.execute(found)).one_or_none()
    return row and (row[0], row[1])


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The jobs of all batches of a person."""
    mine = select(Batch.job_id).join(Job, Job.id == Batch.job_id).where(Job.owner_id == person_id)
    return (await session.scalars(mine.order_by(Batch.job_id))).all()


async def page(session: AsyncSession, job_id: UUID, after: int, at_most: int = WALKED) -> Sequence[BatchItem]:
    """Photos in their order, whatever became of them."""
    mine = BatchItem.job_id == job_id, BatchItem.place > after
    return (await session.scalars(select(BatchItem).where(*mine).order_by(BatchItem.place).limit(at_most))).all()


def over(before: datetime) -> Select[UUID]:
    """Batches whose answers are not kept, ended before then."""
    ended = Batch.kept.is_(False), Job.finished_at < before
    return select(Batch.job_id).join(Job, Job.id == Batch.job_id).where(*ended)
