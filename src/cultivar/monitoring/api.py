"""The routes of monitoring."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, TheWorld, known_query
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.kernel.text import Line
from cultivar.monitoring import service
from cultivar.monitoring.errors import AlertClosed, AlertUnknown
from cultivar.monitoring.schemas import FeedbackStats, Scope, Statistics
from cultivar.monitoring.schemas.watching import (
    AlertFilters,
    AlertOut,
    AlertPatch,
    AlertState,
    DriftReport,
    Kind,
    Performance,
    Severity,
    Span,
)
from cultivar.monitoring.service import alerts
from cultivar.registry.errors import ModelsNotReady

router = APIRouter(tags=["monitoring"], dependencies=[known_query])

Word = Annotated[Line | None, Query(max_length=64)]
Days = Annotated[int, Query(ge=1, le=366, description="How many days in UTC, today among them.")]
Mine = Annotated[bool, Query(description="Only your own, instead of all people's.")]

Expert = Annotated[Actor, needs("statistics:read", role="expert")]
Window = Annotated[Span, Query(description="The last hour, day, week or month, up to now.")]


def _alert_filters(
    state: AlertState | None = None, kind: Kind | None = None, severity: Severity | None = None, model: Word = None
) -> AlertFilters:
    return AlertFilters(state, kind, severity, model)


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


@router.get("/monitoring/performance")
async def read_performance(
    session: Session, _: Expert, world: TheWorld, window: Window = "day", model: Word = None, model_version: Word = None
) -> Performance:
    """How fast and how sure the answers are, what the photos are like, and how busy the machines. For experts.

    An answer that has no owner knows its hour alone and counts at the beginning of it.
    """
    return await service.performance_of(session, window, model, model_version, world=world)


@router.get("/monitoring/drift", responses=responses(ModelsNotReady))
async def read_drift(
    session: Session, _: Expert, world: TheWorld, model: Word = None, model_version: Word = None
) -> DriftReport:
    """Whether the photos of late are like those before, and like those that the model was measured on. For experts."""
    return await service.drift_of(session, model, model_version, world=world)


@router.get("/monitoring/alerts", responses=responses(InvalidCursor))
async def list_alerts(
    session: Session,
    _: Expert,
    world: TheWorld,
    filters: Annotated[AlertFilters, Depends(_alert_filters)],
    cursor: CursorParams,
) -> Page[AlertOut]:
    """What is not as it should be, or was, newest first. For experts."""
    return await service.alerts_page(session, filters, cursor, world=world)


@router.patch("/monitoring/alerts/{alert_id}", responses=responses(AlertUnknown, AlertClosed))
async def change_alert(
    alert_id: UUID, body: AlertPatch, session: Session, actor: Annotated[Actor, needs("alerts:write", role="expert")]
) -> AlertOut:
    """Acknowledge an alert, resolve it, or write a note to it. For experts.

    To resolve drift is to say that the photos of now are the new normal: their baseline begins anew, and what else
    drifts in them is resolved too. Other trouble that goes on opens another alert.
    """
    return await alerts.change(session, actor, alert_id, body)
