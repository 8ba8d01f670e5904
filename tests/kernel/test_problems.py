from pathlib import Path

import pytest

from cultivar.kernel.errors import Conflict, NotFound
from cultivar.kernel.metrics import ERRORS
from cultivar.kernel.problems import Problem, responses
from tests.kernel.edge_app import Clash, build, client

MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", {}, b"", 404, "no_such_route"),
        ("DELETE", "/api/v1/open", {}, b"", 405, "method_not_allowed"),
        ("GET", "/api/v1/fails/conflict", {}, b"", 409, "clash"),
        ("GET", "/api/v1/fails/later", {}, b"", 503, "unavailable"),
        ("GET", "/api/v1/things/x", {}, b"", 422, "invalid"),
        ("POST", "/api/v1/json", JSON, b"{", 400, "malformed_body"),
        ("POST", "/api/v1/json", JSON, b"\xff", 400, "malformed_body"),
        ("POST", "/api/v1/json", JSON, b"{}", 422, "invalid"),
        ("POST", "/api/v1/predict", MULTIPART, b"--c\r\n", 400, "malformed_body"),
    ],
)
async def test_every_error_is_a_problem_document(
    tmp_path: Path, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.request(method, path, headers=headers, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert (problem.status, problem.code, problem.instance) == (status, code, path)
    assert problem.type == f"/help/errors/#{code}"
    assert problem.request_id == answer.headers["x-request-id"]


async def test_an_errors_own_members_and_headers_are_kept(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        conflict = await http.get("/api/v1/fails/conflict")
        later = await http.get("/api/v1/fails/later")
        wrong_method = await http.delete("/api/v1/open")
    assert (conflict.json()["detail"], conflict.json()["name"]) == ("This name is taken.", "x")
    assert later.headers["retry-after"] == "7"
    assert wrong_method.headers["allow"] == "GET"


async def test_a_misfit_names_the_field_and_never_what_was_sent(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.post("/api/v1/json", json={"name": 7, "password": {"mine": "hunter2"}})
    assert [error["loc"] for error in answer.json()["errors"]] == [["body", "name"], ["body", "password"]]
    assert all(set(error) == {"loc", "msg", "type"} for error in answer.json()["errors"])
    assert "hunter2" not in answer.text


async def test_errors_are_counted_by_code(tmp_path: Path) -> None:
    before = ERRORS.labels("clash")._value.get()
    async with client(build(tmp_path)) as http:
        await http.get("/api/v1/fails/conflict")
    assert ERRORS.labels("clash")._value.get() == before + 1


def test_errors_of_one_status_are_documented_together() -> None:
    found = responses(NotFound, Conflict, Clash)
    assert list(found) == [404, 409]
    assert list(found[409]["content"]["application/problem+json"]["examples"]) == ["conflict", "clash"]
