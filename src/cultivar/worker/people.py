"""What people may ask of everything that is theirs: a copy, and its end."""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from cultivar.kernel import outbox
from cultivar.kernel.clock import now
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.storage import ObjectMissing, Storage
from cultivar.worker.personal_data import HOLDERS

EXPORTS = "exports"
KEPT = timedelta(days=1)
_PIECE = 1024 * 1024


async def erase(job: JobContext) -> dict[str, Any]:
    """Remove everything of the person in the payload from every table and from storage."""
    person_id = UUID(job.payload["user_id"])
    await outbox.deliver(job.world)  # what others still have to hear of this person, they hear before it goes
    await _delete_objects(job.world.storage, f"{EXPORTS}/{person_id}")
    async with job.world.db.transaction() as session:
        for holder in HOLDERS:
            await holder.erase(session, person_id, job.world)
    return {"erased": [holder.name for holder in HOLDERS]}


async def export(job: JobContext) -> dict[str, Any]:
    """Gather everything of the person in the payload in a ZIP, and link to it for a day."""
    person_id = UUID(job.payload["user_id"])
    async with job.world.db.reading() as session:
        found = {holder.name: await holder.export(session, person_id) for holder in HOLDERS}
    key = f"{EXPORTS}/{person_id}/{job.id}/cultivar.zip"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.zip"
        await _write(job, file, found)
        await job.world.storage.put_stream(key, _pieces(file), "application/zip")
    link = job.world.storage.sign(key, seconds=int(KEPT.total_seconds()))
    return {"url": link, "expires_at": (now() + KEPT).isoformat()}


async def sweep_exports(job: JobContext) -> dict[str, Any]:
    """Delete copies whose link has ended."""
    swept = 0
    async for found in job.world.storage.list(EXPORTS):
        if found.modified < now() - KEPT:
            await job.world.storage.delete(found.key)
            swept += 1
    return {"swept": swept}


async def _write(job: JobContext, file: Path, found: dict[str, Any]) -> None:
    """One JSON file a capability, and each photo as it is stored."""
    pictures = [photo.key for photo in found["photos"]]
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in found.items():
            archive.writestr(f"{name}.json", to_json(data, indent=2), zipfile.ZIP_DEFLATED)
        for done, key in enumerate(pictures, start=1):
            await _add(archive, job.world.storage, key)
            await job.progress(done, len(pictures))


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


async def _delete_objects(storage: Storage, prefix: str) -> None:
    async for found in storage.list(prefix):
        await storage.delete(found.key)
