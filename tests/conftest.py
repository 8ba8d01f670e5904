"""What all tests may use: real servers, the application on both databases, people, the pack `drawn` with its model."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import settings as trials

from cultivar.kernel import migrate
from tests.support.app import Person, Served, served
from tests.support.detector import drawn_fruit
from tests.support.logs import plain_log
from tests.support.model import drawn_pack

pytest_plugins = tuple(f"tests.support.{name}" for name in ("collector", "redis", "servers", "stuck", "worlds"))

trials.register_profile("tests", deadline=None)  # a busy machine is no fault
trials.load_profile("tests")
plain_log()

T = TypeVar("T")
LONGEST_ID = 80  # characters
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes and long texts name no test: all workers must find the same names, and a colour profile has a date."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_ID) else None


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pack `drawn`, with its trained model."""
    return drawn_pack(tmp_path_factory.mktemp("packs"))


@pytest.fixture(scope="session", params=DATABASES)
def app(request: pytest.FixtureRequest, drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application at work, once on SQLite and once on PostgreSQL; tests share it and bring their own people."""
    data_dir, more = tmp_path_factory.mktemp("data"), {}
    if request.param == "postgresql":
        more["database_url"] = url = apart(new_database(request.getfixturevalue("postgres")))
        apart(migrate.upgrade(url))
    with served(data_dir, drawn.parent, **more) as running:
        yield running


@pytest.fixture(scope="session")
def fruit_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application at work with the pack `drawn-fruit` alone, whose network finds drawn bananas."""
    packs = drawn_fruit(tmp_path_factory.mktemp("packs")).parent
    with served(tmp_path_factory.mktemp("data"), packs, default_model="drawn-fruit") as running:
        yield running


@pytest.fixture
def grower(fruit_app: Served) -> Iterator[Person]:
    """Somebody with an account where bananas are looked at."""
    person = fruit_app.user()
    yield person
    person.http.close()


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: a browser's driver may keep a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def new_database(server: str) -> str:
    """An empty database of its own on this server."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"{server}/{name}"


@pytest.fixture
def user(app: Served) -> Iterator[Person]:
    """Somebody with an account of their own."""
    person = app.user()
    yield person
    person.http.close()
