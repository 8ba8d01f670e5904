"""Facts leave in the transaction that made them true: no commit, no fact; a commit, and every subscriber gets it.

A light subscriber writes rows: its facts wait in the outbox and are applied in batches, each in one transaction with
the deletion of the facts, so their effect on the database happens exactly once. A heavy subscriber touches the world:
each fact becomes a job of the kind of its name, run at least once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Protocol

from pydantic import TypeAdapter
from sqlalchemy import Index, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, wake_after_commit
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World

BATCH = 200
ATTEMPTS = 8


class Fact(Protocol):
    """A frozen dataclass of JSON-able fields, UUIDs and moments that says what happened."""

    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who hears a fact. `handle(session, facts, world)` for a light one; a heavy one's job kind bears its name."""

    name: str
    handle: Callable[[AsyncSession, Sequence[Any], World], Awaitable[None]] | None = None
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


_subscriptions: dict[type[Any], tuple[Subscriber, ...]] = {}


def configure(subscriptions: Subscriptions) -> None:
    """Say once, at the start of the process, who hears what."""
    _subscriptions.clear()
    _subscriptions.update(subscriptions)


def emit(session: AsyncSession, fact: Fact) -> None:
    """State a fact in this transaction."""
    subscribers = _subscriptions.get(type(fact), ())
    if not subscribers:
        return
    payload = _adapter(type(fact)).dump_python(fact, mode="json")
    for subscriber in subscribers:
        if subscriber.heavy:
            session.add(Job(kind=subscriber.name, payload=payload))
        else:
            session.add(OutboxRow(subscriber=subscriber.name, fact=fact.name, payload=payload))
    wake_after_commit(session)


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
