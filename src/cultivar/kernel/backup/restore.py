"""Put a backup back: all of it is checked before the first byte is written; the rows come last, in one transaction."""

from pathlib import Path
from tarfile import TarFile

from sqlalchemy import func, select, table

from cultivar.kernel import migrate
from cultivar.kernel.backup import archive, rows
from cultivar.kernel.backup.archive import OBJECTS, ROWS, Manifest, Tell, member
from cultivar.kernel.database import Database
from cultivar.kernel.errors import Conflict
from cultivar.kernel.revision import stored
from cultivar.kernel.storage import Storage, media_type

_PIECE = 1024 * 1024


class BackupTooNew(Conflict):
    code = "backup_too_new"
    title = "This backup was made by a newer version"


class PlaceTaken(Conflict):
    code = "place_taken"
    title = "There is something in this place already"


async def restore(path: Path, db: Database, storage: Storage, tell: Tell, *, replace: bool = False) -> Manifest:
    """Bring an empty database and an empty storage to what the archive holds, of either kind.

    With `replace`, what is there is removed. Raises BackupDamaged, BackupTooNew or PlaceTaken, and has then written
    nothing. Nothing else may use the place meanwhile.
    """
    manifest = archive.verify(path, tell)
    if manifest.revision not in migrate.known():
        raise BackupTooNew(f"It is of revision {manifest.revision}, which this program does not know.")
    if not replace:
        await _demand_empty(db, storage)
    with archive.reading(path) as tar:
        await _put_objects(tar, manifest, storage, tell)
        await _make_tables(db, manifest)
        await _put_rows(tar, manifest, db, tell)
    await migrate.upgrade(db.address)
    if replace:
        await _remove_others(storage, manifest)
    return manifest


async def _demand_empty(db: Database, storage: Storage) -> None:
    async for found in storage.list():
        raise PlaceTaken(f"There are objects in storage, such as {found.key}. --replace removes them.")
    if await stored(db) is None:
        return
    async with db.reading() as session:
        for name in migrate.load_tables().tables:
            if await session.scalar(select(func.count()).select_from(table(name))):
                raise PlaceTaken(f"There are rows in the table {name}. --replace removes them.")


async def _put_objects(tar: TarFile, manifest: Manifest, storage: Storage, tell: Tell) -> None:
    for done, entry in enumerate(manifest.objects, start=1):
        key = entry.name.removeprefix(OBJECTS)
        with member(tar, entry.name) as source:
            await storage.put(key, source.read(), media_type(key))
        tell("objects", done, len(manifest.objects))


async def _make_tables(db: Database, manifest: Manifest) -> None:
    """The tables as they were when the backup was made."""
    at = await stored(db)
    if at != manifest.revision:
        if at is not None:
            await migrate.downgrade(db.address, "base")
        await migrate.upgrade(db.address, manifest.revision)


async def _put_rows(tar: TarFile, manifest: Manifest, db: Database, tell: Tell) -> None:
    async with db.transaction() as session:
        for spec in reversed(manifest.tables):
            await rows.clear(session, spec)
        for done, spec in enumerate(manifest.tables, start=1):
            with member(tar, f"{ROWS}{spec.name}.ndjson.gz") as source:
                await rows.load(session, spec, source)
            tell("tables", done, len(manifest.tables))


async def _remove_others(storage: Storage, manifest: Manifest) -> None:
    """Objects of the installation that was here before."""
    ours = {entry.name.removeprefix(OBJECTS) for entry in manifest.objects}
    async for found in storage.list():
        if found.key not in ours:
            await storage.delete(found.key)
