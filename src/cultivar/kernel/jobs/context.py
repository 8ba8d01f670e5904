"""What a job's handler is given, and what it promises."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.jobs import lease
from cultivar.kernel.jobs.lease import Held
from cultivar.kernel.world import World

_SECONDS_BETWEEN = 1.0


@dataclass(slots=True)
class JobContext:
    """A job at work. It may run again after a crash, so what it does twice must be as if done once."""

    held: Held
    world: World
    held_until: float
    """When its lease ends, by `time.monotonic`."""
    stopping: bool = False
    """Whether somebody asked for its end."""
    obeyed: bool = False
    """Whether the handler was told so."""
    _written: float = -_SECONDS_BETWEEN
    _asked: float = -_SECONDS_BETWEEN

    @property
    def id(self) -> UUID:
        return self.held.id

    @property
    def payload(self) -> dict[str, Any]:
        return self.held.payload

    @property
    def owner_id(self) -> UUID | None:
        return self.held.owner_id

    async def progress(self, done: int, total: int | None = None, *, failed: int = 0) -> None:
        """Say how far it is; written at most once a second, and at the end."""
        if done == total or time.monotonic() - self._written >= _SECONDS_BETWEEN:
            self._written = time.monotonic()
            self.stopping |= await lease.note(self.world.db, self.held, done=done, total=total, failed=failed)

    async def advance(self, session: AsyncSession, *, done: int = 0, failed: int = 0) -> None:
        """Count steps in the transaction that does them, so that none is done twice. Raises NotHeld."""
        self.stopping |= await lease.advance(session, self.held, done=done, failed=failed)

    async def cancelled(self) -> bool:
        """True once the job's end was asked for. A handler that then returns ends the job as cancelled."""
        if not self.stopping and time.monotonic() - self._asked >= _SECONDS_BETWEEN:
            self._asked = time.monotonic()
            self.stopping |= await lease.end_wanted(self.world.db, self.held)
        self.obeyed = self.stopping
        return self.stopping


Handler = Callable[[JobContext], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """How work of one kind is done.

    It is tried at most `attempts` times, `timeout_s` seconds each. `background` work waits while people do. `long` work
    may go on for hours: a worker does one of it at a time for each person. An error of ours with a status below 500
    ends the job as failed at once: trying again cannot mend it.
    """

    handle: Handler
    attempts: int = 5
    timeout_s: float = 3600.0
    background: bool = False
    long: bool = False
