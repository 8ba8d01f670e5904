"""A batch at work: several photos at once, their answers written down many at a time, no photo twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import bindparam, update

from cultivar.accounts.errors import SessionEnded
from cultivar.bulk import queries
from cultivar.bulk.pace import Pace
from cultivar.bulk.schemas import ItemError
from cultivar.bulk.sources import Photos
from cultivar.bulk.tables import Batch, BatchItem
from cultivar.kernel.actor import Actor
from cultivar.kernel.errors import Broken, CultivarError, Unavailable
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.jobs.lease import NotHeld
from cultivar.packs.schemas import Language
from cultivar.predictions.schemas import AskParams
from cultivar.predictions.service.ask import Question, consider, count, take_back, write_down
from cultivar.predictions.service.given import Given
from cultivar.vision.errors import Overloaded

ROWS = 32
"""Answers written in one transaction."""
WAIT_S = 1.0
"""How long an answer waits for others to be written with."""
_TRIES, _PAUSE_S = 3, 1.0
_PAGE = 200

log = structlog.get_logger()

_SETTLE = (
    update(BatchItem.__table__)  # type: ignore[arg-type]  # Core, since a row is settled at every photo
    .where(BatchItem.job_id == bindparam("of_job"), BatchItem.place == bindparam("at_place"))
    .values(
        state=bindparam("state"),
        code=bindparam("code"),
        detail=bindparam("detail"),
        prediction_id=bindparam("prediction_id"),
        answer=bindparam("answer"),
    )
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one photo."""

    place: int
    given: Given | None = None
    fault: ItemError | None = None


class Look:
    """One run of the job; a later one goes on where this one ended."""

    def __init__(self, job: JobContext, batch: Batch, photos: Photos, pace: Pace) -> None:
        self._job, self._batch, self._photos, self._pace = job, batch, photos, pace
        self._params = AskParams.model_validate(batch.params)
        self._looking: set[asyncio.Task[Outcome]] = set()
        self._told: list[Outcome] = []
        self._writing: asyncio.Task[None] | None = None
        self._written = time.monotonic()

    async def run(self) -> None:
        """Returns when every photo is done or failed, or the job's end was asked for. Raises Unavailable, NotHeld."""
        try:
            async for item in self._waiting():
                if await self._job.cancelled():
                    break
                self._looking.add(asyncio.create_task(self._one(item)))
                while len(self._looking) >= self._pace.lanes:
                    await self._gather()
            while self._looking:
                await self._gather()
            await self._write_on()
            await self._write_on()
        finally:
            for task in (*self._looking, *([self._writing] if self._writing else ())):
                task.cancel()

    async def _waiting(self) -> AsyncIterator[BatchItem]:
        after = -1
        while True:
            async with self._job.world.db.reading() as session:
                items = await queries.waiting(session, self._batch.job_id, after, _PAGE)
            for item in items:
                after = item.place
                yield item
            if not items:
                return

    async def _one(self, item: BatchItem) -> Outcome:
        """The answer, or why there is none: one bad photo fails alone."""
        try:
            return Outcome(item.place, await self._given(item))
        except Unavailable:
            raise
        except CultivarError as error:
            return Outcome(item.place, fault=ItemError(code=error.code, detail=error.detail[:2000]))
        except Exception:
            log.exception("photo_failed", place=item.place)
            return Outcome(item.place, fault=ItemError(code=Broken.code, detail=Broken.title))

    async def _given(self, item: BatchItem) -> Given:
        """Where the queue of photos is full, wait; where something is away, try a few times more."""
        tries = 0
        while True:
            try:
                async with self._pace.turn():
                    return await self._consider(await self._photos.read(item))
            except Overloaded as error:
                await asyncio.sleep(error.retry_after)
            except Unavailable:
                tries += 1
                if tries == _TRIES:
                    raise
                await asyncio.sleep(_PAUSE_S)

    async def _consider(self, photo: bytes) -> Given:
        owner_id, consent = self._job.owner_id, self._params.consent
        assert owner_id is not None  # noqa: S101  for the type checker: who asks for a batch is somebody
        assert consent is not None  # noqa: S101  likewise: it was decided when the batch was asked for
        actor = Actor(owner_id, "user", frozenset())
        consent = consent if self._params.save_results else "none"
        language: Language = "fr" if self._batch.language == "fr" else "en"
        question = Question([photo], self._params, language, asked_at=self._batch.created_at)
        return await consider(actor, question, consent, self._job.world)

    async def _gather(self) -> None:
        """Take what has been looked at; write when there is enough of it, or it has waited long enough."""
        done, self._looking = await asyncio.wait(self._looking, return_when=asyncio.FIRST_COMPLETED)
        self._told += [task.result() for task in done]
        if len(self._told) >= ROWS or time.monotonic() - self._written >= WAIT_S:
            await self._write_on()

    async def _write_on(self) -> None:
        """Write what is told, beside the photos that are looked at meanwhile; one transaction after the other."""
        if self._writing is not None:
            await self._writing
        told, self._told = self._told, []
        self._written = time.monotonic()
        self._writing = asyncio.create_task(self._write(told)) if told else None

    async def _write(self, told: Sequence[Outcome]) -> None:
        """Answers, photos and progress, all or none."""
        given = [one.given for one in told if one.given]
        try:
            async with self._job.world.db.transaction() as session:
                await self._job.advance(session, done=len(given), failed=len(told) - len(given))
                if given and self._params.save_results:
                    await write_down(session, given, self._job.world)
                await session.execute(_SETTLE, [self._row(one) for one in told])
        except (SessionEnded, NotHeld):
            await take_back(given, self._job.world)
            raise
        for one in given:
            count(one)

    def _row(self, one: Outcome) -> dict[str, object]:
        kept = self._batch.kept and one.given is not None
        return {
            "of_job": self._batch.job_id,
            "at_place": one.place,
            "state": "failed" if one.fault else "done",
            "code": one.fault and one.fault.code,
            "detail": one.fault and one.fault.detail,
            "prediction_id": one.given.id if one.given and kept else None,
            "answer": one.given.answer.model_dump_json() if one.given and not kept else None,
        }
