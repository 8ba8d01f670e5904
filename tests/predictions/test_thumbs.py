"""The pictures of a list: by links that its own answer carries, in a folder and in a bucket."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import update

from cultivar.kernel.clock import now
from cultivar.photos import service as photos
from cultivar.photos.tables import Photo
from cultivar.predictions.service import history
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem, served, wait_until
from tests.support.leaves import leaf
from tests.support.photofile import jpeg
from tests.support.servers import s3_settings

LARGE = jpeg(drawing.picture(drawing.MAPLE_SICK, seed=4, size=(900, 600)))


def thumb_of(person: Person, prediction_id: str) -> str:
    """The link in the list, once the small picture is made."""

    def link() -> str:
        (listed,) = (one for one in person.get("/predictions")["items"] if one["prediction_id"] == prediction_id)
        return str(listed["thumb_url"])

    wait_until(lambda: ".thumb.jpg" in link())
    return link()


def opened(app: Served, link: str) -> httpx.Response:
    """What somebody without any header finds there."""
    return httpx.get(httpx.URL(app.url).join(link))


def test_the_list_and_the_answer_link_to_a_small_picture(app: Served, user: Person) -> None:
    answer = user.ask(LARGE, consent="store")
    link = thumb_of(user, answer["prediction_id"])
    shown = opened(app, link)
    assert shown.headers["cache-control"].startswith("private")
    assert Image.open(io.BytesIO(shown.content)).size == (512, 341)
    one = user.get(f"/predictions/{answer['prediction_id']}")
    assert one["thumb_url"].partition("?")[0] == link.partition("?")[0]


def test_what_has_no_photo_any_more_has_no_link(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    app.rows(lambda session: photos.release(session, history.HOLDER, [UUID(answer["prediction_id"])]))
    (listed,) = user.get("/predictions")["items"]
    assert (listed["image_id"], listed["thumb_url"]) == (None, None)


def test_the_link_to_what_is_deleted_opens_nothing(app: Served, user: Person) -> None:
    answer = user.ask(LARGE, consent="store")
    link = thumb_of(user, answer["prediction_id"])
    assert opened(app, link).is_success
    user.http.delete(f"/predictions/{answer['prediction_id']}").raise_for_status()
    wait_until(lambda: not opened(app, link).is_success)
    problem(opened(app, link), 404, "object_missing")


def test_nobody_is_given_a_link_to_what_is_somebody_elses(app: Served, user: Person) -> None:
    answer, other = user.ask(LARGE, consent="store"), app.guest()
    link = thumb_of(user, answer["prediction_id"])
    theirs = other.ask(leaf(), consent="store")
    mixed = link.replace(answer["image_id"], theirs["image_id"])
    assert mixed != link
    problem(opened(app, mixed), 404, "object_missing")
    assert [one["prediction_id"] for one in other.get("/predictions")["items"]] == [theirs["prediction_id"]]


def test_files_to_keep_hold_no_links(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="store")

    async def exported() -> list[Any]:
        async with app.world.db.reading() as session:
            return [one async for page in history.export(session, user.id) for one in page]

    (kept,) = app.run(exported)
    assert str(kept.prediction_id) == answer["prediction_id"]
    assert "thumb_url" not in json.loads(kept.model_dump_json())


def test_pictures_count_against_no_limit(drawn: Path, tmp_path: Path) -> None:
    with served(tmp_path, drawn.parent, rate_limit="8/minute") as app:
        person = app.guest()
        person.ask(leaf(), consent="store")
        page = person.http.get("/predictions")
        link = fine(page)["items"][0]["thumb_url"]
        assert all(opened(app, link).is_success for _ in range(30))
        left = person.http.get("/predictions").headers["ratelimit"]
        assert int(left.split("r=")[1].split(";")[0]) == int(page.headers["ratelimit"].split("r=")[1].split(";")[0]) - 1


@pytest.fixture
def on_s3(drawn: Path, s3: str, tmp_path: Path) -> Iterator[Served]:
    """The application at work with its photos in a bucket."""
    settings = s3_settings(s3, tmp_path)
    names = ("storage_url", "s3_endpoint", "s3_access_key", "s3_secret_key")
    with served(tmp_path, drawn.parent, **{name: getattr(settings, name) for name in names}) as app:
        yield app


@pytest.mark.slow
def test_a_buckets_pictures_are_linked_to_where_they_lie_and_gone_when_deleted(on_s3: Served) -> None:
    person = on_s3.guest()
    answer = person.ask(LARGE, consent="store")
    link = thumb_of(person, answer["prediction_id"])
    assert link.startswith(f"{on_s3.settings.s3_endpoint}/")
    shown = opened(on_s3, link)
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/jpeg", "private, max-age=300")
    assert Image.open(io.BytesIO(shown.content)).size == (512, 341)
    assert opened(on_s3, link.partition("?")[0]).status_code == httpx.codes.FORBIDDEN
    person.http.delete(f"/predictions/{answer['prediction_id']}").raise_for_status()
    wait_until(lambda: opened(on_s3, link).status_code == httpx.codes.NOT_FOUND)


def test_until_it_is_made_the_photo_itself_stands_in(app: Served, user: Person) -> None:
    answer = user.ask(LARGE, consent="store")
    thumb_of(user, answer["prediction_id"])
    mine = update(Photo).where(Photo.id == UUID(answer["image_id"]), Photo.created_at <= now())
    app.rows(lambda session: session.execute(mine.values(thumb_key=None)))
    (listed,) = user.get("/predictions")["items"]
    assert opened(app, listed["thumb_url"]).content == LARGE
