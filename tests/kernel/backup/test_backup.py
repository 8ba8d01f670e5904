"""What was backed up comes back, in either kind of database and storage; what is damaged changes nothing."""

import asyncio
import json
import random
import tarfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete

from cultivar.kernel import migrate
from cultivar.kernel.backup import archive, rows
from cultivar.kernel.backup.archive import BackupDamaged
from cultivar.kernel.backup.create import create
from cultivar.kernel.backup.restore import BackupTooNew, PlaceTaken, restore
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.revision import SchemaBehind, stored
from cultivar.kernel.storage import Storage
from tests.kernel.backup.places import METADATA, PHOTOS, names, quiet, stored_objects
from tests.support.rows import contents
from tests.support.servers import s3_settings

PAUSE_S = 0.005


async def test_everything_comes_back_in_the_other_kind_of_database_and_back_again(
    db: Database, storage: Storage, elsewhere: Storage, fresh: Database, filled: dict[str, bytes], tmp_path: Path
) -> None:
    before = await contents(db, METADATA)
    made = await create(db, storage, METADATA, tmp_path / "one.tar", quiet)
    assert (made.missing, made.unclaimed, made.database) == ([], [], db.dialect)
    assert {spec.name: spec.rows for spec in made.tables} == {name: len(rows) for name, rows in before.items()}
    await restore(tmp_path / "one.tar", fresh, elsewhere, quiet)
    assert await contents(fresh, METADATA) == before
    assert await stored_objects(elsewhere) == filled
    assert await migrate.differences(fresh.address) == []

    await create(fresh, elsewhere, METADATA, tmp_path / "two.tar", quiet)
    await restore(tmp_path / "two.tar", db, storage, quiet, replace=True)
    assert await contents(db, METADATA) == before
    assert await stored_objects(storage) == filled


@pytest.mark.slow
async def test_everything_comes_back_in_a_bucket(
    db: Database, storage: Storage, fresh: Database, s3: str, filled: dict[str, bytes], tmp_path: Path
) -> None:
    bucket = Storage.open(s3_settings(s3, tmp_path))
    await create(db, storage, METADATA, tmp_path / "x.tar", quiet)
    await restore(tmp_path / "x.tar", fresh, bucket, quiet)
    assert await stored_objects(bucket) == filled


async def test_the_archive_is_an_ordinary_tar_with_plain_text_in_it(
    db: Database, storage: Storage, filled: dict[str, bytes], tmp_path: Path
) -> None:
    made = await create(db, storage, METADATA, tmp_path / "x.tar", quiet)
    with tarfile.open(tmp_path / "x.tar") as tar:
        assert tar.getnames() == [*(entry.name for entry in made.entries), "manifest.json", "seal"]
        inside = tar.extractfile("manifest.json")
        assert inside is not None
        assert json.load(inside)["revision"] == await stored(db)


async def test_a_table_of_many_pages_comes_back(
    db: Database, storage: Storage, fresh: Database, tmp_path: Path
) -> None:
    made_at = now()
    jobs = [{"id": new_id(), "kind": f"k{index}", "payload": {}, "created_at": made_at} for index in range(7 * 6)]
    async with db.transaction() as session:
        await session.execute(Job.__table__.insert(), jobs)
    await create(db, storage, METADATA, tmp_path / "x.tar", quiet)
    await restore(tmp_path / "x.tar", fresh, storage, quiet)
    assert await contents(fresh, METADATA) == await contents(db, METADATA)


async def test_a_file_that_is_there_is_not_overwritten_and_a_failure_leaves_none(
    db: Database, storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_text("last year's")
    with pytest.raises(FileExistsError):
        await create(db, storage, METADATA, tmp_path / "x.tar", quiet)
    assert (tmp_path / "x.tar").read_text() == "last year's"

    def fail(step: str, done: int, total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await create(db, storage, METADATA, tmp_path / "y.tar", fail)
    assert not [name for name in names(tmp_path) if name.startswith("y.tar")]


async def test_a_database_of_another_revision_is_not_backed_up(
    fresh: Database, storage: Storage, tmp_path: Path
) -> None:
    with pytest.raises(SchemaBehind):
        await create(fresh, storage, METADATA, tmp_path / "x.tar", quiet)


async def test_an_object_that_storage_had_lost_is_told(
    db: Database, storage: Storage, filled: dict[str, bytes], tmp_path: Path
) -> None:
    lost = min(filled), min(key for key in filled if key.startswith("photos"))
    for key in lost:
        await storage.delete(key)
    made = await create(db, storage, METADATA, tmp_path / "x.tar", quiet)
    assert set(made.missing) <= set(lost)
    assert lost[1] in made.missing
    assert archive.verify(tmp_path / "x.tar", quiet).missing == made.missing


async def test_writing_meanwhile_leaves_a_backup_of_one_moment(
    db: Database, storage: Storage, elsewhere: Storage, fresh: Database, filled: dict[str, bytes], tmp_path: Path
) -> None:
    """Photos come, with their object first, and go, with their row first, all the time."""
    template = (await contents(db, METADATA))["photos"][0]
    done = asyncio.Event()
    chance = random.Random(1)

    async def come_and_go() -> None:
        here: list[UUID] = []
        while not done.is_set():
            await asyncio.sleep(PAUSE_S)
            photo_id = new_id()
            key = f"photos/{photo_id}.jpg"
            await storage.put(key, photo_id.bytes, "image/jpeg")
            async with db.transaction() as session:
                await session.execute(
                    PHOTOS.insert().values(template | {"id": photo_id, "key": key, "thumb_key": None})
                )
            here.append(photo_id)
            if len(here) > 3:
                gone = here.pop(chance.randrange(len(here)))
                async with db.transaction() as session:
                    await session.execute(delete(PHOTOS).where(PHOTOS.c.id == gone))
                await storage.delete(f"photos/{gone}.jpg")

    writers = [asyncio.create_task(come_and_go()) for _ in range(2)]
    for number in range(2):
        made = await create(db, storage, METADATA, tmp_path / f"{number}.tar", quiet)
        assert made.missing == []
    done.set()
    await asyncio.gather(*writers)
    await restore(tmp_path / "1.tar", fresh, elsewhere, quiet)
    there = await stored_objects(elsewhere)
    named = {row["key"]: row["id"] for row in (await contents(fresh, METADATA))["photos"]}
    assert named.keys() <= there.keys()
    assert {there[key] for key in named if key not in filled} == {
        named[key].bytes for key in named if key not in filled
    }
    assert {key for key in there if key.startswith("photos/")} - filled.keys() == named.keys() - filled.keys()


async def test_a_damaged_backup_changes_nothing(
    small: bytes, fresh: Database, elsewhere: Storage, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(small[:-3000] + b"?" + small[-2999:])
    with pytest.raises(BackupDamaged):
        await restore(tmp_path / "x.tar", fresh, elsewhere, quiet, replace=True)
    assert await stored(fresh) is None
    assert await stored_objects(elsewhere) == {}


async def test_a_place_with_rows_or_objects_is_refused_unless_told(
    small: bytes, db: Database, elsewhere: Storage, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    async with db.transaction() as session:
        session.add(Job(kind="mine", payload={}))
    before = await contents(db, METADATA)
    with pytest.raises(PlaceTaken, match="jobs"):
        await restore(tmp_path / "x.tar", db, elsewhere, quiet)
    await elsewhere.put("photos/mine.jpg", b"mine", "image/jpeg")
    with pytest.raises(PlaceTaken, match="photos/mine"):
        await restore(tmp_path / "x.tar", db, elsewhere, quiet)
    assert await contents(db, METADATA) == before
    manifest = await restore(tmp_path / "x.tar", db, elsewhere, quiet, replace=True)
    assert "mine" not in {row["kind"] for row in (await contents(db, METADATA))["jobs"]}
    assert set(await stored_objects(elsewhere)) == {entry.name.removeprefix("objects/") for entry in manifest.objects}


async def test_an_empty_database_with_its_tables_is_an_empty_place(
    small: bytes, db: Database, elsewhere: Storage, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    manifest = await restore(tmp_path / "x.tar", db, elsewhere, quiet)
    assert {name: len(rows) for name, rows in (await contents(db, METADATA)).items()} == {
        spec.name: spec.rows for spec in manifest.tables
    }


async def test_rows_that_cannot_be_put_back_leave_the_database_as_it_was(
    small: bytes, db: Database, elsewhere: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    async with db.transaction() as session:
        session.add(Job(kind="mine", payload={}))
    before, real = await contents(db, METADATA), rows.load

    async def fail_late(session: Any, spec: Any, source: Any) -> int:
        if spec.name == "predictions":
            raise OSError("the disk is full")
        return await real(session, spec, source)

    monkeypatch.setattr(rows, "load", fail_late)
    with pytest.raises(OSError, match="disk"):
        await restore(tmp_path / "x.tar", db, elsewhere, quiet, replace=True)
    assert await contents(db, METADATA) == before


async def test_a_backup_of_a_newer_program_is_refused(
    small: bytes, fresh: Database, elsewhere: Storage, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    found = archive.verify(tmp_path / "x.tar", quiet)
    with archive.writing(tmp_path / "y.tar") as writer:
        writer.seal(found.model_copy(update={"revision": "9999", "entries": []}))
    with pytest.raises(BackupTooNew, match="9999"):
        await restore(tmp_path / "y.tar", fresh, elsewhere, quiet)
    assert await stored(fresh) is None
