"""The same request twice is one answer.

The answer is kept in the transaction that keeps the prediction, so there is no claim to lose in a crash. Twins in one
process wait for each other; of twins in two processes both look at the photo, and the key's uniqueness keeps one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.predictions.errors import KeyInUse, KeyMismatch
from cultivar.predictions.tables import KeptAnswer

KEPT_FOR = timedelta(days=30)
PATIENCE_S = 30.0

_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that carries a key, by what stands for it in the database: `rules.key_hash`, `rules.fingerprint`."""

    key_hash: str
    fingerprint: str


@asynccontextmanager
async def turn(claim: Claim) -> AsyncIterator[None]:
    """One at a time within this process; raises KeyInUse when the first takes longer than half a minute."""
    lock = _turns.setdefault(claim.key_hash, asyncio.Lock())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await lock.acquire()
    except TimeoutError as error:
        raise KeyInUse("Send it again in a moment.") from error
    try:
        yield
    finally:
        lock.release()


async def recall(session: AsyncSession, claim: Claim) -> str | None:
    """The answer that this request had before, to the byte; raises KeyMismatch if the key came with another one."""
    kept = (
        await session.execute(
            select(KeptAnswer.fingerprint, KeptAnswer.answer).where(
                KeptAnswer.key_hash == claim.key_hash, KeptAnswer.created_at > now() - KEPT_FOR
            )
        )
    ).one_or_none()
    if kept is None:
        return None
    if kept.fingerprint != claim.fingerprint:
        raise KeyMismatch("Take a new key for a new request.")
    return str(kept.answer)


async def remember(session: AsyncSession, claim: Claim, prediction_id: UUID, answer: str, *, at: datetime) -> bool:
    """Keep the answer under its key; False if a twin elsewhere was first. `at` is when it was given."""
    over = KeptAnswer.created_at <= now() - KEPT_FOR
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"fingerprint": claim.fingerprint, "prediction_id": prediction_id, "answer": answer, "created_at": at}
    kept = (
        dialect.insert(KeptAnswer)
        .values(key_hash=claim.key_hash, **values)
        .on_conflict_do_update(index_elements=["key_hash"], set_=values, where=over)
        .returning(KeptAnswer.key_hash)
    )
    return await session.scalar(kept) is not None


async def forget(session: AsyncSession) -> int:
    """Drop the answers whose time is over; says how many."""
    over = delete(KeptAnswer).where(KeptAnswer.created_at <= now() - KEPT_FOR).returning(KeptAnswer.key_hash)
    return len((await session.scalars(over)).all())
