"""Questions about items."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.datasets.schemas import ItemFilters
from cultivar.datasets.tables import Item


def fitting(filters: ItemFilters) -> Select[Item]:
    """Items of everybody, newest first; for experts, who label them."""
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    return select(Item).filter_by(**given).order_by(Item.id.desc())


async def known(session: AsyncSession, model: str, hashes: Collection[str]) -> dict[str, Item]:
    """Items of a pack by the hash of their picture; for the worker, which acts for nobody."""
    found = await session.scalars(select(Item).where(Item.model == model, Item.sha256.in_(hashes)).with_for_update())
    return {item.sha256: item for item in found}


async def from_predictions(session: AsyncSession, prediction_ids: Collection[UUID]) -> Sequence[Item]:
    """Items that corrections of these predictions made; for the worker."""
    return (await session.scalars(select(Item).where(Item.source_id.in_(prediction_ids)))).all()


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[Item]:
    """Items that a person's photos made, oldest first; for their own export and for its end."""
    return (await session.scalars(select(Item).where(Item.owner_id == person_id).order_by(Item.id))).all()
