"""Facts leave in the transaction that made them true: no commit, no fact; a commit, and every subscriber gets it.

A light subscriber writes rows: its facts wait in the outbox and are applied in batches, each in one transaction with
the deletion of the facts, so their effect on the database happens exactly once. A heavy subscriber touches the world:
each fact becomes a job of the kind of its name, run at least once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol
from uuid import UUID

import structlog
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Index, Select, String, cast, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, core_insert, wake_after_commit
from cultivar.kernel.errors import Broken
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World

log = structlog.get_logger()
BATCH = 200
ATTEMPTS = 8


Handle = Callable[[AsyncSession, Sequence[Any], World], Awaitable[None]]


class Fact(Protocol):
    """A frozen dataclass of JSON-able fields, UUIDs and moments that says what happened."""

    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who hears a fact. `handle(session, facts, world)` for a light one; a heavy one's job kind bears its name."""

    name: str
    handle: Handle | None = None
    heavy: bool = False

    def __post_init__(self) -> None:
        if self.heavy is (self.handle is not None):
            raise ValueError(f"{self.name}: a light subscriber has a handler, a heavy one a job kind")


Subscriptions = Mapping[type[Any], tuple[Subscriber, ...]]


class OutboxRow(Base):
    """A fact on its way to one light subscriber."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_subscriber", "subscriber", "id"),)

    id: Mapped[Id]
    subscriber: Mapped[str] = mapped_column(String(80))
    fact: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    run_after: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    parked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(String(2000))


_NEW_ROWS = core_insert(OutboxRow)
_subscriptions: dict[type[Any], tuple[Subscriber, ...]] = {}
_adapters: dict[str, TypeAdapter[Any]] = {}


def configure(subscriptions: Subscriptions) -> None:
    """Say once, at the start of the process, who hears what."""
    _subscriptions.clear()
    _subscriptions.update(subscriptions)
    _adapters.clear()
    _adapters.update({kind.name: TypeAdapter(kind) for kind in subscriptions})


def emit(session: AsyncSession, fact: Fact) -> None:
    """State a fact in this transaction."""
    light, heavy = _addressed([fact])
    session.add_all([*(OutboxRow(**row) for row in light), *(Job(**row) for row in heavy)])
    if light or heavy:
        wake_after_commit(session)


async def emit_all(session: AsyncSession, facts: Sequence[Fact]) -> None:
    """State facts in this transaction, in one statement: for what happens at every photo."""
    light, heavy = _addressed(facts)
    session.add_all(Job(**row) for row in heavy)
    if light:
        await session.execute(_NEW_ROWS, light)
    if light or heavy:
        wake_after_commit(session)


def _addressed(facts: Sequence[Fact]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the outbox and the jobs that facts make."""
    light, heavy = [], []
    for fact in facts:
        subscribers = _subscriptions.get(type(fact), ())
        payload = _adapters[fact.name].dump_python(fact, mode="json") if subscribers else None
        for each in subscribers:
            if each.heavy:
                heavy.append({"kind": each.name, "payload": payload})
            else:
                light.append({"subscriber": each.name, "fact": fact.name, "payload": payload})
    return light, heavy


async def settle(session: AsyncSession, subscriber: str, *, world: World) -> None:
    """Apply in this transaction what waits for a light subscriber, so that its rows are exact for what follows."""
    handler = _light()[subscriber]
    # Asked without a lock first: mostly nothing waits, and then nobody is kept from writing.
    while await session.scalar(_waiting(handler).with_only_columns(OutboxRow.id).limit(1)):
        await _apply(session, handler, (await session.scalars(_waiting(handler).with_for_update())).all(), world)


async def deliver(world: World, *, older_than: timedelta = timedelta(0)) -> int:
    """Apply what waits for all light subscribers and was made so long ago; says how many facts were looked at."""
    looked_at = 0
    for name in await _names_waiting(world, older_than):
        handler = _light().get(name)
        while handler is not None and (count := await _deliver_batch(world, handler)):
            looked_at += count
    return looked_at


async def counts(session: AsyncSession) -> dict[tuple[str, str], int]:
    """How many facts wait, and how many are parked, by (subscriber, `waiting` or `parked`)."""
    grouped = select(OutboxRow.subscriber, OutboxRow.parked, func.count()).group_by(
        OutboxRow.subscriber, OutboxRow.parked
    )
    return {(name, "parked" if parked else "waiting"): n for name, parked, n in await session.execute(grouped)}


def _light() -> dict[str, Subscriber]:
    return {each.name: each for group in _subscriptions.values() for each in group if not each.heavy}


def _waiting(subscriber: Subscriber) -> Select[OutboxRow]:
    due = OutboxRow.subscriber == subscriber.name, OutboxRow.parked.is_(False), OutboxRow.run_after <= now()
    return select(OutboxRow).where(*due).order_by(OutboxRow.id).limit(BATCH)


async def _names_waiting(world: World, older_than: timedelta) -> Sequence[str]:
    """Asked without a lock, so that an idle worker never takes the writer's place."""
    moment = now()
    due = OutboxRow.parked.is_(False), OutboxRow.run_after <= moment, OutboxRow.made_at <= moment - older_than
    async with world.db.reading() as session:
        return (await session.scalars(select(OutboxRow.subscriber).where(*due).distinct())).all()


async def _deliver_batch(world: World, subscriber: Subscriber) -> int:
    async with world.db.transaction() as session:
        rows = (await session.scalars(_waiting(subscriber).with_for_update(skip_locked=True))).all()
        await _apply(session, subscriber, rows, world)
    return len(rows)


async def _apply(session: AsyncSession, subscriber: Subscriber, rows: Sequence[OutboxRow], world: World) -> None:
    """All facts at once; if the handler fails on them, one by one, and those that fail again wait."""
    if rows and await _failure(session, subscriber, rows, world):
        for row in rows:
            if error := await _failure(session, subscriber, [row], world):
                _postpone(row, error)


async def _failure(
    session: AsyncSession, subscriber: Subscriber, rows: Sequence[OutboxRow], world: World
) -> Exception | None:
    """Apply `rows` and delete them, or change nothing and say why."""
    ids = [row.id for row in rows]
    try:
        async with session.begin_nested():
            facts = [_adapters[row.fact].validate_python(row.payload) for row in rows]
            await _handler(subscriber)(session, facts, world)
            await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
    except Exception as error:
        log.exception("outbox_failed", subscriber=subscriber.name, facts=len(ids), first=str(ids[0]))
        return error
    return None


def _postpone(row: OutboxRow, error: Exception) -> None:
    """Try again later, each time later; after the last attempt leave it for a person to look at."""
    row.attempts += 1
    row.parked = row.attempts >= ATTEMPTS
    row.run_after = now() + timedelta(seconds=2**row.attempts)
    row.error = f"{type(error).__name__}: {error}"[:2000]


def _handler(subscriber: Subscriber) -> Handle:
    if subscriber.handle is None:
        raise Broken(f"{subscriber.name} has no handler")
    return subscriber.handle


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget facts that name a person and still wait, or never could be applied."""
    await session.execute(delete(OutboxRow).where(_names(person_id)).execution_options(synchronize_session=False))


async def export(session: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """Facts that name a person and still wait, oldest first."""
    rows = await session.scalars(select(OutboxRow).where(_names(person_id)).order_by(OutboxRow.id))
    return [{"fact": row.fact, "made_at": row.made_at, **row.payload} for row in rows]


def _names(person_id: UUID) -> ColumnElement[bool]:
    return cast(OutboxRow.payload, String).contains(str(person_id))
