"""People and keys from the command line."""

import asyncio
import getpass
import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.support.processes import free_ports

from cultivar.accounts import service, signin
from cultivar.accounts.errors import SessionEnded, WrongCredentials
from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.actor import Actor
from cultivar.kernel.database import Database
from cultivar.kernel.limits import Throttle
from cultivar.kernel.settings import Settings
from cultivar.kernel.tokens import use_secret

from .conftest import EMAIL, PASSWORD


class Terminal(io.StringIO):
    """Standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of its own; the program's logging ends with the test."""
    monkeypatch.setenv("CULTIVAR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CULTIVAR_LOG_LEVEL", "warning")
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    root.handlers[:] = []
    yield tmp_path
    structlog.configure(**config)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.fixture
def create_ada(monkeypatch: pytest.MonkeyPatch) -> Any:
    def create(password: str = PASSWORD, role: str = "admin") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return main.run(["user", "create", "--email", "Ada@Example.org", "--password-stdin", "--role", role])

    return create


def identify(folder: Path, key: str) -> Actor:
    async def ask() -> Actor:
        db = Database(Settings(data_dir=folder).database_url)
        try:
            async with db.reading() as session:
                return await service.authenticate(session, key)
        finally:
            await db.close()

    return asyncio.run(ask())


def test_an_account_and_its_key_are_made_before_the_first_start(
    create_ada: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create_ada() == Exit.DONE
    user_id = capsys.readouterr().out.strip()
    options = [
        "--email",
        EMAIL,
        "--name",
        "greenhouse",
        "--scope",
        "predict",
        "--scope",
        "datasets:read",
        "--days",
        "2",
    ]
    assert main.run(["key", "create", *options]) == Exit.DONE
    actor = identify(folder, capsys.readouterr().out.strip())
    assert (str(actor.user_id), actor.role, actor.scopes) == (user_id, "admin", {"predict", "datasets:read"})


def set_password(monkeypatch: pytest.MonkeyPatch, password: str, email: str = "Ada@Example.org") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return main.run(["user", "password", "--email", email, "--password-stdin"])


def sign_in(folder: Path, password: str) -> str:
    """An access token; raises for a wrong password."""

    async def ask() -> str:
        settings = Settings(data_dir=folder, login_rate_limit="off")
        use_secret(settings.secret)
        db = Database(settings.database_url)
        try:
            async with db.transaction() as session:
                visitor, throttle = signin.Visitor(), Throttle(None, "127.0.0.1")
                return (await signin.sign_in(session, EMAIL, password, visitor, throttle)).access
        finally:
            await db.close()

    return asyncio.run(ask())


def test_another_password_ends_all_sessions(
    create_ada: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_ada()
    user_id, token = capsys.readouterr().out, sign_in(folder, PASSWORD)
    assert str(identify(folder, token).user_id) == user_id.strip()
    assert set_password(monkeypatch, "Quince-and-medlar") == Exit.DONE
    assert capsys.readouterr().out == user_id
    with pytest.raises(SessionEnded):
        identify(folder, token)
    with pytest.raises(WrongCredentials):
        sign_in(folder, PASSWORD)
    assert sign_in(folder, "Quince-and-medlar")


@pytest.mark.parametrize(
    ("password", "email", "code", "named"),
    [
        ("Quince-and-medlar", "eve@example.org", Exit.MISSING, "unknown_account"),
        ("Quince-and-medlar", "nobody", Exit.INPUT, "invalid_email"),
        ("short", EMAIL, Exit.INPUT, "weak_password"),
        ("", EMAIL, Exit.INPUT, "weak_password"),
    ],
)
def test_a_password_that_cannot_be_set_is_one_line_and_changes_nothing(
    create_ada: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    password: str,
    email: str,
    code: Exit,
    named: str,
) -> None:
    create_ada()
    token = sign_in(folder, PASSWORD)
    capsys.readouterr()
    assert set_password(monkeypatch, password, email) == code
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f"({named})" in said.err
    assert identify(folder, token)


@pytest.mark.parametrize("command", [["create"], ["password"]])
def test_without_the_option_the_password_is_asked_for_twice_and_never_shown(
    command: list[str],
    create_ada: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    if command == ["password"]:
        create_ada("Leaf-rust-in-July")
        capsys.readouterr()
    asked: list[str] = []

    def type_it(prompt: str = "", *_: object) -> str:
        asked.append(prompt)
        return PASSWORD

    monkeypatch.setattr(getpass, "getpass", type_it)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main.run(["user", *command, "--email", EMAIL]) == Exit.DONE
    assert len(asked) == 2
    assert PASSWORD not in capsys.readouterr().out
    assert sign_in(folder, PASSWORD)


def test_what_cannot_be_made_is_one_line_and_an_exit_code(create_ada: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert create_ada(password="password") == Exit.INPUT
    assert create_ada(role="guest") == Exit.USAGE
    assert create_ada() == Exit.DONE
    capsys.readouterr()
    assert create_ada() == Exit.CONFLICT
    assert capsys.readouterr().err == "cultivar: There is already an account with this e-mail (email_taken)\n"


@pytest.mark.parametrize(
    ("email", "name", "scope", "code"),
    [
        ("eve@example.org", "greenhouse", "predict", Exit.MISSING),
        ("nobody", "greenhouse", "predict", Exit.INPUT),
        (EMAIL, "", "predict", Exit.INPUT),
        (EMAIL, "greenhouse", "account", Exit.DENIED),
        (EMAIL, "greenhouse", "datasets:read", Exit.DENIED),
    ],
)
def test_a_key_that_cannot_be_made_is_one_line_and_an_exit_code(
    create_ada: Any, capsys: pytest.CaptureFixture[str], email: str, name: str, scope: str, code: Exit
) -> None:
    assert create_ada(role="user") == Exit.DONE
    capsys.readouterr()
    assert main.run(["key", "create", "--email", email, "--name", name, "--scope", scope]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["user", "create"], "--email"),
        (["user", "create", "--email", EMAIL, "--role", "guest"], "--role"),
        (["user", "password"], "--email"),
        (["key", "create", "--email", EMAIL, "--name", "greenhouse"], "--scope"),
        (["key", "create", "--email", EMAIL, "--name", "greenhouse", "--scope", "predict", "--days", "0"], "--days"),
    ],
)
def test_a_wrong_command_line_names_the_option_and_makes_nothing(
    arguments: list[str], named: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == Exit.USAGE
    assert named in capsys.readouterr().err
    assert not (folder / "cultivar.db").exists()


def test_a_database_that_does_not_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CULTIVAR_DATABASE_URL", f"postgresql://u:hidden@127.0.0.1:{free_ports(1)[0]}/none")
    assert set_password(monkeypatch, PASSWORD) == Exit.UNAVAILABLE
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "hidden" not in said


def test_the_result_is_all_that_is_printed(tmp_path: Path) -> None:
    ours = {"CULTIVAR_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    cultivar = [sys.executable, "-c", "from cultivar.cli.main import main; main()"]

    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*cultivar, *arguments], input=given, capture_output=True, text=True, check=False, env=ours, cwd=tmp_path
        )

    made = run("user", "create", "--email", EMAIL, "--password-stdin", given="quince and medlar")
    key = run("key", "create", "--email", EMAIL, "--name", "greenhouse", "--scope", "predict")
    wrong = run("key", "create", "--email", EMAIL, "--name", "greenhouse", "--scope", "everything")
    unasked = run("user", "create", "--email", "bo@example.org")
    assert (made.returncode, made.stderr, len(made.stdout.splitlines())) == (Exit.DONE, "", 1)
    assert (key.returncode, key.stderr, key.stdout[:4]) == (Exit.DONE, "", "cvk_")
    assert (wrong.returncode, wrong.stdout) == (Exit.INPUT, "")
    assert "unknown_scope" in wrong.stderr
    assert unasked.returncode == Exit.USAGE
    assert "--password-stdin" in unasked.stderr
    assert "Warning" not in unasked.stderr
