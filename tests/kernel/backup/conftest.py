"""What the tests of backups share."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cultivar.kernel.backup.create import create
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from tests.kernel.backup.places import METADATA, furnish, quiet
from tests.support.rows import fill


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage.open(Settings(data_dir=tmp_path / "here"))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Storage:
    return Storage.open(Settings(data_dir=tmp_path / "there"))


@pytest.fixture
async def filled(db: Database, storage: Storage) -> dict[str, bytes]:
    """Rows in every table, and the objects that they name, by their keys."""
    await fill(db, METADATA)
    return await furnish(db, storage)


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite that is not there yet."""
    db = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    yield db
    await db.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> bytes:
    """The bytes of a backup with rows and objects."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "cultivar.db").write_bytes(sqlite_template.read_bytes())

    async def make() -> None:
        db, storage = Database(f"sqlite:///{folder / 'cultivar.db'}"), Storage.open(Settings(data_dir=folder))
        await fill(db, METADATA)
        await furnish(db, storage)
        await create(db, storage, METADATA, folder / "x.tar", quiet)
        await db.close()

    asyncio.run(make())
    return (folder / "x.tar").read_bytes()
