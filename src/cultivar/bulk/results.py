"""What came of each photo, told while the job runs and after it: as pages of JSON, as lines, as a table."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.bulk import queries, rules
from cultivar.bulk.errors import ResultsGone
from cultivar.bulk.service import LOOK
from cultivar.bulk.tables import BatchItem
from cultivar.kernel.actor import Actor
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.queue import JobNotFound
from cultivar.kernel.pages import WALKED, Cursor, decode_cursor, encode_cursor, exact_total
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.predictions.service import history

DELETED = {"code": "answer_deleted", "detail": "This answer was kept, and has been deleted since."}


async def check(db: Database, actor: Actor, job_id: UUID) -> None:
    """Returns if the actor has such a job and its results are kept. Raises JobNotFound, ResultsGone."""
    async with db.reading() as session:
        found = await queries.own_job(session, actor, job_id)
    if found is None:
        raise JobNotFound
    job, batch = found
    if job.kind == LOOK and batch is None:
        raise ResultsGone("Answers that consent does not keep are there for a day after their job's end.")


async def page(world: World, actor: Actor, job_id: UUID, cursor: Cursor) -> str:
    """A page of results as JSON, in the order of the photos, each kept one with a link to its picture.

    Raises JobNotFound, ResultsGone, InvalidCursor.
    """
    await check(world.db, actor, job_id)
    after = decode_cursor(cursor.cursor, int)[0] if cursor.cursor else -1
    finished = queries.finished(job_id)
    async with world.db.reading() as session:
        found = await session.scalars(finished.where(BatchItem.place > after).limit(cursor.limit + 1))
        rows = found.all()
        shown = rows[: cursor.limit]
        items = ",".join(await _lines(session, actor, shown, world.storage))
        total = json.dumps(await exact_total(session, finished))
    more = json.dumps(encode_cursor(shown[-1].place) if len(rows) > len(shown) else None)
    return f'{{"items":[{items}],"total":{total},"next_cursor":{more}}}'


async def ndjson(db: Database, actor: Actor, job_id: UUID) -> AsyncIterator[str]:
    """All results so far, one JSON object a line."""
    async for lines in _walk(db, actor, job_id):
        yield "".join(line + "\n" for line in lines)


async def table(db: Database, actor: Actor, job_id: UUID) -> AsyncIterator[str]:
    """All results so far as CSV (RFC 4180), the columns named in its first line."""
    yield _csv([["index", *rules.COLUMNS]])
    async for lines in _walk(db, actor, job_id):
        items = map(json.loads, lines)
        rows = [(item["index"], rules.flat(item)) for item in items]
        yield _csv([[index, *(rules.cell(row[name]) for name in rules.COLUMNS)] for index, row in rows])


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


async def _walk(db: Database, actor: Actor, job_id: UUID) -> AsyncIterator[list[str]]:
    """A few hundred at a time, each in a session of its own: a slow reader holds nothing open."""
    after = -1
    while True:
        async with db.reading() as session:
            page_ = queries.finished(job_id).where(BatchItem.place > after).limit(WALKED)
            rows = (await session.scalars(page_)).all()
            lines = await _lines(session, actor, rows)
        if not rows:
            return
        after = rows[-1].place
        yield lines


async def _lines(
    session: AsyncSession, actor: Actor, rows: Sequence[BatchItem], storage: Storage | None = None
) -> list[str]:
    """One JSON object a photo: its place and name, then the answer as it was given, or the error.

    Links to pictures only with `storage`: they would end long before a file that holds them.
    """
    ids = [row.prediction_id for row in rows if row.prediction_id]
    kept = {one.prediction_id: one for one in await history.own_some(session, actor, ids, storage)}
    lines = []
    for row in rows:
        head = json.dumps({"index": row.place, "file": row.name}, ensure_ascii=False)
        answer = row.answer
        if row.prediction_id in kept:
            answer = kept[row.prediction_id].model_dump_json()
        if answer is None:
            error = {"code": row.code, "detail": row.detail} if row.code else DELETED
            answer = json.dumps({"success": False, "error": error}, ensure_ascii=False)
        lines.append(f"{head[:-1]}, {answer[1:]}")
    return lines
