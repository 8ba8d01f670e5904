"""People and keys from the command line."""

import asyncio
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from cultivar.accounts import service
from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.actor import Actor
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings

from .conftest import EMAIL, PASSWORD


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
        async with db.reading() as session:
            actor = await service.authenticate(session, key)
        await db.close()
        return actor

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
