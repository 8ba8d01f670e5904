"""The program on each kind of database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import new_database
from tests.support.app import Person, Served
from tests.system.program import Program, settings_of

SECRET = "the system tests' own secret, long enough"


@pytest.fixture
def guest(app: Served) -> Iterator[Person]:
    """Somebody without an e-mail, who costs no password to make."""
    person = app.guest()
    yield person
    person.http.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def program(request: pytest.FixtureRequest, drawn: Path, tmp_path: Path) -> Iterator[Program]:
    """Not yet started; its data are its own."""
    more = {}
    if request.param == "postgresql":
        more = {"database_url": asyncio.run(new_database(request.getfixturevalue("postgres"))), "secret_key": SECRET}
    made = Program(tmp_path, settings_of(tmp_path / "data", drawn.parent, **more))
    if more:
        assert made.run("db", "upgrade").returncode == 0
    yield made
    made.discard()
