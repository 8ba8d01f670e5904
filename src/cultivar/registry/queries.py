"""Questions to the rows. Versions of models belong to nobody, so no question takes an actor."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.pages import Cursor, decode_cursor, encode_cursor, exact_total
from cultivar.registry.schemas import Origin, Step
from cultivar.registry.tables import ModelActivation, ModelVersion
from cultivar.vision.manifest import Manifest


async def known(session: AsyncSession) -> dict[tuple[str, str], str]:
    """(model, version) to the identity of its files."""
    rows = await session.execute(select(ModelVersion.model_name, ModelVersion.version, ModelVersion.sha256))
    return {(model, version): sha256 for model, version, sha256 in rows}


async def active(session: AsyncSession) -> Sequence[ModelVersion]:
    """The version of each model that serves."""
    serves = select(ModelVersion).where(ModelVersion.is_active).order_by(ModelVersion.model_name)
    return (await session.scalars(serves)).all()


async def active_names(session: AsyncSession) -> frozenset[tuple[str, str]]:
    """(model, version) of what should serve: asked every few seconds by every process."""
    rows = await session.execute(select(ModelVersion.model_name, ModelVersion.version).where(ModelVersion.is_active))
    return frozenset((model, version) for model, version in rows)


async def version(session: AsyncSession, model: str, name: str) -> ModelVersion | None:
    return await session.scalar(
        select(ModelVersion).where(ModelVersion.model_name == model, ModelVersion.version == name)
    )


async def page(
    session: AsyncSession, model: str, asked: Cursor
) -> tuple[Sequence[ModelVersion], int | None, str | None]:
    """A page of a model's versions, the newest first: rows, how many there are in all, the next cursor."""
    rows = select(ModelVersion).where(ModelVersion.model_name == model)
    total = await exact_total(session, rows)
    if asked.cursor:
        (last,) = decode_cursor(asked.cursor, UUID)
        rows = rows.where(ModelVersion.id < last)
    found = (await session.scalars(rows.order_by(ModelVersion.id.desc()).limit(asked.limit + 1))).all()
    shown = found[: asked.limit]
    return shown, total, encode_cursor(shown[-1].id) if len(found) > asked.limit else None


async def add(session: AsyncSession, manifest: Manifest, sha256: str, origin: Origin) -> bool:
    """Add a version that does not serve; False where it is there already, its own or another's."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(ModelVersion).values(
        model_name=manifest.pack,
        version=manifest.version,
        sha256=sha256,
        size_bytes=manifest.size_bytes,
        manifest=manifest.model_dump(mode="json"),
        origin=origin,
        is_active=False,
    )
    added = await session.scalar(row.on_conflict_do_nothing().returning(ModelVersion.id))
    return added is not None


async def locked(session: AsyncSession, model: str) -> Sequence[ModelVersion]:
    """All versions of a model; whoever else wants to activate one waits until this transaction has ended."""
    rows = select(ModelVersion).where(ModelVersion.model_name == model).order_by(ModelVersion.id).with_for_update()
    return (await session.scalars(rows.execution_options(populate_existing=True))).all()


async def newest_activation(session: AsyncSession, model: str) -> ModelActivation | None:
    rows = select(ModelActivation).where(ModelActivation.model_name == model)
    return await session.scalar(rows.order_by(ModelActivation.id.desc()).limit(1))


async def activation(session: AsyncSession, activation_id: UUID) -> ModelActivation | None:
    return await session.get(ModelActivation, activation_id)


async def make_active(
    session: AsyncSession, row: ModelVersion, *, step: Step, below_id: UUID | None, actor_id: UUID | None
) -> None:
    """The one active version from now on, with its line in the history. The model's rows must be locked."""
    of_model, moment = ModelVersion.model_name == row.model_name, now()
    others = update(ModelVersion).where(of_model, ModelVersion.is_active).values(is_active=False, updated_at=moment)
    await session.execute(others)
    mine: dict[str, Any] = {"is_active": True, "activated_at": moment, "updated_at": moment}
    await session.execute(update(ModelVersion).where(ModelVersion.id == row.id).values(**mine))
    session.add(
        ModelActivation(
            model_name=row.model_name, version=row.version, step=step, below_id=below_id, actor_id=actor_id, at=moment
        )
    )


async def activations_by(session: AsyncSession, actor_id: UUID) -> Sequence[ModelActivation]:
    """Asked by a person's export."""
    rows = select(ModelActivation).where(ModelActivation.actor_id == actor_id).order_by(ModelActivation.id)
    return (await session.scalars(rows)).all()


async def forget_actor(session: AsyncSession, actor_id: UUID) -> None:
    """Asked by an erasure: what was done stays, by whom does not."""
    rows = update(ModelActivation).where(ModelActivation.actor_id == actor_id)
    await session.execute(rows.values(actor_id=None).execution_options(synchronize_session=False))
