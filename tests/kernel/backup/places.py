"""Places to back up and to restore to, and what is in them."""

import os
from pathlib import Path

from sqlalchemy import select, update

from cultivar.kernel import migrate
from cultivar.kernel.database import Database
from cultivar.kernel.storage import Storage

METADATA = migrate.load_tables()
PHOTOS, MODELS = METADATA.tables["photos"], METADATA.tables["model_versions"]


def quiet(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def furnish(db: Database, storage: Storage) -> dict[str, bytes]:
    """Give each row that names objects keys of its own, and the objects."""
    objects: dict[str, bytes] = {}
    async with db.transaction() as session:
        for photo_id in (await session.scalars(select(PHOTOS.c.id))).all():
            keys = {"key": f"photos/{photo_id}.jpg", "thumb_key": f"photos/{photo_id}.thumb.jpg"}
            await session.execute(update(PHOTOS).where(PHOTOS.c.id == photo_id).values(**keys))
            objects |= {key: os.urandom(5000) for key in keys.values()}
        for number, model_id in enumerate((await session.scalars(select(MODELS.c.id))).all()):
            name = {"model_name": f"model-{number}", "sha256": f"{number:064}"}
            await session.execute(update(MODELS).where(MODELS.c.id == model_id).values(**name))
            objects |= {
                f"models/model-{number}/{number:064}/{file}": os.urandom(3000) for file in ("model.json", "model.onnx")
            }
    for key, data in objects.items():
        await storage.put(key, data, "application/octet-stream")
    return objects


async def stored_objects(storage: Storage) -> dict[str, bytes]:
    return {found.key: await storage.get(found.key) async for found in storage.list()}
