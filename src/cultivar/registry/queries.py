"""Questions to the rows. Versions of models belong to nobody, so no question takes an actor."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.registry.tables import ModelVersion
from cultivar.vision.manifest import Manifest


async def known(session: AsyncSession) -> dict[tuple[str, str], str]:
    """(model, version) to the identity of its files."""
    rows = await session.execute(select(ModelVersion.model_name, ModelVersion.version, ModelVersion.sha256))
    return {(model, version): sha256 for model, version, sha256 in rows}


async def active(session: AsyncSession) -> Sequence[ModelVersion]:
    """The version of each model that serves."""
    serves = select(ModelVersion).where(ModelVersion.is_active).order_by(ModelVersion.model_name)
    return (await session.scalars(serves)).all()


async def add_active(session: AsyncSession, manifest: Manifest, sha256: str) -> None:
    """Add a version in place of its model's active one. Where another process was first, its row stays."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    others = (ModelVersion.model_name == manifest.pack, ModelVersion.version != manifest.version)
    await session.execute(
        update(ModelVersion).where(*others, ModelVersion.is_active).values(is_active=False, updated_at=now())
    )
    row = dialect.insert(ModelVersion).values(
        model_name=manifest.pack,
        version=manifest.version,
        sha256=sha256,
        size_bytes=manifest.size_bytes,
        manifest=manifest.model_dump(mode="json"),
        is_active=True,
    )
    await session.execute(row.on_conflict_do_nothing())
