"""Starters are adopted once, active versions are opened, and what is broken is told instead of served."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from cultivar.kernel.database import Database
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.registry import files, service
from cultivar.registry.errors import ModelsNotReady, UnknownModel
from cultivar.registry.tables import ModelVersion
from cultivar.vision.errors import ModelNotOpen
from tests.registry.conftest import copy_pack, give_model
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg


async def rows(db: Database) -> Sequence[tuple[str, str, bool]]:
    async with db.reading() as session:
        order = (ModelVersion.model_name, ModelVersion.version)
        found = await session.execute(select(*order, ModelVersion.is_active).order_by(*order))
        return [tuple(row) for row in found]


async def test_starters_are_adopted_and_serve(world: World, db: Database) -> None:
    await service.open_all(world)
    assert await rows(db) == [("cats-dogs", "1.0.0", True), ("drawn", "1.0.0", True)]
    serving = service.serving(world, "drawn")
    assert (serving.version, serving.key, serving.runtime) == ("1.0.0", "drawn@1.0.0", "onnxruntime")
    assert serving.pack.name == "drawn"
    assert world.engine
    assert world.engine.manifest(serving.key) == serving.manifest


async def test_what_serves_answers_a_photo(world: World) -> None:
    await service.open_all(world)
    serving = service.serving(world, "drawn")
    assert world.engine
    await world.engine.start()
    answer = await world.engine.answer(serving.key, [jpeg(picture(MAPLE))])
    assert len(answer.classes) == len(serving.pack.classes)


async def test_a_pack_without_a_model_is_left_out_with_a_line_in_the_log(world: World) -> None:
    with capture_logs() as lines:
        await service.open_all(world)
    assert {"event": "pack_without_model", "pack": "plant-health", "log_level": "info"} in lines
    assert list(service.catalogue(world).serving) == ["cats-dogs", "drawn"]
    with pytest.raises(UnknownModel, match="These do: cats-dogs, drawn"):
        service.serving(world, "plant-health")


async def test_a_second_start_adopts_nothing(world: World, other: World, db: Database) -> None:
    await service.open_all(world)
    before = await rows(db)
    with capture_logs() as lines:
        await service.open_all(other)
    assert await rows(db) == before
    assert not [line for line in lines if line["event"] == "starter_adopted"]


async def test_processes_that_start_at_once_adopt_each_starter_once(world: World, other: World, db: Database) -> None:
    await asyncio.gather(service.open_all(world), service.open_all(other))
    assert await rows(db) == [("cats-dogs", "1.0.0", True), ("drawn", "1.0.0", True)]
    assert service.serving(world, "drawn").version == service.serving(other, "drawn").version == "1.0.0"


async def test_a_new_version_of_a_starter_takes_over_and_the_old_one_is_shut(
    world: World, db: Database, packs_dir: Path
) -> None:
    await service.open_all(world)
    give_model(packs_dir / "drawn", version="1.1.0", seed=1)
    await service.open_all(world)
    assert await rows(db) == [("cats-dogs", "1.0.0", True), ("drawn", "1.0.0", False), ("drawn", "1.1.0", True)]
    assert service.serving(world, "drawn").key == "drawn@1.1.0"
    assert world.engine
    with pytest.raises(ModelNotOpen):
        world.engine.manifest("drawn@1.0.0")


async def test_a_version_never_changes_its_weights(world: World, other: World, packs_dir: Path) -> None:
    """Other files under a known version: the adopted ones serve on, from storage."""
    await service.open_all(world)
    adopted = service.serving(world, "drawn").manifest
    changed = give_model(packs_dir / "drawn", seed=2)
    with capture_logs() as lines:
        await service.open_all(other)
    assert [line["log_level"] for line in lines if line["event"] == "starter_differs"] == ["warning"]
    assert other.engine
    assert other.engine.manifest("drawn@1.0.0") == adopted != changed


async def test_an_adopted_version_outlives_the_pack_folders_files(world: World, other: World, packs_dir: Path) -> None:
    await service.open_all(world)
    for name in ("model.onnx", "model.json"):
        (packs_dir / "drawn" / name).unlink()
    await service.open_all(other)
    assert service.serving(other, "drawn").version == "1.0.0"
    cached = list((other.settings.data_dir / "models").iterdir())
    assert [folder.name for folder in cached] == [await identity(other.db)]


async def identity(db: Database) -> str:
    async with db.reading() as session:
        found = await session.scalar(select(ModelVersion.sha256).where(ModelVersion.model_name == "drawn"))
        return str(found)


async def test_a_pack_that_is_gone_serves_no_more(world: World, packs_dir: Path) -> None:
    await service.open_all(world)
    shutil.rmtree(packs_dir / "cats-dogs")
    await service.open_all(world)
    assert list(service.catalogue(world).serving) == ["drawn"]
    assert service.catalogue(world).broken == {}


async def test_altered_weights_are_told_and_the_other_models_serve(world: World, db: Database, packs_dir: Path) -> None:
    weights = packs_dir / "drawn" / "model.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    await service.open_all(world)
    assert list(service.catalogue(world).serving) == ["cats-dogs"]
    assert "SHA-256" in service.catalogue(world).broken["drawn"]
    with pytest.raises(ModelsNotReady, match="SHA-256"):
        service.serving(world, "drawn")
    assert await rows(db) == [("cats-dogs", "1.0.0", True)]


async def test_a_model_of_other_classes_is_not_adopted(world: World, packs_dir: Path) -> None:
    labels = packs_dir / "drawn" / "labels.yaml"
    text = labels.read_text(encoding="utf-8")
    labels.write_text(text.replace("Willow___healthy", "Willow___well"), encoding="utf-8")
    await service.open_all(world)
    assert "Willow___healthy in the model and Willow___well in the pack" in service.catalogue(world).broken["drawn"]


async def test_a_model_that_no_longer_fits_its_pack_is_told(world: World, other: World, packs_dir: Path) -> None:
    await service.open_all(world)
    shutil.rmtree(packs_dir / "drawn")
    folder = copy_pack("drawn", packs_dir)
    labels = folder / "labels.yaml"
    labels.write_text(labels.read_text("utf-8").replace("Willow___healthy", "Willow___well"), encoding="utf-8")
    await service.open_all(other)
    assert service.catalogue(other).broken["drawn"].startswith("version 1.0.0: class 5 is Willow___healthy")


async def test_nothing_serves_before_the_models_are_open(world: World) -> None:
    with pytest.raises(ModelsNotReady, match="being opened"):
        service.catalogue(world)
    with pytest.raises(ModelsNotReady, match="being opened"):
        service.serving(world, "drawn")


async def test_opening_again_keeps_what_is_open(world: World) -> None:
    await service.open_all(world)
    assert world.engine
    before = world.engine.manifest("drawn@1.0.0")
    await service.open_all(world)
    assert world.engine.manifest("drawn@1.0.0") is before


async def test_a_process_that_looks_at_no_photos_knows_the_models_too(world: World) -> None:
    world.engine = None
    await service.open_all(world)
    assert service.serving(world, "drawn").runtime is None


async def test_one_version_of_a_model_is_active_at_most(world: World, db: Database, packs_dir: Path) -> None:
    await service.open_all(world)
    give_model(packs_dir / "drawn", version="1.1.0", seed=1)
    await service.open_all(world)
    with pytest.raises(IntegrityError):
        async with db.transaction() as session:
            await session.execute(update(ModelVersion).values(is_active=True))


async def test_a_manifest_that_was_changed_in_storage_is_refused(world: World, other: World, packs_dir: Path) -> None:
    await service.open_all(world)
    key = files.prefix("drawn", await identity(world.db)) + files.MANIFEST
    await world.storage.put(key, b"{}", "application/json")
    (packs_dir / "drawn" / "model.json").unlink()
    await service.open_all(other)
    assert "is not what was put there" in service.catalogue(other).broken["drawn"]


async def test_two_that_fetch_at_once_share_one_whole_folder(world: World, tmp_path: Path) -> None:
    await service.open_all(world)
    sha256, cache = await identity(world.db), tmp_path / "cache"
    found = await asyncio.gather(*(files.fetch(world.storage, "drawn", sha256, cache) for _ in range(4)))
    assert set(found) == {cache / sha256}
    assert sorted(file.name for file in found[0].iterdir()) == ["model.json", "model.onnx"]
    assert [folder.name for folder in cache.iterdir()] == [sha256]


async def test_a_row_without_its_files_is_told(world: World, other: World, db: Database, packs_dir: Path) -> None:
    await service.open_all(world)
    folder = packs_dir / "drawn"
    async with db.transaction() as session:
        await session.execute(delete(ModelVersion).where(ModelVersion.model_name == "cats-dogs"))
    async for stored in world.storage.list("models/drawn/"):
        await world.storage.delete(stored.key)
    (folder / "model.json").unlink()
    await service.open_all(other)
    assert "drawn" in service.catalogue(other).broken
    assert list(service.catalogue(other).serving) == ["cats-dogs"]


async def test_storage_holds_a_sealed_copy_of_each_starter(world: World) -> None:
    await service.open_all(world)
    storage: Storage = world.storage
    keys = sorted([stored.key async for stored in storage.list("models/")])
    assert [key.rsplit("/", 1)[1] for key in keys] == ["model.json", "model.onnx"] * 2
