"""What tests of the kernel share."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from cultivar.kernel.database import Database


@pytest.fixture
def statements() -> Callable[[Database], list[str]]:
    """Everything that a database is asked from now on."""

    def listen(db: Database) -> list[str]:
        asked: list[str] = []
        for engine in db.engines:
            event.listen(engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        return asked

    return listen
