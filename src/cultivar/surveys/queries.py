"""Questions about surveys. Each takes the one who asks: a stranger finds nothing."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.surveys.tables import Survey, SurveyLeaf, SurveyPlant


async def own(session: AsyncSession, actor: Actor, survey_id: UUID, *, lock: bool = False) -> Survey | None:
    """The actor's own survey; `lock` keeps others from changing it until the end of the transaction."""
    statement = select(Survey).where(Survey.id == survey_id, Survey.owner_id == actor.user_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


def own_all(actor: Actor, plot: str | None) -> Select[Survey]:
    """The actor's surveys, newest first, of one plot or of all."""
    mine = select(Survey).where(Survey.owner_id == actor.user_id)
    return (mine if plot is None else mine.where(Survey.plot == plot)).order_by(Survey.id.desc())


async def latest_visits(session: AsyncSession, actor: Actor, plot: str, most: int) -> Sequence[Survey]:
    """The actor's last surveys of a plot, oldest first."""
    mine = select(Survey).where(Survey.owner_id == actor.user_id, Survey.plot == plot)
    rows = (await session.scalars(mine.order_by(Survey.visited_on.desc(), Survey.id.desc()).limit(most))).all()
    return rows[::-1]


async def plants_of(session: AsyncSession, survey_ids: Collection[UUID]) -> Sequence[SurveyPlant]:
    """The plants of surveys that have been found for the one who asks."""
    statement = select(SurveyPlant).where(SurveyPlant.survey_id.in_(survey_ids)).order_by(SurveyPlant.label)
    return (await session.scalars(statement)).all()


async def leaves_of(session: AsyncSession, survey_ids: Collection[UUID]) -> Sequence[SurveyLeaf]:
    """As `plants_of`."""
    statement = select(SurveyLeaf).where(SurveyLeaf.survey_id.in_(survey_ids))
    return (await session.scalars(statement.order_by(SurveyLeaf.plant, SurveyLeaf.rank))).all()


async def plant(session: AsyncSession, survey_id: UUID, label: str) -> SurveyPlant | None:
    """A plant of a survey that has been found for the one who asks."""
    return await session.get(SurveyPlant, (survey_id, label))


async def count_plants(session: AsyncSession, survey_id: UUID) -> int:
    """As `plant`."""
    statement = select(func.count()).select_from(SurveyPlant).where(SurveyPlant.survey_id == survey_id)
    return await session.scalar(statement) or 0


async def elsewhere(session: AsyncSession, survey_id: UUID, label: str, ids: Collection[UUID]) -> bool:
    """Whether one of these predictions stands for a leaf of another plant of the survey."""
    statement = select(SurveyLeaf.rank).where(
        SurveyLeaf.survey_id == survey_id, SurveyLeaf.plant != label, SurveyLeaf.prediction_id.in_(ids)
    )
    return await session.scalar(statement.limit(1)) is not None


def of_person(person_id: UUID) -> Select[Survey]:
    """All of a person's surveys; for their own export."""
    return select(Survey).where(Survey.owner_id == person_id)
