"""Make a backup while people go on working."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Formatter

from sqlalchemy import MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.backup import archive, rows
from cultivar.kernel.backup.archive import OBJECTS, ROWS, Manifest, TableSpec, Tell, Writer
from cultivar.kernel.clock import now
from cultivar.kernel.database import NAMES_OBJECTS, Database
from cultivar.kernel.revision import SchemaBehind, head, stored
from cultivar.kernel.storage import ObjectMissing, Storage

_IN_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database: its tables, and the keys and prefixes of the objects that its rows name."""

    tables: list[TableSpec]
    named: set[str]


async def create(db: Database, storage: Storage, metadata: MetaData, path: Path, tell: Tell) -> Manifest:
    """Write everything into a new archive at `path`, read it back, and say what is in it.

    Rows are of one moment, and each object that they name is there: an object goes only after its row has gone, so
    when one is missing, a later moment does not name it any more. What is still named then is `missing`.
    """
    revision = await stored(db)
    if revision is None or revision != head():
        raise SchemaBehind(f"The database is at revision {revision or 'none'}: run `cultivar db upgrade`.")
    with archive.writing(path) as writer, tempfile.TemporaryDirectory() as folder:
        copied, before = set[str](), set[str]()
        while True:
            taken = await _snapshot(db, metadata, Path(folder), tell)
            keys, missing = await _resolve(storage, taken.named)
            missing |= await _copy(storage, sorted(keys - copied), writer, tell)
            copied |= keys - missing
            if missing <= before:
                break
            before = missing
        for table in taken.tables:
            file = _file(Path(folder), table.name)
            with file.open("rb") as source:
                writer.add(f"{ROWS}{table.name}.ndjson.gz", source, file.stat().st_size)
        writer.seal(
            Manifest(
                cultivar=version("cultivar"),
                created_at=now(),
                database=db.dialect,
                revision=revision,
                tables=taken.tables,
                entries=writer.entries,
                missing=sorted(missing),
                unclaimed=sorted(copied - keys),
            )
        )
    return archive.verify(path, tell)


async def _snapshot(db: Database, metadata: MetaData, folder: Path, tell: Tell) -> Snapshot:
    tables: list[TableSpec] = []
    named: set[str] = set()
    async with db.reading() as session:
        for done, table in enumerate(metadata.sorted_tables, start=1):
            with _file(folder, table.name).open("wb") as to:
                tables.append(await rows.dump(session, table, to))
            for template in table.info.get(NAMES_OBJECTS, ()):
                named |= await _named(session, table, template)
            tell("tables", done, len(metadata.sorted_tables))
    return Snapshot(tables, named)


async def _named(session: AsyncSession, table: Table, template: str) -> set[str]:
    """What the template comes to in each row; rows in which a part of it is null name nothing."""
    fields = [field for _, field, _, _ in Formatter().parse(template) if field]
    found = await session.execute(select(*(table.c[field] for field in fields)).distinct())
    return {template.format(**row) for row in found.mappings() if all(value is not None for value in row.values())}


async def _resolve(storage: Storage, named: Iterable[str]) -> tuple[set[str], set[str]]:
    """The keys that are named, one by one or by a prefix that ends with `/`; and prefixes under which nothing lies."""
    keys, missing = set[str](), set[str]()
    for name in named:
        below = {found.key async for found in storage.list(name)} if name.endswith("/") else {name}
        keys |= below
        missing |= set() if below else {name}
    return keys, missing


async def _copy(storage: Storage, keys: Sequence[str], writer: Writer, tell: Tell) -> set[str]:
    """Copy the objects into the archive; those that are not there."""
    missing = set[str]()
    for done, key in enumerate(keys, start=1):
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as held:
            try:
                async for piece in storage.get_stream(key):
                    held.write(piece)
            except ObjectMissing:
                missing.add(key)
            else:
                writer.add(f"{OBJECTS}{key}", held, held.tell())
        tell("objects", done, len(keys))
    return missing


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.ndjson.gz"
