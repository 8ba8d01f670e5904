"""A world with a real database, real storage, a real engine, and packs of a test's own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.packs.service import load_pack
from cultivar.vision.manifest import Manifest
from cultivar.vision.runtime.engine import Engine
from tests.support.logs import plain_log
from tests.support.network import write_model

SHIPPED = Settings().packs_dir


@pytest.fixture(autouse=True)
def _log_of_every_level() -> None:
    """An application that another test made may have set a higher one."""
    plain_log()


class Nobody:
    """A waker with nobody to wake."""

    def wake(self) -> None: ...

    async def wait(self, seconds: float) -> None: ...


def copy_pack(name: str, packs_dir: Path) -> Path:
    """A pack's words without its model."""
    folder = packs_dir / name
    folder.mkdir(parents=True)
    for file in ("pack.yaml", "labels.yaml"):
        shutil.copy(SHIPPED / name / file, folder)
    return folder


def give_model(folder: Path, *, version: str = "1.0.0", seed: int = 0, **changes: object) -> Manifest:
    return write_model(load_pack(folder), folder, version=version, seed=seed, **changes)


@pytest.fixture
def packs_dir(tmp_path: Path) -> Path:
    """`drawn` and `cats-dogs`, each with a model, and `plant-health` without."""
    folder = tmp_path / "packs"
    for name in ("drawn", "cats-dogs"):
        give_model(copy_pack(name, folder))
    copy_pack("plant-health", folder)
    return folder


@pytest.fixture
def config(tmp_path: Path, packs_dir: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", packs_dir=packs_dir, default_model="drawn")


@pytest.fixture
async def world(config: Settings, db: Database, storage: Storage) -> AsyncIterator[World]:
    engine = Engine()
    yield World(config, db, storage, Nobody(), engine, lambda: False)
    await engine.close()


@pytest.fixture
async def other(config: Settings, db: Database, storage: Storage) -> AsyncIterator[World]:
    """A second process on the same database and storage, with a disk of its own."""
    engine, elsewhere = Engine(), config.model_copy(update={"data_dir": config.data_dir.parent / "elsewhere"})
    yield World(elsewhere, db, storage, Nobody(), engine, lambda: False)
    await engine.close()


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """A folder with another model for `drawn`: version 2.0.0, and a card."""
    return make_candidate(tmp_path / "candidate")


def make_candidate(folder: Path, *, version: str = "2.0.0", seed: int = 5, **changes: object) -> Path:
    folder.mkdir(parents=True)
    write_model(load_pack(SHIPPED / "drawn"), folder, version=version, seed=seed, **changes)
    (folder / "CARD.md").write_text(f"# Version {version}\n", encoding="utf-8")
    return folder
