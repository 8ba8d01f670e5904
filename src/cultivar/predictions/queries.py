"""Questions about predictions. Each takes the one who asks: a stranger finds nothing."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.predictions.schemas import Filters
from cultivar.predictions.tables import Prediction


def own(actor: Actor, filters: Filters) -> Select[Prediction]:
    """The actor's predictions that fit, newest first."""
    return (
        select(Prediction)
        .where(Prediction.owner_id == actor.user_id, *_conditions(filters))
        .order_by(Prediction.id.desc())
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted = {
        "model": Prediction.model == filters.model,
        "model_version": Prediction.model_version == filters.model_version,
        "class_name": Prediction.class_name == filters.class_name,
        "refused": Prediction.refusal.is_not(None) == filters.refused,
        "has_feedback": Prediction.feedback.is_not(None) == filters.has_feedback,
        "since": Prediction.created_at >= filters.since,
        "until": Prediction.created_at < filters.until,
        "min_confidence": Prediction.confidence >= filters.min_confidence,
    }
    conditions = [condition for name, condition in wanted.items() if getattr(filters, name) is not None]
    if filters.q:
        conditions.append(
            or_(
                Prediction.class_name.icontains(filters.q, autoescape=True),
                Prediction.user_location.icontains(filters.q, autoescape=True),
            )
        )
    return conditions


async def own_one(session: AsyncSession, actor: Actor, prediction_id: UUID, *, lock: bool = False) -> Prediction | None:
    """The actor's own prediction. `lock` keeps others from changing it until the end of the transaction."""
    statement = select(Prediction).where(Prediction.id == prediction_id, Prediction.owner_id == actor.user_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def ownerless(session: AsyncSession, prediction_id: UUID, *, lock: bool) -> Prediction | None:
    """A prediction that belongs to nobody, for whoever holds its token."""
    statement = select(Prediction).where(Prediction.id == prediction_id, Prediction.owner_id.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def trainable(session: AsyncSession, prediction_ids: Collection[UUID]) -> Sequence[Prediction]:
    """Those whose owner still consents to training; for the datasets' worker, which acts for nobody."""
    return (
        await session.scalars(
            select(Prediction).where(Prediction.id.in_(prediction_ids), Prediction.consent == "train")
        )
    ).all()


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[Prediction]:
    """Everything a person has here, oldest first; for their own export."""
    return (
        await session.scalars(select(Prediction).where(Prediction.owner_id == person_id).order_by(Prediction.id))
    ).all()
