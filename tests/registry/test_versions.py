"""Versions are added, activated and gone back from; one that cannot be opened changes nothing."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from cultivar.accounts.tables import User
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import World
from cultivar.packs.service import load_pack
from cultivar.registry import files, service, versions
from cultivar.registry.errors import (
    ModelFaulty,
    ModelMisfit,
    ModelRefused,
    NothingBefore,
    UnknownModel,
    UnknownVersion,
    VersionTaken,
)
from cultivar.registry.tables import ModelActivation
from cultivar.vision.errors import BadManifest, ModelNotOpen
from cultivar.vision.manifest import read_manifest
from tests.registry.conftest import SHIPPED, make_candidate
from tests.registry.steps import activate, add, contents, listed, rollback, serves
from tests.support.network import write_model


@pytest.fixture
def storage_settings(tmp_path: Path) -> Settings:
    """A folder; that files reach a bucket is tested with the starters."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
async def drawn(world: World) -> World:
    """A world in which the starter of `drawn` serves."""
    await service.open_all(world)
    return world


async def test_a_version_is_kept_and_does_not_serve_yet(drawn: World, candidate: Path) -> None:
    added, new = await add(drawn, candidate)
    assert (added.version, added.state, added.active, added.origin, new) == ("2.0.0", "ready", False, "added", True)
    assert serves(drawn) == "1.0.0"
    place = files.prefix("drawn", added.sha256)
    kept = {found.key: await drawn.storage.get(found.key) async for found in drawn.storage.list(place)}
    assert kept == {f"{place}{name}": data for name, data in contents(candidate).items()}
    assert [(one.version, one.state) for one in await listed(drawn)] == [("2.0.0", "ready"), ("1.0.0", "active")]


async def test_the_same_files_may_be_added_again(drawn: World, candidate: Path) -> None:
    first, _ = await add(drawn, candidate)
    assert await add(drawn, candidate) == (first, False)
    assert len(await listed(drawn)) == 2


async def test_a_version_stands_for_one_model(drawn: World, candidate: Path, tmp_path: Path) -> None:
    await add(drawn, candidate)
    with pytest.raises(VersionTaken, match="new version"):
        await add(drawn, make_candidate(tmp_path / "other", seed=9))
    with pytest.raises(VersionTaken):
        await add(drawn, make_candidate(tmp_path / "starter", version="1.0.0"))


async def test_of_two_that_add_a_version_at_once_one_wins(drawn: World, candidate: Path, tmp_path: Path) -> None:
    other = make_candidate(tmp_path / "other", seed=9)
    done = await asyncio.gather(add(drawn, candidate), add(drawn, other), return_exceptions=True)
    assert sorted(isinstance(one, VersionTaken) for one in done) == [False, True]


@pytest.mark.parametrize("name", ["model.onnx", "model.json"])
async def test_a_missing_file_is_named(drawn: World, candidate: Path, name: str) -> None:
    (candidate / name).unlink()
    with pytest.raises(ModelRefused, match=name):
        await add(drawn, candidate)
    assert len(await listed(drawn)) == 1


async def test_other_weights_than_the_manifests_are_refused(drawn: World, candidate: Path) -> None:
    (candidate / "model.onnx").write_bytes((candidate / "model.onnx").read_bytes() + b"!")
    with pytest.raises(ModelRefused, match="SHA-256"):
        await add(drawn, candidate)


async def test_a_graph_that_lacks_what_is_promised_is_refused(drawn: World, tmp_path: Path) -> None:
    rule = {"code": "no_plant", "source": "output", "output": "far", "threshold": 1}
    folder = make_candidate(tmp_path / "candidate", refusals=[rule])
    with pytest.raises(ModelRefused, match=r"no output \['far'\]"):
        await add(drawn, folder)
    assert [found async for found in drawn.storage.list("models/drawn")] != []
    assert len(await listed(drawn)) == 1


async def test_another_packs_classes_do_not_fit(drawn: World, tmp_path: Path) -> None:
    folder = tmp_path / "candidate"
    folder.mkdir()
    write_model(load_pack(SHIPPED / "cats-dogs"), folder)
    with pytest.raises(ModelMisfit, match="It was made for cats-dogs"):
        await add(drawn, folder)


async def test_a_version_that_no_address_can_hold_is_refused(drawn: World, tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="letters, digits"):
        await add(drawn, make_candidate(tmp_path / "candidate", version="2/../3"))


async def test_what_is_activated_answers_at_once_and_the_old_one_is_shut(drawn: World, candidate: Path) -> None:
    await add(drawn, candidate)
    told = await activate(drawn, "2.0.0")
    assert (told.state, told.active, told.activated is not None) == ("active", True, True)
    assert serves(drawn) == "2.0.0"
    assert service.serving(drawn, "drawn").card == "# Version 2.0.0\n"
    assert drawn.engine
    assert drawn.engine.manifest("drawn@2.0.0").version == "2.0.0"
    with pytest.raises(ModelNotOpen):
        drawn.engine.manifest("drawn@1.0.0")
    assert [(one.version, one.state) for one in await listed(drawn)] == [("2.0.0", "active"), ("1.0.0", "retired")]


async def test_activating_what_is_active_changes_nothing(drawn: World) -> None:
    await activate(drawn, "1.0.0")
    assert len(await history(drawn)) == 1


async def test_an_unknown_version_or_pack_is_told(drawn: World) -> None:
    with pytest.raises(UnknownVersion, match=r"9\.9\.9"):
        await activate(drawn, "9.9.9")
    with pytest.raises(UnknownModel, match="plant-health"):
        service.known_pack(drawn, "oak")


async def history(world: World) -> list[tuple[str, str]]:
    async with world.db.reading() as session:
        mine = select(ModelActivation).where(ModelActivation.model_name == "drawn").order_by(ModelActivation.id)
        return [(row.step, row.version) for row in await session.scalars(mine)]


async def test_rollbacks_go_back_step_by_step_and_the_history_keeps_them(
    drawn: World, candidate: Path, tmp_path: Path
) -> None:
    await add(drawn, candidate)
    await add(drawn, make_candidate(tmp_path / "third", version="3.0.0", seed=7))
    await activate(drawn, "2.0.0")
    await activate(drawn, "3.0.0")
    assert [(await rollback(drawn)).version for _ in range(2)] == ["2.0.0", "1.0.0"]
    with pytest.raises(NothingBefore):
        await rollback(drawn)
    await activate(drawn, "3.0.0")
    assert (await rollback(drawn)).version == serves(drawn) == "1.0.0"
    assert await history(drawn) == [
        ("adopted", "1.0.0"),
        ("activated", "2.0.0"),
        ("activated", "3.0.0"),
        ("rolled_back", "2.0.0"),
        ("rolled_back", "1.0.0"),
        ("activated", "3.0.0"),
        ("rolled_back", "1.0.0"),
    ]


async def test_each_step_is_a_line_of_the_audit(drawn: World, candidate: Path) -> None:
    with capture_logs() as lines:
        await add(drawn, candidate)
        await activate(drawn, "2.0.0")
        await rollback(drawn)
    told = [(one["event"], one["version"]) for one in lines if one["event"].startswith("model.")]
    assert told == [("model.added", "2.0.0"), ("model.activated", "2.0.0"), ("model.rolled_back", "1.0.0")]


async def test_a_version_that_cannot_be_opened_leaves_the_old_one_serving(drawn: World, candidate: Path) -> None:
    added, _ = await add(drawn, candidate)
    await drawn.storage.put(f"{files.prefix('drawn', added.sha256)}model.onnx", b"rotten", "application/octet-stream")
    with pytest.raises(ModelFaulty, match="SHA-256"):
        await activate(drawn, "2.0.0")
    assert serves(drawn) == "1.0.0"
    assert [one.state for one in await listed(drawn)] == ["ready", "active"]
    assert len(await history(drawn)) == 1


async def test_a_finder_travels_with_its_model(world: World, tmp_path: Path) -> None:
    found = (tmp_path / "finder.onnx", os.urandom(3000))
    described = {
        "file": "finder.onnx",
        "sha256": hashlib.sha256(found[1]).hexdigest(),
        "size_bytes": 3000,
        "input": {"width": 64, "height": 64},
        "boxes": {"layout": "yolox", "output": "found", "labels": ["leaf"]},
    }
    folder = make_candidate(tmp_path / "candidate", finder=described, view_side=640)
    manifest, sha256 = read_manifest(folder / "model.json"), files.identity(folder)
    assert files.needed(manifest) == ("model.onnx", "finder.onnx")
    (folder / "finder.onnx").write_bytes(found[1][::-1])
    with pytest.raises(BadManifest, match=r"finder\.onnx"):
        await files.deposit(world.storage, folder, manifest)
    assert [one async for one in world.storage.list("models")] == []
    (folder / "finder.onnx").write_bytes(found[1])
    await files.deposit(world.storage, folder, manifest)
    fetched = await files.fetch(world.storage, "drawn", sha256, tmp_path / "cache")
    assert contents(fetched) == contents(folder)


async def test_a_page_of_versions_leads_to_the_next(drawn: World, candidate: Path) -> None:
    await add(drawn, candidate)
    pack = service.known_pack(drawn, "drawn")
    async with drawn.db.reading() as session:
        first = await versions.page(session, pack, Cursor(1))
        second = await versions.page(session, pack, Cursor(1, first.next_cursor))
    assert [one.version for page in (first, second) for one in page.items] == ["2.0.0", "1.0.0"]
    assert (first.total, second.next_cursor) == (2, None)


async def test_what_somebody_activated_is_exported_and_forgotten(drawn: World, candidate: Path) -> None:
    async with drawn.db.transaction() as session:
        admin = User(id=new_id(), role="admin", email=f"{os.urandom(4).hex()}@example.org", password_hash="x")
        session.add(admin)
    await add(drawn, candidate)
    await versions.activate(drawn, service.known_pack(drawn, "drawn"), "2.0.0", admin.id)
    async with drawn.db.transaction() as session:
        told = await service.export(session, admin.id)
        assert [(one["model"], one["version"], one["step"]) for one in told] == [("drawn", "2.0.0", "activated")]
        await service.erase(session, admin.id)
        assert await service.export(session, admin.id) == []
    assert len(await history(drawn)) == 2
