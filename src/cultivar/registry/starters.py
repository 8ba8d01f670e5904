"""Models that ship with packs: put into storage once, and written down as versions."""

from asyncio import to_thread
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.errors import CultivarError, Unavailable
from cultivar.kernel.storage import Storage
from cultivar.packs.schemas import Pack
from cultivar.registry import files, queries, rules
from cultivar.registry.errors import ModelFaulty
from cultivar.registry.tables import ModelVersion
from cultivar.vision.manifest import Manifest, read_manifest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Starter:
    """A model that ships with a pack and has been put into storage."""

    manifest: Manifest
    sha256: str


async def adopt(session: AsyncSession, starters: Iterable[Starter]) -> None:
    """Write new starters down. Each serves, unless an administrator has chosen a version of their own.

    Safe in several processes at once.
    """
    for starter in starters:
        name, version = starter.manifest.pack, starter.manifest.version
        if not await queries.add(session, starter.manifest, starter.sha256, "shipped"):
            continue
        rows = await queries.locked(session, name)
        if _chosen(rows):
            log.info("starter_kept_back", model=name, version=version)
            continue
        newest = await queries.newest_activation(session, name)
        mine = next(row for row in rows if row.version == version)
        await queries.make_active(session, mine, step="adopted", below_id=newest.id if newest else None, actor_id=None)
        log.info("starter_adopted", model=name, version=version)


def _chosen(rows: Sequence[ModelVersion]) -> bool:
    return any(row.is_active and row.origin == "added" for row in rows)


async def new(
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
            log.error("starter_not_adopted", model=pack.name, reason=error.detail)
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
