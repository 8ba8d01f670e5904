from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from cultivar.web.files import File
from tests.support.app import Served, problem

PHOTO = b"\xff\xd8 not really a photo, kept as if it were one"


@pytest.fixture(scope="module")
def link(app: Served) -> str:
    """A link to a stored object, good for an hour."""
    app.run(lambda: app.world.storage.put("tests/leaf.jpg", PHOTO, "image/jpeg"))
    return app.world.storage.sign("tests/leaf.jpg")


def test_a_signed_link_needs_no_header(app: Served, link: str) -> None:
    answer = httpx.get(app.url + link)
    assert answer.content == PHOTO
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("private")


def test_a_part_of_a_file_can_be_asked_for(app: Served, link: str) -> None:
    answer = httpx.get(app.url + link, headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (206, PHOTO[:2])


@pytest.mark.parametrize(
    "asked", ["bytes", "bytes=", "bytes=x-y", "bytes=5-2", "leaves=0-1", "0-1", "bytes=" + "9" * 5000]
)
def test_a_range_that_is_none_is_a_problem(app: Served, link: str, asked: str) -> None:
    problem(httpx.get(app.url + link, headers={"Range": asked}), 400, "malformed_range")


@pytest.mark.parametrize("asked", [f"bytes={len(PHOTO)}-", "bytes=9000-9001", "bytes=-0"])
def test_a_range_beyond_the_end_is_a_problem_that_tells_the_length(app: Served, link: str, asked: str) -> None:
    answer = httpx.get(app.url + link, headers={"Range": asked})
    problem(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(PHOTO)}"
    assert "cache-control" not in answer.headers  # a refusal is not kept for an hour


def test_several_parts_and_a_range_of_another_version_are_answered(app: Served, link: str) -> None:
    parts = httpx.get(app.url + link, headers={"Range": "bytes=0-1,5-6"})
    assert (parts.status_code, parts.headers["content-type"].split(";")[0]) == (206, "multipart/byteranges")
    other = httpx.get(app.url + link, headers={"Range": "bytes=5-2", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, PHOTO)


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: link.replace("leaf.jpg", "other.jpg"),
        lambda link: link.replace("expires=1", "expires=2"),
        lambda link: link.replace("/files/tests/", "/files/tests/%2e%2e/tests/"),
        lambda link: link.replace("/files/tests/leaf.jpg", "/files/..%2f..%2fsecret.key"),
        lambda link: link.replace("/files/tests/leaf.jpg", "/files//etc/passwd"),
        lambda link: link.replace("signature=", "signature=%C3%A9"),
    ],
)
def test_a_changed_link_opens_nothing(app: Served, link: str, change) -> None:  # type: ignore[no-untyped-def]
    parts = urlsplit(change(link))
    url = httpx.URL(app.url, raw_path=f"{parts.path}?{parts.query}".encode())
    problem(httpx.get(url), 404, "object_missing")


def test_a_browser_keeps_a_file_no_longer_than_its_link_lasts(app: Served, link: str) -> None:
    def kept_s(seconds: int) -> int:
        answer = httpx.get(app.url + app.world.storage.sign("tests/leaf.jpg", seconds=seconds))
        return int(answer.headers["cache-control"].split("max-age=")[1].split(",")[0])

    assert 0 < kept_s(60) <= 60
    assert kept_s(86_400) == 3600


def test_a_link_ends(app: Served, link: str) -> None:
    problem(httpx.get(app.url + app.world.storage.sign("tests/leaf.jpg", seconds=-1)), 404, "object_missing")


def test_a_link_without_its_signature_does_not_fit(app: Served, link: str) -> None:
    problem(httpx.get(app.url + link.split("?", maxsplit=1)[0]), 422, "invalid")


def test_a_link_to_what_has_been_deleted_opens_nothing(app: Served) -> None:
    problem(httpx.get(app.url + app.world.storage.sign("tests/never.jpg")), 404, "object_missing")


async def test_a_file_that_goes_after_it_was_found_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "leaf.jpg"
    path.write_bytes(PHOTO)
    file = File(path, stat_result=path.stat())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(file), base_url="http://test") as client:
        assert (await client.get("/")).content == PHOTO
        path.unlink()
        for asked in ({}, {"Range": "bytes=0-1"}):
            problem(await client.get("/", headers=asked), 404, "object_missing")
