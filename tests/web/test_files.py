from urllib.parse import urlsplit

import httpx
import pytest

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


def test_a_link_ends(app: Served, link: str) -> None:
    problem(httpx.get(app.url + app.world.storage.sign("tests/leaf.jpg", seconds=-1)), 404, "object_missing")


def test_a_link_without_its_signature_does_not_fit(app: Served, link: str) -> None:
    problem(httpx.get(app.url + link.split("?", maxsplit=1)[0]), 422, "invalid")


def test_a_link_to_what_has_been_deleted_opens_nothing(app: Served) -> None:
    problem(httpx.get(app.url + app.world.storage.sign("tests/never.jpg")), 404, "object_missing")
