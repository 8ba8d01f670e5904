"""Nothing of a person is forgotten: every column that leads to one is reached by export and erasure."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import MetaData, Uuid, update
from tests.kernel.backup.places import furnish
from tests.support.rows import contents, fill

from cultivar.accounts.events import AccountClosed
from cultivar.accounts.service import EXPORT
from cultivar.kernel import migrate, outbox
from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.worker import people as people_jobs
from cultivar.worker.personal_data import HOLDERS
from cultivar.worker.subscriptions import ERASE, KINDS, SUBSCRIPTIONS

METADATA: MetaData = migrate.load_tables()
PEOPLE = METADATA.tables["users"]
SESSIONS = METADATA.tables["sessions"]
NAMES = {"owner_id", "user_id", "person_id", "actor_id"}


def leads_to_a_person(column: Any) -> bool:
    return column.name in NAMES or any(key.column.table is PEOPLE for key in column.foreign_keys)


def test_every_column_that_leads_to_a_person_is_in_the_list() -> None:
    there = {str(column) for table in METADATA.tables.values() for column in table.columns if leads_to_a_person(column)}
    assert there == {column for holder in HOLDERS for column in holder.columns}


def test_the_check_itself_sees_both_names_and_references() -> None:
    columns = {str(column): column for table in METADATA.tables.values() for column in table.columns}
    assert leads_to_a_person(columns["jobs.owner_id"])
    assert leads_to_a_person(columns["sessions.user_id"])
    assert not leads_to_a_person(columns["photos.id"])


def test_names_of_holders_differ() -> None:
    assert len({holder.name for holder in HOLDERS}) == len(HOLDERS)


@pytest.fixture
async def people(world: World) -> AsyncIterator[list[UUID]]:
    """Two people with rows in every table, and objects."""
    outbox.configure(SUBSCRIPTIONS)
    await fill(world.db, METADATA)
    await furnish(world.db, world.storage)
    ids = [row["id"] for row in (await contents(world.db, METADATA))["users"]]
    async with world.db.transaction() as session:
        for row, person_id in zip((await contents(world.db, METADATA))["jobs"], ids, strict=True):
            await session.execute(update(Job).where(Job.id == row["id"]).values(owner_id=person_id, state="done"))
    yield ids
    outbox.configure({})


def naming(tables: dict[str, list[dict[str, Any]]], person_id: UUID) -> set[str]:
    """Tables with a row that names the person, in a column or within a value."""
    names = {str(person_id), person_id.hex}
    return {
        table
        for table, rows in tables.items()
        for row in rows
        if any(name in json.dumps(row, default=str) for name in names)
    }


async def keys(world: World) -> set[str]:
    return {found.key async for found in world.storage.list()}


async def test_erasing_a_person_leaves_nothing_of_them_and_everything_of_the_others(
    world: World, people: list[UUID]
) -> None:
    gone, stays = people
    before = await contents(world.db, METADATA)
    assert naming(before, gone) >= {column.partition(".")[0] for holder in HOLDERS for column in holder.columns}
    theirs = {row["key"] for row in before["photos"] if row["owner_id"] == gone}
    async with world.db.transaction() as session:
        outbox.emit(session, AccountClosed(gone, now()))
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    after = await contents(world.db, METADATA)
    assert naming(after, gone) == set()
    assert [(row["state"], row["payload"]) for row in after["jobs"] if row["kind"] == ERASE.name] == [("done", {})]
    for table in METADATA.tables:
        kept = [row for row in before[table] if naming({table: [row]}, stays)]
        assert [row for row in after[table] if row in kept] == kept
    left = await keys(world)
    assert theirs
    assert not theirs & left
    assert {row["key"] for row in after["photos"]} <= left


async def test_an_erasure_that_is_tried_again_after_its_end_has_nothing_to_do(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: Any, **__: Any) -> None:
        raise asyncio.CancelledError

    async with world.db.transaction() as session:
        outbox.emit(session, AccountClosed(people[0], now()))
    with monkeypatch.context() as patched:
        patched.setattr("cultivar.kernel.jobs.lease.finish", die)
        await Runner(world, {ERASE.name: KINDS[ERASE.name]}, deliver=outbox.deliver).once()
    async with world.db.transaction() as session:
        again = update(Job).where(Job.kind == ERASE.name).values(state="queued", run_after=now(), lease=None)
        await session.execute(again)
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    after = await contents(world.db, METADATA)
    assert [row["state"] for row in after["jobs"] if row["kind"] == ERASE.name] == ["done"]
    assert [row["id"] for row in after["users"]] == [people[1]]


async def test_erasing_twice_is_erasing_once(world: World, people: list[UUID]) -> None:
    for _ in range(2):
        async with world.db.transaction() as session:
            outbox.emit(session, AccountClosed(people[0], now()))
        await Runner(world, KINDS, deliver=outbox.deliver).once()
    async with world.db.reading() as session:
        states = [row["state"] for row in (await contents(world.db, METADATA))["jobs"] if row["kind"] == ERASE.name]
    assert states == ["done", "done"]


async def export(world: World, person_id: UUID) -> Job:
    async with world.db.transaction() as session:
        job = await enqueue(session, EXPORT, {"user_id": str(person_id)}, owner_id=person_id)
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    async with world.db.reading() as session:
        return await session.get_one(Job, job.id)


async def test_an_export_holds_everything_and_nothing_of_others(world: World, people: list[UUID]) -> None:
    mine, other = people
    job = await export(world, mine)
    assert (job.state, job.error) == ("done", None)
    assert job.result is not None
    link = urlsplit(job.result["url"])
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    file = world.storage.verify(link.path.removeprefix("/files/"), int(query["expires"]), query["signature"])
    with zipfile.ZipFile(file) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".json")}
        pictures = {name: archive.read(name) for name in archive.namelist() if name.startswith("photos/")}
    assert set(texts) == {f"{holder.name}.json" for holder in HOLDERS}
    assert all(json.loads(text) for name, text in texts.items() if name != "facts.json")
    assert str(mine) in texts["account.json"]
    assert not [name for name, text in texts.items() if str(other) in text]
    (row,) = [row for row in (await contents(world.db, METADATA))["photos"] if row["owner_id"] == mine]
    assert pictures == {f"photos/{row['id']}.jpg": await world.storage.get(row["key"])}


async def leave(world: World, job: Job, how: str) -> None:
    """What ends the wish for an export while it is at work."""
    async with world.db.transaction() as session:
        if how == "closed":
            await session.execute(update(PEOPLE).where(PEOPLE.c.id == job.owner_id).values(closed_at=now()))
        elif how == "cancelled":
            await session.execute(update(Job).where(Job.id == job.id).values(cancel_requested=True))
        else:
            outbox.emit(session, AccountClosed(UUID(str(job.owner_id)), now()))
    if how == "erased":
        await Runner(world, {ERASE.name: KINDS[ERASE.name]}, deliver=outbox.deliver).once()


@pytest.mark.parametrize("moment", ["photos", "put"])
@pytest.mark.parametrize(("how", "state"), [("erased", None), ("closed", "done"), ("cancelled", "cancelled")])
async def test_an_export_that_is_no_longer_wanted_leaves_no_file(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch, how: str, state: str | None, moment: str
) -> None:
    async with world.db.transaction() as session:
        job = await enqueue(session, EXPORT, {"user_id": str(people[0])}, owner_id=people[0])
    place, name = (people_jobs, "_add") if moment == "photos" else (world.storage, "put_stream")
    work_on = getattr(place, name)

    async def and_leave(*args: Any) -> None:
        await work_on(*args)
        await leave(world, job, how)

    monkeypatch.setattr("cultivar.kernel.jobs.context._SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(place, name, and_leave)
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    assert not [key for key in await keys(world) if key.startswith("exports/")]
    async with world.db.reading() as session:
        found = await session.get(Job, job.id)
    assert (found and found.state) == state
    assert not (found and found.result and "url" in found.result)


async def test_an_export_of_many_rows_is_read_in_pages_and_comes_out_whole(world: World, people: list[UUID]) -> None:
    mine, _ = people
    (photo, *_) = [row for row in (await contents(world.db, METADATA))["photos"] if row["owner_id"] == mine]
    many = [photo | {"id": new_id(), "key": f"photos/none-{n}.jpg", "thumb_key": None} for n in range(450)]
    async with world.db.transaction() as session:
        await session.execute(METADATA.tables["photos"].insert(), many)
    async with world.db.reading() as session:
        sizes = [len(page) async for page in photos.export(session, mine)]
    assert sizes == [200, 200, 51]
    job = await export(world, mine)
    assert job.result is not None
    (key,) = [key for key in await keys(world) if key.startswith("exports/")]
    assert world.storage.folder is not None
    with zipfile.ZipFile(world.storage.folder / key) as archive:
        told = json.loads(archive.read("photos.json"))
    assert [one["id"] for one in told] == sorted(str(row["id"]) for row in [photo, *many])


async def test_secrets_stay_out_of_an_export(world: World, people: list[UUID]) -> None:
    rows = await contents(world.db, METADATA)
    secrets = [row["password_hash"] for row in rows["users"]] + [row["sha256"] for row in rows["api_keys"]]
    await export(world, people[0])
    (key,) = [key for key in await keys(world) if key.startswith("exports/")]
    assert world.storage.folder is not None
    with zipfile.ZipFile(world.storage.folder / key) as archive:
        told = json.loads(archive.read("account.json"))
    assert not [secret for secret in secrets if secret in json.dumps(told, ensure_ascii=False)]


async def test_an_export_goes_with_its_person_and_after_a_day(world: World, people: list[UUID]) -> None:
    before = await keys(world)
    gone, stays = [await export(world, person_id) for person_id in people]
    made = await keys(world) - before
    assert sorted(str(job.id) in key for key in made for job in (gone, stays)) == [False, False, True, True]
    async with world.db.transaction() as session:
        outbox.emit(session, AccountClosed(people[0], now()))
        await enqueue(session, "people.sweep_exports", {})
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    assert await keys(world) & made == {key for key in made if str(stays.id) in key}


async def test_nothing_in_storage_is_named_after_a_person(world: World, people: list[UUID]) -> None:
    await export(world, people[0])
    assert world.storage.folder is not None
    there = [str(path) for path in (world.storage.folder / "exports").rglob("*")]
    assert there
    assert not [path for path in there for person_id in people if str(person_id) in path or person_id.hex in path]


async def test_a_guest_whom_nobody_can_be_again_is_erased_by_the_schedule(world: World, people: list[UUID]) -> None:
    gone, stays = people
    async with world.db.transaction() as session:
        nobody = {"role": "guest", "email": None, "password_hash": None}
        await session.execute(update(PEOPLE).where(PEOPLE.c.id == gone).values(**nobody))
        await session.execute(update(SESSIONS).where(SESSIONS.c.user_id == gone).values(expires_at=now()))
        await enqueue(session, "accounts.sweep_sessions", {})
    await Runner(world, KINDS, deliver=outbox.deliver).once()
    after = await contents(world.db, METADATA)
    assert [row["id"] for row in after["users"]] == [stays]
    assert naming(after, gone) == set()


def test_people_are_known_by_uuids_alone() -> None:
    assert isinstance(PEOPLE.c.id.type, Uuid)
