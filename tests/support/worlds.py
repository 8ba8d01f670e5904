"""Worlds without a web around them, on both kinds of database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from structlog.testing import capture_logs

from cultivar.kernel import outbox
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World

PATIENCE_S = 60.0


def make_world(db: Database, data_dir: Path) -> World:
    """A world that is never busy and does not look at photos."""
    settings = Settings(data_dir=data_dir)
    world = World(settings, db, Storage.open(settings), MemoryWaker(), None, lambda: False)
    db.on_work = world.waker.wake
    return world


@pytest.fixture
def world(db: Database, tmp_path: Path) -> Iterator[World]:
    """Its log is taken, since what fails on purpose need not be told."""
    with capture_logs():
        yield make_world(db, tmp_path)


@pytest.fixture
def subscriptions() -> Iterator[Callable[[outbox.Subscriptions], None]]:
    """Say who hears what, until the end of the test."""
    yield outbox.configure
    outbox.configure({})


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Returns when the condition holds; fails after PATIENCE_S."""
    deadline = monotonic() + PATIENCE_S
    while not await condition():
        assert monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.02)
