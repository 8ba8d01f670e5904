"""`cultivar serve`, as a terminal and an init system meet it."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import new_database
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg
from tests.system.program import Program, settings_of, wait_until

from cultivar.cli.exits import Exit

pytestmark = pytest.mark.slow


@pytest.fixture
def program(drawn: Path, tmp_path: Path) -> Iterator[Program]:
    """Not yet started; on SQLite, with data of its own."""
    made = Program(tmp_path, settings_of(tmp_path / "data", drawn.parent, log_level="info"))
    yield made
    made.discard()


def test_it_says_where_it_is_and_the_first_admins_password_once(program: Program) -> None:
    program.start()
    wait_until(lambda: f"Cultivar is ready: {program.url}/docs" in program.log.read_text())
    told = re.findall(r"One-time password: (\S+)", program.log.read_text())
    assert len(told) == 1
    form = {"username": "admin@localhost", "password": told[0]}
    token = httpx.post(f"{program.url}/api/v1/auth/token", data=form).raise_for_status().json()["access_token"]
    me = httpx.get(f"{program.url}/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["role"], me["must_change_password"]) == ("admin", True)
    assert "Change it now: cultivar user password --email admin@localhost" in program.log.read_text()
    assert program.stop() == Exit.DONE
    program.start()
    assert program.stop() == Exit.DONE
    assert program.log.read_text().count("One-time password") == 1


def test_a_request_that_runs_when_it_is_asked_to_end_gets_its_answer(program: Program) -> None:
    program.start()
    photo = jpeg(picture(MAPLE))
    guest = program.guest()
    authorization = guest.headers["Authorization"]
    guest.close()
    head = (
        f"POST /api/v1/predict?consent=store HTTP/1.1\r\nHost: t\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {len(photo)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", httpx.URL(program.url).port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        os.kill(program.pid, signal.SIGTERM)
        wait_until(lambda: "Shutting down" in program.log.read_text())
        connection.sendall(photo)
        with connection.makefile("rb") as reader:
            answer = reader.read()
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b'"success":true' in answer
    assert program.stop() == Exit.DONE


def test_a_port_that_is_taken_is_one_line(program: Program) -> None:
    port = httpx.URL(program.url).port
    with socket.create_server(("127.0.0.1", port)):
        ended = program.run("serve", timeout=60)
    assert ended.returncode == Exit.INPUT
    assert ended.stderr.splitlines() == [f"cultivar: 127.0.0.1:{port}: Address already in use"]
    assert not (program.folder / "data" / "cultivar.db").exists()


def test_flags_stand_above_the_environment(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        flags = ["--port", str(port), "--data-dir", str(program.folder / "other")]
        ended = program.run("serve", *flags, timeout=60)
    assert f":{port}: Address already in use" in ended.stderr
    assert not (program.folder / "other").exists()
    program.environment["CULTIVAR_PACKS_DIR"] = str(program.folder / "nowhere")
    assert program.run("serve", *flags, timeout=60).returncode == Exit.BROKEN
    assert (program.folder / "other" / "secret.key").exists()


def test_tables_that_are_behind_are_one_line(program: Program, postgres: str) -> None:
    program.environment |= {
        "CULTIVAR_DATABASE_URL": asyncio.run(new_database(postgres)),
        "CULTIVAR_SECRET_KEY": "k" * 40,
    }
    ended = program.run("serve", timeout=60)
    assert ended.returncode == Exit.CONFLICT
    assert len(ended.stderr.splitlines()) == 1
    assert "cultivar db upgrade" in ended.stderr
    assert "schema_behind" in ended.stderr


def test_without_any_model_it_does_not_say_that_it_is_ready(program: Program) -> None:
    program.environment["CULTIVAR_PACKS_DIR"] = str(program.folder / "nowhere")
    ended = program.run("serve", timeout=60)
    assert ended.returncode == Exit.BROKEN
    assert "is ready" not in ended.stdout
    assert "Traceback" not in ended.stderr
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("cultivar: No model can be opened: ")
    assert "nowhere" in last
