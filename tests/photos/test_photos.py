"""Stored pictures: shown by a link, made small and upright, held by those who need them, gone when nobody does."""

import asyncio
import io
import os
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.jobs.context import JobContext
from cultivar.kernel.storage import ObjectMissing
from cultivar.photos import jobs, rules, service
from cultivar.photos.errors import PhotoUnknown
from cultivar.photos.schemas import Hold, PhotoData
from cultivar.photos.tables import Photo, PhotoHold
from cultivar.predictions.service.history import HOLDER
from tests.support import drawing
from tests.support.app import Person, Served, problem, wait_until
from tests.support.leaves import leaf
from tests.support.photofile import HAMBURG, jpeg


def photo_row(app: Served, image_id: str) -> Photo | None:
    return app.rows(lambda session: session.get(Photo, UUID(image_id)))


def prepared(app: Served, image_id: str) -> Photo:
    """The photo's row, once its thumbnail is there."""
    wait_until(lambda: (row := photo_row(app, image_id)) is None or row.thumb_key)
    row = photo_row(app, image_id)
    assert row is not None
    return row


def exists(app: Served, key: str) -> bool:
    return app.run(lambda: app.world.storage.exists(key))


class Job(JobContext):
    """A job that nobody watches, to run a handler by itself."""

    def __init__(self, app: Served, payload: dict[str, Any]) -> None:
        self.world, self._payload = app.world, payload

    @property
    def payload(self) -> dict[str, Any]:
        return self._payload

    async def progress(self, done: int, total: int | None = None, *, failed: int = 0) -> None:
        assert done >= 0

    async def cancelled(self) -> bool:
        return False


def work(app: Served, handle: Callable[[JobContext], Awaitable[Any]], **payload: Any) -> Any:
    return app.run(lambda: handle(Job(app, payload)))


def test_a_link_leads_to_the_photo_without_a_header(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), leaf(seed=1), consent="store")
    for index, photo in enumerate((leaf(), leaf(seed=1))):
        leads = user.http.get(f"/predictions/{answer['prediction_id']}/image", params={"index": index})
        assert leads.status_code == 307
        with app.anybody() as client:
            shown = client.get(f"{app.url}{leads.headers['location']}")
        assert (shown.content, shown.headers["content-type"]) == (photo, "image/jpeg")
    missing = user.http.get(f"/predictions/{answer['prediction_id']}/image", params={"index": 2})
    problem(missing, 404, "image_gone")


def test_a_thumbnail_is_made_behind_the_request(app: Served, user: Person) -> None:
    answer = user.ask(jpeg(drawing.picture(drawing.MAPLE, size=(1200, 800))), consent="store")
    row = prepared(app, answer["image_id"])
    path = f"/predictions/{answer['prediction_id']}/image"
    leads = user.http.get(path, params={"size": "thumb"}).headers["location"]
    assert row.thumb_key
    assert row.thumb_key in leads
    with app.anybody() as client:
        thumb = Image.open(io.BytesIO(client.get(f"{app.url}{leads}").content))
    assert thumb.format == "JPEG"
    assert thumb.size == (512, 341)


def test_until_there_is_a_thumbnail_the_full_photo_stands_in(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    prepared(app, answer["image_id"])

    async def forget(session: AsyncSession) -> None:
        await session.execute(update(Photo).where(Photo.id == UUID(answer["image_id"])).values(thumb_key=None))

    app.rows(forget)
    path = f"/predictions/{answer['prediction_id']}/image"
    thumb, full = (user.http.get(path, params={"size": size}).headers["location"] for size in ("thumb", "full"))
    assert thumb.partition("?")[0] == full.partition("?")[0]


def test_a_photo_on_its_side_is_turned_upright_and_its_place_is_cut(app: Served, user: Person) -> None:
    picture = drawing.picture(drawing.WILLOW, size=(400, 300))
    sent = jpeg(picture, orientation=6, gps=HAMBURG, camera=True)
    answer = user.ask(sent, consent="store")
    row = prepared(app, answer["image_id"])
    assert (row.width, row.height, row.orientation) == (400, 300, 1)
    stored = app.run(lambda: app.world.storage.get(row.key))
    assert row.size_bytes == len(stored)
    shown = Image.open(io.BytesIO(stored))
    assert shown.size == (400, 300)
    assert len(shown.getexif()) == 0
    assert np.abs(np.asarray(shown, dtype=float) - np.asarray(picture, dtype=float)).mean() < 4


def test_preparing_twice_is_as_if_once(app: Served, user: Person) -> None:
    answer = user.ask(jpeg(drawing.picture(drawing.WILLOW, size=(400, 300)), orientation=3), consent="store")
    row = prepared(app, answer["image_id"])
    before = app.run(lambda: app.world.storage.get(row.key))
    assert work(app, jobs.prepare, photo_ids=[answer["image_id"], str(uuid4())]) == {"prepared": 0}
    assert app.run(lambda: app.world.storage.get(row.key)) == before


def test_a_photo_deleted_while_its_thumbnail_is_made_leaves_no_object(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    row = prepared(app, answer["image_id"])
    user.http.delete(f"/predictions/{answer['prediction_id']}")
    app.run(lambda: app.world.storage.put(row.key, leaf(), "image/jpeg"))
    row.thumb_key = None
    assert app.run(lambda: jobs._prepare_one(app.world, row)) is False
    assert not exists(app, row.key)
    assert not exists(app, rules.thumb_key(row.key))


@pytest.mark.parametrize("at", ["upright", "thumbnail", "settled"])
def test_one_photo_that_is_deleted_meanwhile_holds_up_no_other(
    app: Served, user: Person, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    turned = jpeg(drawing.picture(drawing.WILLOW, size=(400, 300)), orientation=6)
    answers = [user.ask(turned, consent="store") for _ in range(2)]
    gone, stays = (prepared(app, answer["image_id"]) for answer in answers)
    app.run(lambda: app.world.storage.put(gone.key, turned, "image/jpeg"))
    app.run(lambda: app.world.storage.put(stays.key, turned, "image/jpeg"))

    async def unprepare(session: AsyncSession) -> None:
        mine = Photo.id.in_([gone.id, stays.id])
        await session.execute(update(Photo).where(mine).values(thumb_key=None, orientation=6))

    app.rows(unprepare)
    place, name = (app.world.storage, "_settle") if at == "settled" else (app.world.engine, at)
    work_on, once = getattr(place, name), [UUID(answers[0]["prediction_id"])]

    async def delete_beside(*args: Any) -> Any:
        if once and (at != "settled" or args[0] == gone.key):
            async with app.world.db.transaction() as session:
                await service.release(session, HOLDER, [once.pop()])
            for key in (gone.key, rules.thumb_key(gone.key)):
                await app.world.storage.delete(key)
        return await work_on(*args)

    monkeypatch.setattr(place, name, delete_beside)
    assert work(app, jobs.prepare, photo_ids=[str(gone.id), str(stays.id)]) == {"prepared": 1}
    monkeypatch.undo()
    assert not once
    assert not exists(app, gone.key)
    assert not exists(app, rules.thumb_key(gone.key))
    assert prepared(app, str(stays.id)).orientation == 1
    assert exists(app, rules.thumb_key(stays.key))


def test_the_last_release_deletes_the_row_at_once_and_the_objects_soon(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    row = prepared(app, answer["image_id"])
    other = Hold("somebody", uuid4())
    app.rows(lambda session: service.hold(session, row.id, other))
    app.rows(lambda session: service.hold(session, row.id, other))
    user.http.delete(f"/predictions/{answer['prediction_id']}")
    assert photo_row(app, answer["image_id"]) is not None
    app.rows(lambda session: service.release(session, other.holder, [other.subject_id]))
    assert photo_row(app, answer["image_id"]) is None
    assert row.thumb_key
    wait_until(lambda: not exists(app, row.key) and not exists(app, rules.thumb_key(row.key)))


def test_nobody_can_hold_a_photo_that_is_gone(app: Served) -> None:
    with pytest.raises(PhotoUnknown):
        app.rows(lambda session: service.hold(session, uuid4(), Hold("somebody", uuid4())))


def test_a_stored_photo_goes_after_its_time_and_the_answer_stays(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    until = app.rows(lambda session: session.scalar(_until(answer)))
    assert until is not None
    assert abs(until - now() - timedelta(days=30)) < timedelta(minutes=10)

    async def age(session: AsyncSession) -> None:
        mine = (PhotoHold.holder == HOLDER) & (PhotoHold.subject_id == UUID(answer["prediction_id"]))
        await session.execute(update(PhotoHold).where(mine).values(until=now() - timedelta(seconds=1)))

    app.rows(age)
    assert work(app, jobs.end_holds)["holds_ended"] >= 1
    assert photo_row(app, answer["image_id"]) is None
    kept = user.get(f"/predictions/{answer['prediction_id']}")
    assert (kept["image_id"], kept["result"]) == (None, answer["result"])
    problem(user.http.get(f"/predictions/{answer['prediction_id']}/image"), 404, "image_gone")


def _until(answer: dict[str, Any]) -> Any:
    return select(PhotoHold.until).where(PhotoHold.subject_id == UUID(answer["prediction_id"]))


def test_the_sweeper_takes_old_objects_without_a_row_and_nothing_else(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    row = prepared(app, answer["image_id"])
    fresh, orphan = (rules.object_key(uuid4(), "image/jpeg", now()) for _ in range(2))
    strange, thumb = "photos/not-of-our-making.txt", rules.thumb_key(row.key)
    for key in (fresh, orphan, strange):
        app.run(lambda key=key: app.world.storage.put(key, b"x", "image/jpeg"))
    folder = app.world.storage.folder
    assert folder is not None
    for key in (orphan, strange, row.key, thumb):
        two_days_ago = time.time() - 2 * 86_400
        os.utime(folder / key, (two_days_ago, two_days_ago))
    work(app, jobs.sweep)
    assert not exists(app, orphan)
    assert all(exists(app, key) for key in (fresh, strange, row.key, thumb))


def test_an_object_that_is_deleted_twice_is_deleted(app: Served) -> None:
    key = rules.object_key(uuid4(), "image/png", now())
    app.run(lambda: app.world.storage.put(key, b"x", "image/png"))
    for _ in range(2):
        assert work(app, jobs.delete_objects, keys=[key]) == {"deleted": 1}
    with pytest.raises(ObjectMissing):
        app.run(lambda: app.world.storage.get(key))


def test_two_who_release_at_once_leave_no_photo_behind(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    photo_id = UUID(answer["image_id"])
    holds = [Hold("one", uuid4()), Hold("two", uuid4())]
    for one in holds:
        app.rows(lambda session, one=one: service.hold(session, photo_id, one))
    user.http.delete(f"/predictions/{answer['prediction_id']}")

    async def let_go(one: Hold) -> None:
        async with app.world.db.transaction() as session:
            await service.release(session, one.holder, [one.subject_id])

    async def both() -> None:
        await asyncio.gather(*map(let_go, holds))

    app.run(both)
    assert photo_row(app, answer["image_id"]) is None


def test_an_erased_persons_photos_are_gone(app: Served) -> None:
    person = app.guest()
    answer = person.ask(leaf(), consent="store")
    row = prepared(app, answer["image_id"])
    ((exported,),) = app.rows(lambda session: _exported(session, person.id))
    assert (exported.id, exported.key) == (row.id, row.key)
    app.rows(lambda session: service.erase(session, person.id))
    assert app.rows(lambda session: _exported(session, person.id)) == []
    wait_until(lambda: not exists(app, row.key))


async def _exported(session: AsyncSession, person_id: UUID) -> list[list[PhotoData]]:
    return [page async for page in service.export(session, person_id)]
