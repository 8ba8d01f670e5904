"""What an administrator does with the versions of `drawn`, and what then serves."""

from collections.abc import Sequence
from pathlib import Path

from cultivar.kernel.pages import Cursor
from cultivar.kernel.world import World
from cultivar.registry import service, versions
from cultivar.registry.schemas import VersionOut


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def listed(world: World) -> Sequence[VersionOut]:
    async with world.db.reading() as session:
        return (await versions.page(session, service.known_pack(world, "drawn"), Cursor())).items


async def add(world: World, folder: Path) -> tuple[VersionOut, bool]:
    return await versions.add(world, service.known_pack(world, "drawn"), folder, None)


async def activate(world: World, version: str) -> VersionOut:
    return await versions.activate(world, service.known_pack(world, "drawn"), version, None)


async def rollback(world: World) -> VersionOut:
    return await versions.rollback(world, service.known_pack(world, "drawn"), None)


def serves(world: World) -> str:
    return service.serving(world, "drawn").version
