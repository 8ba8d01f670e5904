"""A bad request gets a clear 4xx and changes nothing, whatever it tries; it is never a 500."""

from contextlib import closing
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.support.app import Person, Served, problem
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg
from tests.system.unchanged import nothing_changes

LEAF = jpeg(picture(MAPLE, size=320))
MINE = "<the id of a prediction of one's own>"

WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"model": "roses"}, 404, "unknown_model"),
    ({"model": "'; DROP TABLE users; --"}, 404, "unknown_model"),
    ({"model": "../../packs/drawn"}, 404, "unknown_model"),
    ({"model": "drawn\x00"}, 422, "invalid"),
    ({"min_confidence": "sure"}, 422, "invalid"),
    ({"min_confidence": "nan"}, 422, "invalid"),
    ({"min_confidence": "1.5"}, 422, "invalid"),
    ({"top_k": "0"}, 422, "invalid"),
    ({"top_k": "3.5"}, 422, "invalid"),
    ({"consent": "maybe"}, 422, "invalid"),
    ({"latitude": "91"}, 422, "invalid"),
    ({"longitude": "inf"}, 422, "invalid"),
    ({"user_location": "x" * 256}, 422, "invalid"),
    ({"user_location": "a\x00b"}, 422, "invalid"),
    ({"colour": "green"}, 422, "invalid"),
]


@pytest.mark.parametrize(("fields", "status", "code"), WRONG, ids=[repr(fields) for fields, _, _ in WRONG])
def test_a_wrong_parameter_is_named_and_changes_nothing(
    app: Served, guest: Person, fields: dict[str, Any], status: int, code: str
) -> None:
    with nothing_changes(app):
        problem(guest.predict(LEAF, **{"consent": "store", **fields}), status, code)


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/leaf.jpg", "a\\..\\b.jpg", "'; DROP TABLE photos; --.jpg", "\u202egpj.exe", "x" * 5000],
)
def test_a_file_name_is_only_a_name(app: Served, guest: Person, name: str) -> None:
    answer = guest.http.post("/predict", files={"file": (name, LEAF, "image/jpeg")}, data={"consent": "store"})
    assert answer.status_code in {200, 400}
    assert all(len(one) < 200 and ".." not in one for one in stored_keys(app))


def stored_keys(app: Served) -> list[str]:
    async def listed() -> list[str]:
        return [one.key async for one in app.world.storage.list("")]

    return app.run(listed)


def test_six_photos_are_one_too_many(app: Served, guest: Person) -> None:
    with nothing_changes(app):
        problem(guest.predict(*[LEAF] * 6), 422, "invalid")


@pytest.mark.parametrize("kind", ["text/html", "application/json", "application/x-www-form-urlencoded"])
def test_another_kind_of_body_is_415(guest: Person, kind: str) -> None:
    problem(guest.http.post("/predict", content=LEAF, headers={"Content-Type": kind}), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--\r\n"]
)
def test_a_broken_form_is_a_4xx(guest: Person, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = guest.http.post("/predict", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


PATHS = ["1 OR 1=1", "'; DROP TABLE users; --", "..%2f..%2fetc%2fpasswd", "%00", "\u2603", "0" * 400]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "place", ["predictions/{}", "feedback/{}", "jobs/{}", "models/{}", "models/{}/labels", "predictions/{}/image"]
)
def test_a_trick_in_a_path_finds_nothing(guest: Person, place: str, path: str) -> None:
    answer = guest.http.get("/" + place.format(path))
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("q", ["' OR '1'='1", "%", "Ham_urg", "\\", "x' UNION SELECT * FROM users --"])
def test_a_trick_in_a_search_finds_only_what_holds_it(guest: Person, q: str) -> None:
    guest.ask(LEAF, consent="store", user_location="Hamburg")
    assert guest.get("/predictions", q=q)["items"] == []
    assert len(guest.get("/predictions", q="Hamb")["items"]) == 1


@pytest.mark.parametrize("key", ["../cultivar.db", "..%2fcultivar.db", "%2e%2e/secret.key", "photos/../../secret.key"])
def test_a_file_outside_the_storage_is_out_of_reach(app: Served, key: str) -> None:
    with app.anybody() as client:
        answer = client.get(f"{app.url}/files/{key}", params={"expires": 9_999_999_999, "signature": "0" * 64})
    assert answer.status_code in {403, 404, 422}


def test_what_is_somebody_elses_cannot_be_read_changed_or_removed(app: Served, guest: Person) -> None:
    mine = guest.ask(LEAF, consent="store")["prediction_id"]
    said = guest.feedback(mine, is_correct=True).json()["feedback_id"]
    with closing(app.guest().http) as stranger, nothing_changes(app):
        for answer in (
            stranger.get(f"/predictions/{mine}"),
            stranger.get(f"/predictions/{mine}/image"),
            stranger.delete(f"/predictions/{mine}"),
            stranger.get(f"/feedback/{said}"),
            stranger.patch(f"/feedback/{said}", json={"comment": "mine"}),
            stranger.delete(f"/feedback/{said}"),
            stranger.post("/feedback/submit", json={"prediction_id": mine, "is_correct": False}),
            stranger.post("/feedback/submit", json={"prediction_id": str(uuid4()), "is_correct": False}),
        ):
            assert answer.status_code == httpx.codes.NOT_FOUND, answer.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"prediction_id": "x", "is_correct": True}, "invalid"),
        ({"is_correct": True}, "invalid"),
        ({"prediction_id": MINE}, "nothing_said"),
        ({"prediction_id": MINE, "is_correct": "perhaps"}, "invalid"),
        ({"prediction_id": MINE, "is_correct": True, "confidence_rating": 6}, "invalid"),
        ({"prediction_id": MINE, "is_correct": True, "comment": "a\x00b"}, "invalid"),
        ([], "invalid"),
        ("text", "invalid"),
    ],
)
def test_wrong_feedback_is_422(app: Served, guest: Person, body: Any, code: str) -> None:
    mine = guest.ask(LEAF, consent="store")["prediction_id"]
    if isinstance(body, dict):
        body = {name: mine if value == MINE else value for name, value in body.items()}
    with nothing_changes(app):
        problem(guest.http.post("/feedback/submit", json=body), 422, code)


def test_an_unknown_class_is_422(app: Served, guest: Person) -> None:
    mine = guest.ask(LEAF, consent="store")["prediction_id"]
    with nothing_changes(app):
        answer = guest.feedback(mine, is_correct=False, correct_class_name="Rose___Blackspot")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
