"""Uploads over HTTP: as a form, as a ZIP in a form, as a ZIP alone; and what is refused, with a reason and a code."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.registry.conftest import copy_pack, give_model, make_candidate
from tests.support.app import Person, Served, fine, problem, served

ZIP = {"Content-Type": "application/zip"}


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application with `drawn` and a network that costs nothing."""
    packs = tmp_path_factory.mktemp("packs")
    give_model(copy_pack("drawn", packs))
    limits = {"body_limit": 1024, "model_body_limit": 200_000}
    with served(tmp_path_factory.mktemp("data"), packs, **limits) as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """A model of its own for each test: the version is the test's folder."""
    folder = make_candidate(tmp_path / "candidate", version=f"v{abs(hash(tmp_path))}", seed=abs(hash(tmp_path)) % 1000)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def admin(app: Served) -> Iterator[Person]:
    person = app.admin()
    yield person
    person.http.close()


def as_form(files: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (name, data)) for name, data in files.items()]


def upload(admin: Person, files: Mapping[str, bytes]) -> httpx.Response:
    return admin.http.post("/models/drawn/versions", files=as_form(files))


def upload_zip(admin: Person, files: Mapping[str, bytes]) -> httpx.Response:
    return admin.http.post("/models/drawn/versions", content=zipped(files), headers=ZIP)


def versions(admin: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = admin.get("/models/drawn/versions", limit=100)["items"]
    return items


def test_a_form_with_the_files_adds_a_version(admin: Person, files: dict[str, bytes]) -> None:
    answer = upload(admin, files)
    assert answer.status_code == 201, answer.text
    told, name = answer.json(), json.loads(files["model.json"])["version"]
    assert (told["model"], told["version"], told["state"], told["active"]) == ("drawn", name, "ready", False)
    assert answer.headers["Location"] == "/api/v1/models/drawn/versions"
    assert told == next(one for one in versions(admin) if one["version"] == name)
    again = upload_zip(admin, files)
    assert (again.status_code, again.json()) == (200, told)


def test_a_zip_may_hold_them_in_a_folder_and_what_a_desktop_adds(admin: Person, files: dict[str, bytes]) -> None:
    packed = {f"export/{name}": data for name, data in files.items()}
    packed |= {"__MACOSX/export/._model.json": b"noise", "export/.DS_Store": b"noise"}
    answer = admin.http.post("/models/drawn/versions", files={"file": ("export.zip", zipped(packed))})
    assert answer.status_code == 201, answer.text


def test_other_files_under_a_version_are_409(admin: Person, files: dict[str, bytes]) -> None:
    fine(upload(admin, files))
    changed = json.loads(files["model.json"]) | {"licence": {"weights": "CC0"}}
    problem(upload(admin, files | {"model.json": json.dumps(changed).encode()}), 409, "version_taken")


def test_another_packs_model_is_409(app: Served, admin: Person, files: dict[str, bytes]) -> None:
    changed = json.loads(files["model.json"]) | {"pack": "cats-dogs"}
    told = problem(upload(admin, files | {"model.json": json.dumps(changed).encode()}), 409, "model_misfit")
    assert "cats-dogs" in told["detail"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"model.onnx": None}, "model.onnx"),
        ({"model.json": None}, "model.json"),
        ({"model.json": b"{}"}, "model.json: pack"),
        ({"model.onnx": b"not a graph"}, "SHA-256"),
        ({"weights.bin": b"?"}, "'weights.bin' is not taken here"),
        ({"best.pt": b"?"}, "'best.pt' is not taken here"),
    ],
)
@pytest.mark.parametrize("send", [upload, upload_zip])
def test_what_is_no_sound_model_is_400_with_the_reason(
    admin: Person, files: dict[str, bytes], changes: dict[str, bytes | None], word: str, send: Any
) -> None:
    before = versions(admin)
    sent = {name: data for name, data in (files | changes).items() if data is not None}
    told = problem(send(admin, sent), 400, "model_refused")
    assert word in told["detail"]
    assert "/tmp" not in told["detail"]
    assert versions(admin) == before


def test_a_file_that_is_sent_twice_is_refused(admin: Person, files: dict[str, bytes]) -> None:
    answer = upload(admin, files | {"other/model.json": files["model.json"]})
    assert "twice" in problem(answer, 400, "model_refused")["detail"]


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_a_zip_that_is_none_is_400(admin: Person, content: bytes) -> None:
    problem(admin.http.post("/models/drawn/versions", content=content, headers=ZIP), 400, "model_refused")


def test_a_zip_of_very_many_files_is_400(admin: Person) -> None:
    answer = upload_zip(admin, {f"{number}.onnx": b"" for number in range(9)})
    assert "at most 8 files" in problem(answer, 400, "model_refused")["detail"]


def test_text_that_is_far_too_long_is_413(admin: Person, files: dict[str, bytes]) -> None:
    """A megabyte of zeros packs into a kilobyte; what counts is what comes out."""
    problem(upload_zip(admin, files | {"CARD.md": bytes(2**20 + 1)}), 413, "too_large")


def test_more_bytes_than_a_model_may_have_are_413_sent_or_unpacked(admin: Person, files: dict[str, bytes]) -> None:
    """Other routes take 1,024 bytes here, a model 200,000: the uploads above are over the one and under the other."""
    assert 1024 < len(zipped(files)) < 200_000
    packed = zipped(files | {"model.onnx": bytes(200_001)})
    assert len(packed) < 200_000
    problem(admin.http.post("/models/drawn/versions", content=packed, headers=ZIP), 413, "too_large")
    problem(upload(admin, files | {"model.onnx": bytes(300_000)}), 413, "too_large")


@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", ""])
def test_anything_else_is_415(admin: Person, kind: str) -> None:
    answer = admin.http.post("/models/drawn/versions", content=b"{}", headers={"Content-Type": kind})
    problem(answer, 415, "not_a_model")


def test_it_takes_an_administrator(app: Served, files: dict[str, bytes]) -> None:
    expert = app.expert()
    problem(upload(expert, files), 403, "role_missing")
    problem(expert.http.post("/models/drawn/versions/1.0.0/activate"), 403, "role_missing")
    problem(expert.http.post("/models/drawn/rollback"), 403, "role_missing")
    assert expert.get("/models/drawn/versions")["items"]
    with app.anybody() as nobody:
        problem(nobody.post("/models/drawn/versions", files=as_form(files)), 401, "not_signed_in")


def test_an_unknown_pack_or_version_is_404(admin: Person, files: dict[str, bytes]) -> None:
    problem(admin.http.post("/models/oak/versions", files=as_form(files)), 404, "unknown_model")
    problem(admin.http.get("/models/oak/versions"), 404, "unknown_model")
    problem(admin.http.post("/models/oak/rollback"), 404, "unknown_model")
    problem(admin.http.post("/models/drawn/versions/9.9.9/activate"), 404, "unknown_version")
