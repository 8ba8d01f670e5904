"""Bad input gets a clear error and changes nothing."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.photos.tables import Photo
from cultivar.predictions.tables import Prediction
from tests.support.app import Person, Served, problem, served
from tests.support.leaves import leaf


def _file(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _bomb() -> bytes:
    """A PNG that says it has 50,000 x 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    made = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


_STILL = Image.new("RGB", (300, 300), "green")
UNREADABLE = {
    "text": b"this is no photo",
    "truncated": leaf()[: len(leaf()) // 2],
    "bomb": _bomb(),
    "animation": _file(_STILL, "GIF", save_all=True, append_images=[Image.new("RGB", (300, 300), "red")]),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>',
}


def _counts(app: Served) -> list[int]:
    """Everything that is kept, with or without a name."""

    async def count(session: AsyncSession) -> list[int]:
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in (Prediction, Photo)]

    return app.rows(count)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_photo_is_refused_and_leaves_nothing(app: Served, user: Person, name: str) -> None:
    before = _counts(app)
    problem(user.predict(UNREADABLE[name], consent="store"), 400, "unreadable_image")
    found = problem(user.predict(leaf(), UNREADABLE[name], consent="store"), 400, "unreadable_image")
    assert found["file_index"] == 1
    assert _counts(app) == before
    assert user.get("/predictions")["total"] == 0


def test_an_empty_file_is_told_apart(user: Person) -> None:
    problem(user.predict(b""), 400, "empty_file")
    assert problem(user.predict(leaf(), b""), 400, "empty_file")["file_index"] == 1
    problem(user.http.post("/predict", content=b"", headers={"Content-Type": "image/png"}), 400, "empty_file")


@pytest.mark.parametrize(
    "fields",
    [
        {"colour": "green"},
        {"min_confidence": "high"},
        {"min_confidence": "2"},
        {"top_k": "-1"},
        {"consent": "maybe"},
        {"latitude": "1"},
        {"latitude": "95", "longitude": "3"},
        {"user_location": "x" * 300},
        {"user_location": "a\x00b"},
        {"file": "not a file"},
        {"model": ""},
    ],
)
def test_a_parameter_that_does_not_fit_is_named(user: Person, fields: dict[str, str]) -> None:
    found = problem(user.predict(leaf(), **fields), 422, "invalid")
    assert found["errors"][0]["loc"][-1] in fields
    raw = user.http.post("/predict", content=leaf(), params=fields, headers={"Content-Type": "image/jpeg"})
    assert problem(raw, 422, "invalid")["errors"][0]["loc"] == ["query", found["errors"][0]["loc"][-1]]


def test_a_parameter_is_given_once(user: Person) -> None:
    twice = user.http.post("/predict?top_k=3&top_k=4", content=leaf(), headers={"Content-Type": "image/jpeg"})
    assert problem(twice, 422, "invalid")["errors"][0]["type"] == "duplicate"
    both = user.http.post(
        "/predict", params={"top_k": "3"}, data={"top_k": "3"}, files=[("file", ("a.jpg", leaf(), "image/jpeg"))]
    )
    assert problem(both, 422, "invalid")["errors"][0]["type"] == "duplicate"


def test_a_form_has_one_to_five_photos(user: Person) -> None:
    problem(user.predict(*[leaf()] * 6), 422, "invalid")
    none = user.http.post("/predict", data={"top_k": "3"}, files=[("picture", ("a.jpg", leaf(), "image/jpeg"))])
    assert problem(none, 422, "invalid")["errors"][0]["loc"] == ["body", "picture"]
    problem(user.http.post("/predict", files={"top_k": (None, "3")}), 422, "invalid")


@pytest.mark.parametrize(
    "name", ["oak-health", "../../etc/passwd", "drawn'; DROP TABLE users;--", "Drawn", "drawn\n"[:5] + "x"]
)
def test_a_model_that_is_not_there_is_not_found(user: Person, name: str) -> None:
    problem(user.predict(leaf(), model=name), 404, "unknown_model")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream", ""])
def test_a_body_that_is_no_photo_is_not_taken(user: Person, kind: str) -> None:
    problem(user.http.post("/predict", content=leaf(), headers={"Content-Type": kind}), 415, "unsupported_media_type")


def test_a_form_that_breaks_off_is_malformed(user: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nnonsense'
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data"):
        response = user.http.post("/predict", content=body, headers={"Content-Type": kind})
        assert response.status_code in {400, 422}
        assert response.json()["code"] in {"malformed_body", "invalid"}


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(user: Person) -> None:
    size = 60 * 1024 * 1024
    told = user.http.post("/predict", content=b"\0" * size, headers={"Content-Type": "image/jpeg"})
    problem(told, 413, "too_large")


def test_who_is_nobody_may_not_ask(app: Served) -> None:
    with app.anybody() as client:
        problem(client.post("/predict", content=leaf(), headers={"Content-Type": "image/jpeg"}), 401, "not_signed_in")


@pytest.mark.parametrize(
    "photo",
    [
        _file(Image.new("CMYK", (400, 400)), "JPEG"),
        _file(Image.new("I;16", (400, 400), 30_000), "PNG"),
        _file(Image.new("RGB", (1, 1)), "PNG"),
        leaf()[:2] + b"\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff" + leaf()[2:],
    ],
    ids=["cmyk", "16-bit", "1x1", "broken exif"],
)
def test_odd_photos_are_answered_or_refused(user: Person, photo: bytes) -> None:
    response = user.predict(photo, consent="store")
    assert response.status_code in {200, 400}, response.text
    if response.status_code == 200:
        assert user.get("/predictions")["total"] == 1


@pytest.mark.parametrize("way", ["body", "form", "several"])
def test_a_photo_over_the_limit_is_too_large_and_one_at_it_is_not(drawn: Path, tmp_path: Path, way: str) -> None:
    photo = leaf()
    limit = 2 * len(photo) if way == "several" else len(photo)
    with served(tmp_path, drawn.parent, predict_body_limit=limit) as app:
        person = app.guest()

        def send(extra: bytes) -> httpx.Response:
            if way == "body":
                return person.http.post("/predict", content=photo + extra, headers={"Content-Type": "image/jpeg"})
            return person.predict(photo + extra, *([photo] if way == "several" else []))

        assert send(b"").status_code == 200
        problem(send(b"\0"), 413, "too_large")
        person.http.close()


def test_a_limit_above_the_usual_one_counts(drawn: Path, tmp_path: Path) -> None:
    photo = leaf() + bytes(51 * 2**20)
    with served(tmp_path, drawn.parent, predict_body_limit=60 * 2**20) as app:
        person = app.guest()
        answer = person.http.post("/predict", content=photo, headers={"Content-Type": "image/jpeg"})
        person.http.close()
    assert answer.status_code == 200, answer.text
