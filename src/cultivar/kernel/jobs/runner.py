"""The loop of a worker: deliver facts, fire schedules, take jobs and see them through."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from random import SystemRandom
from typing import Any, Protocol

import structlog

from cultivar.kernel.clock import now
from cultivar.kernel.database import DatabaseUnavailable
from cultivar.kernel.errors import Broken, CultivarError, TooManyRequests
from cultivar.kernel.jobs import lease
from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.lease import Due, Held
from cultivar.kernel.jobs.rules import wait_before_retry
from cultivar.kernel.jobs.schedule import Clockwork, Schedule
from cultivar.kernel.jobs.tables import JobState
from cultivar.kernel.metrics import JOBS_FINISHED
from cultivar.kernel.world import World

PATIENCE = timedelta(seconds=30)
"""How long background work steps aside for people at most."""

_PAUSE_S, _PAUSE_WHEN_BUSY_S, _PAUSES_WHEN_BUSY = 0.02, 0.1, 5

log = structlog.get_logger()
_random = SystemRandom()


class Deliver(Protocol):
    """Applies facts that have waited so long; says how many."""

    async def __call__(self, world: World, *, older_than: timedelta) -> int: ...


class Runner:
    """Does a process's share of the work, `slots` jobs at a time.

    At most half of them are in the background, and one place is left for what is done soon.
    """

    def __init__(
        self,
        world: World,
        kinds: Mapping[str, JobKind],
        *,
        deliver: Deliver | None = None,
        schedules: Sequence[Schedule] = (),
        slots: int = 4,
        lease_s: float = 30.0,
        poll_s: float = 2.0,
    ) -> None:
        self._world = world
        self._kinds = kinds
        self._deliver = deliver
        self._clockwork = Clockwork(schedules)
        self._slots = slots
        self._lease = timedelta(seconds=lease_s)
        self._poll_s = poll_s
        self._running: dict[asyncio.Task[None], JobContext] = {}
        self._look = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Work until `stop`, or until cancelled; either way running jobs go back into the queue."""
        heart = asyncio.create_task(self._beat())
        try:
            while not self._stopping:
                await self._survive(self._round())
                await self._idle()
        finally:
            heart.cancel()
            await self._put_down()

    def stop(self) -> None:
        """Have `run` return soon."""
        self._stopping = True
        self._look.set()

    async def once(self) -> None:
        """Do all that is due now, and return when it is done: for tests and for tools that have no loop."""
        while await self._round() or self._running:
            if self._running:
                await asyncio.wait(self._running)

    async def _round(self) -> int:
        """Start what can start; says how much there was."""
        patience = PATIENCE if self._world.busy() else timedelta(0)
        found = await self._deliver(self._world, older_than=patience) if self._deliver else 0
        found += await self._clockwork.fire(self._world.db, now())
        while due := self._due(patience):
            until = self._lease_end()
            held = await lease.claim(self._world.db, due, lease=self._lease)
            if held is None:
                break
            self._take(held, until)
            found += 1
        return found

    def _due(self, patience: timedelta) -> list[Due]:
        """What there is a place for now. The last place is for what somebody waits for and is done soon."""
        running = [(self._kinds[job.held.kind], job.held.owner_id) for job in self._running.values()]
        if len(running) >= self._slots:
            return []
        in_background = sum(kind.background for kind, _ in running)
        at_length = {owner for kind, owner in running if kind.long and owner}
        moment, last = now(), len(running) == self._slots - 1 > 0
        due = [Due(self._names(background=False, long=False), moment)]
        if not last:
            due.append(Due(self._names(background=False, long=True), moment, at_length))
        if not last and in_background < max(1, self._slots // 2):
            due.append(Due(self._names(background=True, long=False), moment - patience))
        return [each for each in due if each.kinds]

    def _names(self, *, background: bool, long: bool) -> list[str]:
        return [name for name, kind in self._kinds.items() if (kind.background, kind.long) == (background, long)]

    def _lease_end(self) -> float:
        """When a lease that is asked for now ends at the earliest."""
        return time.monotonic() + self._lease.total_seconds()

    def _take(self, held: Held, until: float) -> None:
        job = JobContext(held, self._world, until, stopping=held.cancel_requested)
        task = asyncio.create_task(self._survive(self._see_through(job)), name=f"job {held.kind}")
        self._running[task] = job
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._look.set()

    async def _see_through(self, job: JobContext) -> None:
        """From claim to end: done, failed, cancelled, or queued again."""
        held, kind = job.held, self._kinds[job.held.kind]
        structlog.contextvars.bind_contextvars(job_id=str(held.id), job_kind=held.kind)
        if held.cancel_requested:
            await self._finish(job, "cancelled")
        elif held.attempts > kind.attempts:
            await self._finish(job, "failed", error="its worker stopped each time it was tried")
        else:
            await self._try(job, kind)

    async def _try(self, job: JobContext, kind: JobKind) -> None:
        held = job.held
        try:
            async with asyncio.timeout(kind.timeout_s):
                result = await kind.handle(job)
        except asyncio.CancelledError:
            await lease.put_back(self._world.db, held, run_after=now(), error=None, attempts=held.attempts - 1)
            raise
        except Exception as error:
            log.exception("job_attempt_failed", attempt=held.attempts)
            await self._failed(job, kind, error)
        else:
            await self._finish(job, "cancelled" if job.obeyed else "done", result=result)

    async def _failed(self, job: JobContext, kind: JobKind, error: Exception) -> None:
        held = job.held
        if job.stopping:
            await self._finish(job, "cancelled")
        elif _is_hopeless(error) or held.attempts >= kind.attempts:
            await self._finish(job, "failed", error=_sentence(error))
        else:
            later = now() + wait_before_retry(held.attempts, _random.random())
            db = self._world.db
            await lease.put_back(db, held, run_after=later, error=_sentence(error), attempts=held.attempts)

    async def _finish(
        self, job: JobContext, state: JobState, *, result: dict[str, Any] | None = None, error: str | None = None
    ) -> None:
        await lease.finish(self._world.db, job.held, state, result=result, error=error)
        JOBS_FINISHED.labels(job.held.kind, state).inc()

    async def _beat(self) -> None:
        """Hold what runs here; let go of what somebody else took, or may have taken while the database was away."""
        every = self._lease.total_seconds() / 3
        while True:
            await asyncio.sleep(every)
            await self._survive(self._hold())
            for task, job in list(self._running.items()):
                if job.held_until <= time.monotonic() + every:
                    log.warning("job_let_go", job_id=str(job.held.id), job_kind=job.held.kind)
                    task.cancel()

    async def _hold(self) -> None:
        running = list(self._running.values())
        if not running:
            return
        until = self._lease_end()
        held = await lease.extend(self._world.db, [job.held.token for job in running], lease=self._lease)
        for job in running:
            job.held_until = until if job.held.token in held else 0.0
            job.stopping |= held.get(job.held.token, True)

    async def _idle(self) -> None:
        """Until woken, until a job here has ended, or until it is time to look anyway.

        Each request wakes; looking after each would cost what the requests need.
        """
        waits = [asyncio.ensure_future(each) for each in (self._world.waker.wait(self._poll_s), self._look.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        if not self._stopping:
            await asyncio.sleep(_PAUSE_S)
        for _ in range(_PAUSES_WHEN_BUSY):
            if self._stopping or not self._world.busy():
                break
            await asyncio.sleep(_PAUSE_WHEN_BUSY_S)
        self._look.clear()

    async def _put_down(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _survive(self, work: Coroutine[Any, Any, object]) -> None:
        """The edge of the process: whatever fails is told to the log, and the loop goes on."""
        try:
            await work
        except DatabaseUnavailable as error:
            log.warning("database_away", exc_info=error)
            await asyncio.sleep(min(self._poll_s, 1.0))
        except Exception:
            log.exception("worker_failed")


def _is_hopeless(error: Exception) -> bool:
    return isinstance(error, CultivarError) and error.status < 500 and not isinstance(error, TooManyRequests)


def _sentence(error: Exception) -> str:
    """What the owner of a job may read; the log has the rest."""
    if isinstance(error, CultivarError):
        return error.detail[:2000]
    return "it took too long" if isinstance(error, TimeoutError) else Broken.title
