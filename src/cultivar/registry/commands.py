"""What the program does with models: those in folders without a database, versions beside a server that may run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from cultivar.accounts import service as accounts  # noqa: F401  activations name a person: that table must be known
from cultivar.kernel import schema
from cultivar.kernel.database import Database
from cultivar.kernel.errors import CultivarError
from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.pages import Cursor
from cultivar.kernel.revision import SchemaBehind, head, stored
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.packs.schemas import Pack
from cultivar.registry import files, queries, rules, service, versions, views
from cultivar.registry.errors import ModelFaulty, UnknownModel, UnknownVersion
from cultivar.registry.schemas import LabelOut, ModelDetail, ModelOut, VersionOut
from cultivar.registry.service import Serving
from cultivar.registry.tables import ModelVersion
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.runtime.machine import Wish, plan, usable_cores
from cultivar.vision.runtime.models import load_model
from cultivar.vision.runtime.sessions import available_providers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of one model's files came to; `fault` is None when all holds."""

    model: str
    version: str | None
    fault: str | None


def summary(pack: Pack) -> ModelOut:
    """As `GET models` has it. Raises BadManifest, and UnknownModel for a pack without a model."""
    return views.model(_as_serving(pack), None)


def full(pack: Pack) -> tuple[ModelDetail, list[LabelOut]]:
    """As `GET models/{pack}` and its labels have it."""
    return views.detail(_as_serving(pack), None), views.labels(pack, None)


def verify(packs: list[Pack]) -> Iterator[Verdict]:
    """Check manifest, SHA-256, graph and fit to the pack of each model, and run it once, one model after the other."""
    settings = plan(Wish(), usable_cores(), available_providers())
    for pack in packs:
        version = None
        try:
            version = _as_serving(pack).version
            manifest = load_model(pack.model_folder or pack.folder, settings).manifest
            yield Verdict(pack.name, version, rules.misfit(pack, manifest))
        except CultivarError as error:
            yield Verdict(pack.name, version, error.detail)


async def folder_of(settings: Settings, pack: Pack, version: str | None = None) -> Path:
    """Where the model lies that answers: this version, else the one that the server has active, else the pack's own.

    Asks the database if there is one, and makes none. Raises UnknownModel, UnknownVersion, ModelFaulty, SchemaBehind.
    """
    row = await _known(settings, pack.name, version) if _has_database(settings) else None
    own = pack.model_folder
    if row is None:
        shipped = _as_serving(pack)
        if version not in {None, shipped.version}:
            raise UnknownVersion(f"{pack.name} has no version {version}.")
        return own or pack.folder
    if reason := rules.misfit(pack, Manifest.model_validate(row.manifest)):
        raise ModelFaulty(f"version {row.version}: {reason}")
    if own is not None and files.identity(own) == row.sha256:
        return own
    return await files.fetch(Storage.open(settings), pack.name, row.sha256, settings.data_dir / "models")


def _has_database(settings: Settings) -> bool:
    return not settings.embedded or Path(make_url(settings.database_url).database or "").is_file()


async def _known(settings: Settings, model: str, version: str | None) -> ModelVersion | None:
    """This version, or the active one."""
    db = Database(settings.database_url)
    try:
        if await stored(db) != head():
            raise SchemaBehind("The database is of another version of this program: run `cultivar db upgrade`.")
        async with db.reading() as session:
            if version is not None:
                return await queries.version(session, model, version)
            return next((row for row in await queries.active(session) if row.model_name == model), None)
    finally:
        await db.close()


def _as_serving(pack: Pack) -> Serving:
    if pack.model_folder is None:
        raise UnknownModel(
            f"The pack {pack.name} has no model yet; train one with `cultivar train --pack {pack.name}`."
        )
    manifest = read_manifest(pack.model_folder / files.MANIFEST)
    return Serving(pack, manifest.version, pack.name, manifest, None)


async def list_versions(settings: Settings, model: str) -> list[VersionOut]:
    """All versions of a model, the newest first."""
    found: list[VersionOut] = []
    async with _world(settings) as world, world.db.reading() as session:
        pack, asked = service.known_pack(world, model), Cursor(100)
        page = await versions.page(session, pack, asked)
        found += page.items
        while page.next_cursor:
            page = await versions.page(session, pack, Cursor(100, page.next_cursor))
            found += page.items
    return found


async def add_version(settings: Settings, model: str, folder: Path) -> tuple[VersionOut, bool]:
    """Check, try out and keep the model in `folder`; whether it is new. See `versions.add`."""
    async with _world(settings) as world:
        return await versions.add(world, service.known_pack(world, model), folder, None)


async def activate(settings: Settings, model: str, version: str) -> VersionOut:
    """Have this version serve; servers that run follow within seconds. See `versions.activate`."""
    async with _world(settings) as world:
        return await versions.activate(world, service.known_pack(world, model), version, None)


async def rollback(settings: Settings, model: str) -> VersionOut:
    """Return to the version before; servers that run follow within seconds. See `versions.rollback`."""
    async with _world(settings) as world:
        return await versions.rollback(world, service.known_pack(world, model), None)


@asynccontextmanager
async def _world(settings: Settings) -> AsyncIterator[World]:
    """Database and storage without an engine; starters are adopted, as at a server's start."""
    db = Database(settings.database_url)
    try:
        await schema.prepare(db, settings)
        world = World(settings, db, Storage.open(settings), MemoryWaker(), None, lambda: False)
        await service.open_all(world)
        yield world
    finally:
        await db.close()
