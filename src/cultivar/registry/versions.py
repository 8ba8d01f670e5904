"""Versions of a model: added, made the active one, and gone back from."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.pages import Cursor, Page
from cultivar.kernel.world import World
from cultivar.packs.schemas import Pack
from cultivar.registry import files, queries, rules, service, views
from cultivar.registry.errors import (
    ModelFaulty,
    ModelMisfit,
    ModelRefused,
    NothingBefore,
    UnknownVersion,
    VersionTaken,
)
from cultivar.registry.schemas import Step, VersionOut
from cultivar.registry.tables import ModelActivation, ModelVersion
from cultivar.registry.trial import try_out
from cultivar.vision.errors import BadManifest
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.runtime.machine import Plan, Wish, plan, usable_cores
from cultivar.vision.runtime.sessions import available_providers

_audit = structlog.get_logger("cultivar.audit")


async def page(session: AsyncSession, pack: Pack, asked: Cursor) -> Page[VersionOut]:
    """A model's versions, the newest first."""
    rows, total, cursor = await queries.page(session, pack.name, asked)
    return Page(items=[views.version(row) for row in rows], total=total, next_cursor=cursor)


async def add(world: World, pack: Pack, folder: Path, actor_id: UUID | None) -> tuple[VersionOut, bool]:
    """Check the model in `folder`, try it out in a process of its own and keep it, storage first.

    The version, and whether it is new: the same files may be added again. Raises ModelRefused, ModelMisfit,
    VersionTaken.
    """
    manifest, sha256 = await to_thread(_described, pack, folder)
    async with world.db.reading() as session:
        there = await queries.version(session, pack.name, manifest.version)
    if there is None:
        await try_out(folder, _plan(world))
        await files.deposit(world.storage, folder, manifest)
        async with world.db.transaction() as session:
            new = await queries.add(session, manifest, sha256, "added")
            there = await queries.version(session, pack.name, manifest.version)
    else:
        new = False
    if there is None or there.sha256 != sha256:
        raise VersionTaken(f"{pack.name} has another model of version {manifest.version}. Give this one a new version.")
    if new:
        _audit.info("model.added", **_facts(pack.name, manifest.version, actor_id), sha256=sha256)
    return views.version(there), new


def _described(pack: Pack, folder: Path) -> tuple[Manifest, str]:
    """The manifest, which fits the pack and has its files beside it, and its identity."""
    try:
        manifest = read_manifest(folder / files.MANIFEST)
    except BadManifest as error:
        raise ModelRefused(error.detail.replace(f"{folder}/", "")) from error
    if reason := rules.unsayable(manifest.version):
        raise ModelRefused(reason)
    if reason := rules.misfit(pack, manifest):
        raise ModelMisfit(f"{reason[0].upper()}{reason[1:]}.")
    if missing := [name for name in files.needed(manifest) if not (folder / name).is_file()]:
        raise ModelRefused(f"The manifest names {missing[0]!r}, which is not among the files.")
    return manifest, files.identity(folder)


async def activate(world: World, pack: Pack, version: str, actor_id: UUID | None) -> VersionOut:
    """Make a version the one that answers, here at once and elsewhere within seconds. Running requests end on the old.

    It is opened before anything changes: one that cannot be leaves the old one serving. Raises UnknownVersion,
    ModelFaulty.
    """
    row = await _row(world, pack.name, version)
    async with _opened(world, pack, row), world.db.transaction() as session:
        await queries.locked(session, pack.name)
        newest = await queries.newest_activation(session, pack.name)
        if newest is None or newest.version != version:
            await _make_active(session, row, "activated", newest.id if newest else None, actor_id)
    return await _now(world, pack, version)


async def rollback(world: World, pack: Pack, actor_id: UUID | None) -> VersionOut:
    """Return to the version that was active before; once more, to the one before that.

    Raises NothingBefore, ModelFaulty.
    """
    async with world.db.reading() as session:
        before = await _before(session, pack.name)
    row = await _row(world, pack.name, before.version)
    async with _opened(world, pack, row), world.db.transaction() as session:
        await queries.locked(session, pack.name)
        if (await _before(session, pack.name)).id != before.id:
            raise NothingBefore("Somebody else changed the active version meanwhile. Look again before you go back.")
        await _make_active(session, row, "rolled_back", before.below_id, actor_id)
    return await _now(world, pack, before.version)


async def _before(session: AsyncSession, model: str) -> ModelActivation:
    """The activation that a rollback returns to."""
    newest = await queries.newest_activation(session, model)
    before = await queries.activation(session, newest.below_id) if newest and newest.below_id else None
    if before is None:
        raise NothingBefore
    return before


async def _row(world: World, model: str, version: str) -> ModelVersion:
    async with world.db.reading() as session:
        row = await queries.version(session, model, version)
    if row is None:
        raise UnknownVersion(f"{model} has no version {version}.")
    return row


@asynccontextmanager
async def _opened(world: World, pack: Pack, row: ModelVersion) -> AsyncIterator[None]:
    """Open beside what serves; without an engine, tried out and let go."""
    try:
        async with service.beside(world, pack, row):
            if world.engine is None:
                await try_out(await service.located(world, pack, row), _plan(world))
            yield
    except (BadManifest, ModelRefused) as error:
        raise ModelFaulty(f"version {row.version}: {error.detail}") from error


async def _make_active(
    session: AsyncSession, row: ModelVersion, step: Step, below_id: UUID | None, actor_id: UUID | None
) -> None:
    await queries.make_active(session, row, step=step, below_id=below_id, actor_id=actor_id)
    _audit.info(f"model.{step}", **_facts(row.model_name, row.version, actor_id))


async def _now(world: World, pack: Pack, version: str) -> VersionOut:
    """The version as it is after the change; this process serves it."""
    if world.engine is not None:
        await service.refresh(world)
    return views.version(await _row(world, pack.name, version))


def _plan(world: World) -> Plan:
    if world.engine is not None:
        own: Plan = world.engine.plan
        return own
    return plan(Wish(provider=world.settings.vision_runtime), usable_cores(), available_providers())


def _facts(model: str, version: str, actor_id: UUID | None) -> dict[str, str]:
    return {"model": model, "version": version, "user_id": str(actor_id) if actor_id else "the command line"}
