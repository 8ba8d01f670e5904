"""The routes of monitoring."""

from typing import Annotated

from fastapi import APIRouter, Query

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import Session, TheWorld, known_query
from cultivar.monitoring import service
from cultivar.monitoring.schemas import FeedbackStats, Scope, Statistics
from cultivar.predictions.schemas import Line

router = APIRouter(tags=["monitoring"], dependencies=[known_query])

Word = Annotated[Line | None, Query(max_length=64)]
Days = Annotated[int, Query(ge=1, le=366, description="How many days in UTC, today among them.")]
Mine = Annotated[bool, Query(description="Only your own, instead of all people's.")]


@router.get("/statistics")
async def read_statistics(
    session: Session,
    actor: Annotated[Actor, needs("statistics:read")],
    world: TheWorld,
    days: Days = 7,
    model: Word = None,
    model_version: Word = None,
    mine: Mine = False,
) -> Statistics:
    """How much was asked, how fast it was answered, how satisfied people are."""
    scope = Scope(days, model, model_version, actor.user_id if mine else None)
    return await service.statistics(session, scope, world=world)


@router.get("/feedback/stats")
async def read_feedback_stats(
    session: Session,
    actor: Annotated[Actor, needs("feedback:read")],
    world: TheWorld,
    days: Days = 7,
    model: Word = None,
    model_version: Word = None,
    mine: Mine = False,
) -> FeedbackStats:
    """How often people say that answers are right: over all, by class, by day and version."""
    scope = Scope(days, model, model_version, actor.user_id if mine else None)
    return await service.feedback_stats(session, scope, world=world)
