import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from cultivar.kernel import telemetry
from cultivar.kernel.settings import Settings
from tests.kernel.edge_app import build, client
from tests.support.logs import plain_log

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """The lines that are logged from here on."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    file = tmp_path / "log" / "cultivar.log"
    for handler in before:
        root.removeHandler(handler)
    telemetry.configure(Settings(data_dir=tmp_path, log_file=file, log_format="json", _env_file=None))
    logging.getLogger("httpx").setLevel("WARNING")
    yield lambda: [json.loads(line) for line in file.read_text().splitlines()]
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    plain_log()


async def test_one_line_a_request_names_the_route_and_who_asked_but_no_values(tmp_path: Path, read: Read) -> None:
    async with client(build(tmp_path)) as http:
        await http.get("/api/v1/own?where=garden", headers={"Authorization": "Bearer cvk_user"})
        await http.get("/api/v1/things/not-an-id")
    own, misfit = read()
    assert (own["route"], own["status"]) == ("/api/v1/own", 200)
    assert own["actor_id"] == "01930000-0000-7000-8000-000000000001"
    assert (misfit["route"], misfit["status"]) == ("/api/v1/things/{thing_id}", 422)
    assert "actor_id" not in misfit
    assert not {"garden", "not-an-id", "cvk_user"} & set(json.dumps([own, misfit]).split('"'))


async def test_an_unforeseen_error_is_logged_under_its_request_without_the_secret_in_it(
    tmp_path: Path, read: Read
) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.get("/api/v1/fails/oddly")
    error, request = read()
    assert error["request_id"] == request["request_id"] == answer.json()["request_id"]
    assert error["error_type"] == "RuntimeError"
    assert "Traceback" in error["exception"]
    assert "cvk_abc" not in error["exception"]


def test_logs_of_libraries_come_out_the_same_way(read: Read) -> None:
    logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
    (line,) = read()
    assert (line["event"], line["level"], line["logger"]) == ("from uvicorn", "warning", "uvicorn.error")


def test_on_a_terminal_people_read_lines_and_still_no_secret(
    tmp_path: Path, read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure(Settings(data_dir=tmp_path, log_format="console", _env_file=None))
    password = "hunter2"
    try:
        raise RuntimeError(f"postgresql://leaves:{password}@db")
    except RuntimeError:
        structlog.get_logger("here").exception("it_failed", password=password)
    told = capsys.readouterr().err
    assert "it_failed" in told
    assert "RuntimeError" in told
    assert "hunter2" not in told


def test_the_file_is_rotated(tmp_path: Path, read: Read) -> None:
    for _ in range(12):
        logging.getLogger("loud").warning("x" * 1_000_000)
    assert (tmp_path / "log" / "cultivar.log.1").stat().st_size < 11_100_000
    assert len(read()) < 12


secret_names = st.sampled_from(["password", "access_token", "Authorization", "api_key", "cookie", "client_secret"])
values = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(secret_names, values)
def test_what_is_secret_by_name_is_hidden_at_any_depth(name: str, value: object) -> None:
    shown = telemetry.redact(None, "", {"event": "e", name: value, "inner": [{name: value}]})
    assert shown[name] == shown["inner"][0][name] == "[hidden]"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key cvk_abcDEF-123_x failed", "abcDEF"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("/files/a.jpg?expires=1&signature=0123abcd", "0123abcd"),
        ("postgresql://leaves:hunter2@db/leaves", "hunter2"),
    ],
)
def test_what_is_secret_by_its_look_is_hidden(text: str, secret: str) -> None:
    shown = telemetry.redact(None, "", {"event": text, "exception": f"Error: {text}"})
    assert secret not in shown["event"]
    assert secret not in shown["exception"]


@given(st.binary(min_size=1))
def test_bytes_are_never_shown(photo: bytes) -> None:
    assert telemetry.redact(None, "", {"event": "e", "photo": photo})["photo"] == f"[{len(photo)} bytes]"
