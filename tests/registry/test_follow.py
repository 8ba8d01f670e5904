"""Other processes follow, restarts open what is active, and whoever cannot open a version serves the one before."""

import asyncio
from pathlib import Path

import pytest

from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import StorageUnavailable
from cultivar.kernel.world import World
from cultivar.registry import files, service
from tests.registry.conftest import give_model
from tests.registry.steps import activate, add, listed, rollback, serves
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg


@pytest.fixture
def storage_settings(tmp_path: Path) -> Settings:
    """A folder; that files reach a bucket is tested with the starters."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
async def drawn(world: World) -> World:
    """A world in which the starter of `drawn` serves."""
    await service.open_all(world)
    return world


async def test_another_process_follows(drawn: World, other: World, candidate: Path) -> None:
    await service.open_all(other)
    await add(drawn, candidate)
    await activate(drawn, "2.0.0")
    assert serves(other) == "1.0.0"
    await service.refresh(other)
    assert serves(other) == "2.0.0"
    assert other.engine
    await other.engine.start()
    answer = await other.engine.answer(service.serving(other, "drawn").key, [jpeg(picture(MAPLE))])
    assert len(answer.classes) == 6


async def test_a_process_that_follows_finds_it_by_itself(
    drawn: World, other: World, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "FOLLOW_S", 0.01)
    await service.open_all(other)
    following = asyncio.create_task(service.follow(other))
    await add(drawn, candidate)
    await activate(drawn, "2.0.0")
    async with asyncio.timeout(20):
        while serves(other) != "2.0.0":
            await asyncio.sleep(0.01)
    following.cancel()


async def test_a_process_without_requests_opens_the_models_when_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "FOLLOW_S", 0.01)
    asked: list[int] = []

    async def away(key: str) -> bool:
        asked.append(1)
        raise StorageUnavailable(key)

    with monkeypatch.context() as patched:
        patched.setattr(world.storage, "exists", away)
        attending = asyncio.create_task(service.attend(world))
        async with asyncio.timeout(20):
            while len(asked) < 2:
                await asyncio.sleep(0.01)
        assert world.catalogue is None
    async with asyncio.timeout(20):
        while world.catalogue is None:
            await asyncio.sleep(0.01)
    attending.cancel()
    assert serves(world) == "1.0.0"


async def test_who_cannot_fetch_the_new_version_serves_the_old_one_and_tries_again(
    drawn: World, other: World, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.open_all(other)
    await add(drawn, candidate)
    await activate(drawn, "2.0.0")

    async def away(*_: object) -> bytes:
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(other.storage, "get", away)
        with pytest.raises(StorageUnavailable):
            await service.refresh(other)
    assert serves(other) == "1.0.0"
    await service.refresh(other)
    assert serves(other) == "2.0.0"


async def test_who_cannot_open_the_new_version_serves_the_old_one(drawn: World, other: World, candidate: Path) -> None:
    await service.open_all(other)
    added, _ = await add(drawn, candidate)
    await activate(drawn, "2.0.0")
    await drawn.storage.put(f"{files.prefix('drawn', added.sha256)}model.onnx", b"rotten", "application/octet-stream")
    await service.refresh(other)
    assert serves(other) == "1.0.0"
    assert service.catalogue(other).broken == {}


async def test_after_a_restart_the_active_version_is_opened(drawn: World, other: World, candidate: Path) -> None:
    await add(drawn, candidate)
    await activate(drawn, "2.0.0")
    await service.open_all(other)
    assert serves(other) == "2.0.0"
    assert service.serving(other, "drawn").card == "# Version 2.0.0\n"


async def test_a_new_starter_takes_over_from_a_shipped_one_only(drawn: World, candidate: Path, packs_dir: Path) -> None:
    await add(drawn, candidate)
    await activate(drawn, "2.0.0")
    give_model(packs_dir / "drawn", version="1.1.0", seed=1)
    await service.open_all(drawn)
    assert serves(drawn) == "2.0.0"
    assert [(one.version, one.state) for one in await listed(drawn)][:2] == [("1.1.0", "ready"), ("2.0.0", "active")]
    await rollback(drawn)
    give_model(packs_dir / "drawn", version="1.2.0", seed=2)
    await service.open_all(drawn)
    assert serves(drawn) == "1.2.0"
