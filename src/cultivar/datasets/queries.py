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


async def known(session: AsyncSession, hashes: Collection[str]) -> dict[tuple[str, str], Item]:
    """Items of these pictures by pack and hash, locked; for the worker, which acts for nobody."""
    statement = select(Item).where(Item.sha256.in_(hashes)).order_by(Item.id).with_for_update()
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return {(item.model, item.sha256): item for item in found}


def of_person(person_id: UUID) -> Select[Item]:
    """Items that a person's photos made; for their own export."""
    return select(Item).where(Item.owner_id == person_id)


async def pictures_of(session: AsyncSession, person_id: UUID) -> Sequence[str]:
    """The hashes of the items that a person's photos made; for their end."""
    return (await session.scalars(select(Item.sha256).where(Item.owner_id == person_id).distinct())).all()
