"""Which model answers: starters adopted, active versions opened, one looked up by name."""

from asyncio import to_thread
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.errors import CultivarError, Unavailable
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load
from cultivar.registry import files, queries, rules
from cultivar.registry.errors import ModelFaulty, ModelsNotReady, UnknownModel
from cultivar.registry.tables import ModelVersion
from cultivar.vision.manifest import Manifest, read_manifest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """The version of a model that answers now.

    `key` is what the engine knows it by; `runtime` what runs it, None in a process without an engine.
    """

    pack: Pack
    version: str
    key: str
    manifest: Manifest
    runtime: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a process has open, by model name, and why it could not open what else should serve."""

    serving: Mapping[str, Serving] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Starter:
    """A model that ships with a pack and has been put into storage."""

    manifest: Manifest
    sha256: str


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


async def open_all(world: World) -> None:
    """Adopt new starters and open every active version; then all serve at once, and what serves no more is shut.

    May be called again whenever the active versions have changed. Running calls end on the old ones. A model that does
    not hold together is left out and told in `broken`; storage or a database that is away raises Unavailable.
    """
    packs = await to_thread(load, world.settings.packs_dir)
    async with world.db.reading() as session:
        known = await queries.known(session)
    starters, broken = await _new_starters(packs.values(), known, world.storage)
    if starters:
        async with world.db.transaction() as session:
            await adopt_starters(session, starters)
    async with world.db.reading() as session:
        active = [row for row in await queries.active(session) if row.model_name in packs]
    before, serves = _before(world), dict[str, Serving]()
    for row in active:
        try:
            serves[row.model_name] = await _open(world, packs[row.model_name], row, before.get(row.model_name))
        except Unavailable:
            raise
        except CultivarError as error:
            broken[row.model_name] = error.detail
    for name, reason in broken.items():
        log.error("model_not_opened", model=name, reason=reason)
    world.catalogue = Catalogue(serves, broken)
    await _shut(world, {one.key for one in before.values()} - {one.key for one in serves.values()})


async def adopt_starters(session: AsyncSession, starters: Iterable[Starter]) -> None:
    """Write new starters down, each as the active version of its model. Safe in several processes at once."""
    for starter in starters:
        manifest = starter.manifest
        await queries.add_active(session, manifest, starter.sha256)
        log.info("starter_adopted", model=manifest.pack, version=manifest.version)


async def _new_starters(
    packs: Iterable[Pack], known: Mapping[tuple[str, str], str], storage: Storage
) -> tuple[list[Starter], dict[str, str]]:
    """Starters whose version is unknown, with their files in storage; and by model, what is wrong with the others."""
    new: list[Starter] = []
    broken: dict[str, str] = {}
    for pack in packs:
        try:
            starter = await to_thread(_starter, pack)
            if starter and _is_new(starter, known) and pack.model_folder:
                await files.deposit(storage, pack.model_folder, starter.manifest)
                new.append(starter)
        except Unavailable:
            raise
        except CultivarError as error:
            broken[pack.name] = error.detail
    return new, broken


def _starter(pack: Pack) -> Starter | None:
    if pack.model_folder is None:
        log.info("pack_without_model", pack=pack.name)
        return None
    manifest = read_manifest(pack.model_folder / files.MANIFEST)
    if reason := rules.misfit(pack, manifest):
        raise ModelFaulty(f"{pack.model_folder}: {reason}")
    return Starter(manifest, files.identity(pack.model_folder))


def _is_new(starter: Starter, known: Mapping[tuple[str, str], str]) -> bool:
    manifest = starter.manifest
    adopted = known.get((manifest.pack, manifest.version))
    if adopted not in {None, starter.sha256}:
        log.warning(
            "starter_differs",
            model=manifest.pack,
            version=manifest.version,
            advice="this version was adopted with other files, which still serve; give the new model a new version",
        )
    return adopted is None


def _before(world: World) -> Mapping[str, Serving]:
    return world.catalogue.serving if isinstance(world.catalogue, Catalogue) else {}


async def _open(world: World, pack: Pack, row: ModelVersion, before: Serving | None) -> Serving:
    """Open one active version, from the pack's own folder or else from storage. What is open already stays open."""
    key = f"{row.model_name}@{row.version}"
    manifest = Manifest.model_validate(row.manifest)
    if reason := rules.misfit(pack, manifest):
        raise ModelFaulty(f"version {row.version}: {reason}")
    if world.engine is not None and (before is None or before.key != key):
        shipped = pack.model_folder
        if shipped is None or await to_thread(files.identity, shipped) != row.sha256:
            cache = world.settings.data_dir / "models"
            shipped = await files.fetch(world.storage, row.model_name, row.sha256, cache)
        await world.engine.open(key, shipped)
    return Serving(pack, row.version, key, manifest, world.engine.plan.provider if world.engine else None)


async def _shut(world: World, keys: set[str]) -> None:
    for key in sorted(keys):
        if world.engine is not None:
            await world.engine.shut(key)
