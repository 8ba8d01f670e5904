"""Which model answers: starters adopted, active versions opened and followed, one looked up by name."""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.errors import CultivarError, Unavailable
from cultivar.kernel.storage import ObjectMissing
from cultivar.kernel.world import Engine, World
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load
from cultivar.registry import files, queries, rules, starters
from cultivar.registry.errors import ModelFaulty, ModelsNotReady, UnknownModel, VersionGone
from cultivar.registry.tables import ModelVersion
from cultivar.vision.errors import BadManifest, ModelNotOpen
from cultivar.vision.manifest import Manifest

FOLLOW_S = 2.0
"""How often a process looks whether other versions are active."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """The version of a model that answers now.

    `key` is what the engine knows it by; `runtime` what runs it, None in a process without an engine. Take it anew for
    each answer: when another version takes over, this one is shut.
    """

    pack: Pack
    version: str
    key: str
    manifest: Manifest
    runtime: str | None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a process has open, by model name, and why it could not open what else should serve.

    `active`: the (model, version) that it last tried to open.
    """

    serving: Mapping[str, Serving] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    packs: Mapping[str, Pack] = field(default_factory=dict)
    active: frozenset[tuple[str, str]] = frozenset()


def catalogue(world: World) -> Catalogue:
    """What this process has open. Raises ModelsNotReady (503) before the first `open_all` has ended."""
    if not isinstance(world.catalogue, Catalogue):
        raise ModelsNotReady("The models are being opened.")
    return world.catalogue


def serving(world: World, model: str) -> Serving:
    """The version that answers for `model`.

    Raises UnknownModel (404), or ModelsNotReady (503) for one that should serve and could not be opened.
    """
    models = catalogue(world)
    if model in models.serving:
        return models.serving[model]
    if model in models.broken:
        raise ModelsNotReady(f"This model cannot be opened: {models.broken[model]}")
    raise UnknownModel(f"No model of this name serves. These do: {', '.join(models.serving) or 'none'}.")


def known_pack(world: World, model: str) -> Pack:
    """The pack of this name, whether a model of it serves or not. Raises UnknownModel, ModelsNotReady."""
    packs = catalogue(world).packs
    if model not in packs:
        raise UnknownModel(f"No pack has this name. There are: {', '.join(packs) or 'none'}.")
    return packs[model]


async def open_all(world: World) -> None:
    """Read the packs, adopt new starters and open every active version; then all serve at once.

    May be called again. Running calls end on the versions that they began with. A model that does not hold together is
    left out and told in `broken`; storage or a database that is away raises Unavailable.
    """
    packs = await to_thread(load, world.settings.packs_dir)
    async with world.db.reading() as session:
        known = await queries.known(session)
    found, broken = await starters.new(packs.values(), known, world.storage)
    if found:
        async with world.db.transaction() as session:
            await starters.adopt(session, found)
    async with world.opening:
        await _serve(world, packs, broken)


async def refresh(world: World) -> None:
    """Open what has become active since, and shut what no longer is.

    A version that cannot be opened leaves the one before it serving. Raises Unavailable.
    """
    async with world.opening:
        there = catalogue(world)
        await _serve(world, there.packs, there.broken)


async def follow(world: World) -> None:
    """Without end: look every two seconds whether other versions are active, and serve those then."""
    while True:
        await asyncio.sleep(FOLLOW_S)
        try:
            async with world.db.reading() as session:
                active = await queries.active_names(session)
            if isinstance(world.catalogue, Catalogue) and _of(active, world.catalogue.packs) != world.catalogue.active:
                await refresh(world)
        except CultivarError as error:
            log.warning("models_not_followed", code=error.code, reason=error.detail)


async def attend(world: World) -> None:
    """Without end: open the models once all that it takes is there, then follow. For a process without requests."""
    while not isinstance(world.catalogue, Catalogue):
        try:
            await open_all(world)
        except CultivarError as error:
            log.warning("models_wait", code=error.code, reason=error.detail)
            await asyncio.sleep(FOLLOW_S)
    await follow(world)


def _of(active: frozenset[tuple[str, str]], packs: Mapping[str, Pack]) -> frozenset[tuple[str, str]]:
    return frozenset(one for one in active if one[0] in packs)


async def _serve(world: World, packs: Mapping[str, Pack], told: Mapping[str, str]) -> None:
    """Open the active versions and put them in place of what served. `told`: what is broken already, by model."""
    async with world.db.reading() as session:
        active = [row for row in await queries.active(session) if row.model_name in packs]
    before, serves = _before(world), dict[str, Serving]()
    broken = {model: reason for model, reason in told.items() if model not in {row.model_name for row in active}}
    for row in active:
        name, earlier = row.model_name, before.get(row.model_name)
        try:
            serves[name] = await _open(world, packs[name], row)
        except Unavailable:
            raise
        except CultivarError as error:
            log.error("model_not_opened", model=name, version=row.version, reason=error.detail)
            if earlier is None:
                broken[name] = error.detail
            else:
                serves[name] = earlier
    world.catalogue = Catalogue(serves, broken, packs, frozenset((row.model_name, row.version) for row in active))
    await _shut(world, {one.key for one in before.values()} - {one.key for one in serves.values()})


def _before(world: World) -> Mapping[str, Serving]:
    return world.catalogue.serving if isinstance(world.catalogue, Catalogue) else {}


async def _open(world: World, pack: Pack, row: ModelVersion, key: str | None = None) -> Serving:
    """Open one version, by default as the active one. What is open already stays open: a version never changes."""
    key = key or f"{row.model_name}@{row.version}"
    manifest = Manifest.model_validate(row.manifest)
    if reason := rules.misfit(pack, manifest):
        raise ModelFaulty(f"version {row.version}: {reason}")
    if world.engine is None:
        return Serving(pack, row.version, key, manifest, None, pack.card)
    folder = await located(world, pack, row)
    if not _is_open(world.engine, key):
        await world.engine.open(key, folder)
    return Serving(pack, row.version, key, manifest, world.engine.plan.provider, await to_thread(_card, folder))


def _is_open(engine: Engine, key: str) -> bool:
    try:
        engine.manifest(key)
    except ModelNotOpen:
        return False
    return True


@asynccontextmanager
async def beside(world: World, pack: Pack, row: ModelVersion) -> AsyncIterator[None]:
    """The version open beside what serves, until it does; shut again if what is done meanwhile fails.

    Raises ModelFaulty or BadManifest for one that cannot be opened.
    """
    opened = await _open(world, pack, row)
    try:
        yield
    except BaseException:
        if world.engine is not None and opened.key not in {one.key for one in catalogue(world).serving.values()}:
            await world.engine.shut(opened.key)
        raise


async def manifest_of(session: AsyncSession, model: str, version: str) -> Manifest:
    """Of any version that there is. Raises VersionGone."""
    row = await queries.version(session, model, version)
    if row is None:
        raise VersionGone
    return Manifest.model_validate(row.manifest)


@asynccontextmanager
async def lent(world: World, model: str, version: str) -> AsyncIterator[str]:
    """What the engine knows this version by until the end: the one that serves, or another that is opened beside it.

    Raises VersionGone, ModelsNotReady, Unavailable.
    """
    models = catalogue(world)
    now = models.serving.get(model)
    if now is not None and now.version == version:
        yield now.key
        return
    if world.engine is None:
        raise Unavailable("This process does not look at photos.")
    async with world.db.reading() as session:
        row = await queries.version(session, model, version)
    if row is None or model not in models.packs:
        raise VersionGone
    try:
        opened = await _open(world, models.packs[model], row, f"{model}@{version} lent {uuid4()}")
    except (ModelFaulty, BadManifest, ObjectMissing) as error:
        raise VersionGone(f"Version {version} of {model}: {error.detail}") from error
    try:
        yield opened.key
    finally:
        await world.engine.shut(opened.key)


async def located(world: World, pack: Pack, row: ModelVersion) -> Path:
    """A folder on this machine with the files of a version: the pack's own, or else filled from storage."""
    shipped = pack.model_folder
    if shipped is not None and await to_thread(_identity, shipped) == row.sha256:
        return shipped
    return await files.fetch(world.storage, row.model_name, row.sha256, world.settings.data_dir / "models")


def _identity(folder: Path) -> str | None:
    """None where the pack was changed since it was read."""
    return files.identity(folder) if (folder / files.MANIFEST).is_file() else None


def _card(folder: Path) -> str | None:
    card = folder / files.CARD
    return card.read_text(encoding="utf-8") if card.is_file() else None


async def _shut(world: World, keys: set[str]) -> None:
    for key in sorted(keys):
        if world.engine is not None:
            await world.engine.shut(key)


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """What the person activated stays in the history of the models; that it was they does not."""
    await queries.forget_actor(session, person_id)


async def export(session: AsyncSession, person_id: UUID) -> Sequence[Any]:
    """What the person activated, oldest first."""
    return [
        {"model": row.model_name, "version": row.version, "step": row.step, "at": row.at}
        for row in await queries.activations_by(session, person_id)
    ]
