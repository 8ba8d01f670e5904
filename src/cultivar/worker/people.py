"""What people may ask of everything that is theirs: a copy, and its end."""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import service as accounts
from cultivar.accounts.service import EXPORT
from cultivar.kernel import outbox
from cultivar.kernel.clock import now
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.storage import ObjectMissing, Storage
from cultivar.photos.schemas import PhotoData
from cultivar.photos.service import DELETE_OBJECTS
from cultivar.worker.personal_data import HOLDERS

EXPORTS = "exports"
KEPT = timedelta(days=1)
_PIECE = 1024 * 1024


async def erase(job: JobContext) -> dict[str, Any] | None:
    """Remove everything of the person in the payload from every table and from storage, and then the payload."""
    if not job.payload:
        return None  # a crash came between the end of the work and that of the job
    person_id = UUID(job.payload["user_id"])
    await outbox.deliver(job.world)  # what others still have to hear of this person, they hear before it goes
    async with job.world.db.transaction() as session:
        await _delete_exports(session, person_id)
        for holder in HOLDERS:
            await holder.erase(session, person_id, job.world)
        await queue.empty_payload(session, job.id)
    return {"erased": [holder.name for holder in HOLDERS]}


async def _delete_exports(session: AsyncSession, person_id: UUID) -> None:
    """What their jobs wrote so far; one that is at work sees by the end that the person is gone, and keeps nothing."""
    if keys := [_key(job_id) for job_id in await queue.of_person(session, person_id, EXPORT)]:
        await queue.enqueue(session, DELETE_OBJECTS, {"keys": keys})


def _key(job_id: UUID) -> str:
    """Where an export lies: named after its job, which says nothing of the person once it is gone."""
    return f"{EXPORTS}/cultivar-{job_id}.zip"


async def export(job: JobContext) -> dict[str, Any]:
    """Gather everything of the person in the payload in a ZIP, and link to it for a day; nothing once they are gone."""
    person_id = UUID(job.payload["user_id"])
    key = _key(job.id)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.zip"
        await _write(job, file, person_id)
        if not await _is_wanted(job, person_id):
            return {}
        await job.world.storage.put_stream(key, _pieces(file), "application/zip")
    if not await _is_wanted(job, person_id):
        await job.world.storage.delete(key)
        return {}
    link = job.world.storage.sign(key, seconds=int(KEPT.total_seconds()))
    return {"url": link, "expires_at": (now() + KEPT).isoformat()}


async def _is_wanted(job: JobContext, person_id: UUID) -> bool:
    async with job.world.db.reading() as session:
        return await accounts.is_open(session, person_id) and not await job.cancelled()


async def sweep_exports(job: JobContext) -> dict[str, Any]:
    """Delete copies whose link has ended."""
    swept = 0
    async for found in job.world.storage.list(EXPORTS):
        if found.modified < now() - KEPT:
            await job.world.storage.delete(found.key)
            swept += 1
    return {"swept": swept}


async def _write(job: JobContext, file: Path, person_id: UUID) -> None:
    """One JSON file a capability, all of one moment, and each photo as it is stored."""
    pictures: list[str] = []
    with zipfile.ZipFile(file, "w") as archive:
        async with job.world.db.reading() as session:
            for holder in HOLDERS:
                async for page in _copied(archive, holder.name, holder.export(session, person_id)):
                    pictures += [found.key for found in page if isinstance(found, PhotoData)]
        for done, key in enumerate(pictures, start=1):
            if await job.cancelled():
                return
            await _add(archive, job.world.storage, key)
            await job.progress(done, len(pictures))


async def _copied(
    archive: zipfile.ZipFile, name: str, pages: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[Sequence[Any]]:
    """The same pages, each written to a JSON list of this name as it passes."""
    entry = zipfile.ZipInfo(f"{name}.json", now().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as file:
        before = b"["
        async for page in pages:
            if page:
                await asyncio.to_thread(_append, file, before, page)
                before = b","
            yield page
        file.write(b"]" if before == b"," else b"[]")


def _append(file: IO[bytes], before: bytes, page: Sequence[Any]) -> None:
    file.write(before + to_json(list(page), indent=2)[1:-1])


async def _add(archive: zipfile.ZipFile, storage: Storage, key: str) -> None:
    try:
        data = await storage.get(key)
    except ObjectMissing:
        return  # deleted since the rows were read
    await asyncio.to_thread(archive.writestr, f"photos/{Path(key).name}", data)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as handle:
        while piece := await asyncio.to_thread(handle.read, _PIECE):
            yield piece
