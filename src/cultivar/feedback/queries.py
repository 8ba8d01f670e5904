"""Questions about feedback. Each takes the one who asks: a stranger finds nothing."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.feedback.tables import Feedback, FeedbackChange, FeedbackInstance
from cultivar.kernel.actor import Actor


async def about(session: AsyncSession, prediction_id: UUID) -> Feedback | None:
    """The feedback on a prediction that predictions has opened, and locked, for the one who asks."""
    statement = select(Feedback).where(Feedback.prediction_id == prediction_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def about_each(session: AsyncSession, prediction_ids: Collection[UUID]) -> Sequence[Feedback]:
    """The feedback on these predictions; for the datasets' worker, which acts for nobody."""
    statement = select(Feedback).where(Feedback.prediction_id.in_(prediction_ids))
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def own_or_ownerless(session: AsyncSession, actor: Actor, feedback_id: UUID) -> Feedback | None:
    """The actor's own, or nobody's: that still needs the prediction's token."""
    return await session.scalar(
        select(Feedback).where(
            Feedback.id == feedback_id, (Feedback.owner_id == actor.user_id) | Feedback.owner_id.is_(None)
        )
    )


async def changes(session: AsyncSession, feedback_ids: Collection[UUID]) -> dict[UUID, list[FeedbackChange]]:
    """What was said over time, oldest first, of feedback that has been found for the one who asks."""
    statement = select(FeedbackChange).where(FeedbackChange.feedback_id.in_(feedback_ids)).order_by(FeedbackChange.id)
    found: dict[UUID, list[FeedbackChange]] = defaultdict(list)
    for change in await session.scalars(statement):
        found[change.feedback_id].append(change)
    return found


async def instances(session: AsyncSession, feedback_ids: Collection[UUID]) -> dict[UUID, list[FeedbackInstance]]:
    """What is said now of single instances, in the order in which it was sent, of feedback that has been found."""
    of_these = FeedbackInstance.feedback_id.in_(feedback_ids)
    statement = select(FeedbackInstance).where(of_these).order_by(FeedbackInstance.position)
    found: dict[UUID, list[FeedbackInstance]] = defaultdict(list)
    for row in await session.scalars(statement.execution_options(populate_existing=True)):
        found[row.feedback_id].append(row)
    return found


def of_person(person_id: UUID) -> Select[Feedback]:
    """Everything a person has said; for their own export."""
    return select(Feedback).where(Feedback.owner_id == person_id)
