"""Is it alive, is it ready, and what do its numbers say."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.metadata import version
from typing import Literal

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from cultivar.kernel import metrics, outbox
from cultivar.kernel.auth import public
from cultivar.kernel.clock import now
from cultivar.kernel.errors import CultivarError
from cultivar.kernel.http import TheWorld
from cultivar.kernel.jobs.tables import Job, live
from cultivar.kernel.world import World
from cultivar.monitoring import service as monitoring
from cultivar.registry import service as registry

router = APIRouter(tags=["operation"], dependencies=[public])
numbers = APIRouter(tags=["operation"], dependencies=[public])
VERSION = version("cultivar")

_log = structlog.get_logger(__name__)

State = Literal["ready", "loading", "failed"]


class Health(BaseModel):
    """The process answers."""

    status: Literal["healthy"] = "healthy"
    version: str = VERSION
    timestamp: datetime = Field(default_factory=now)


class Part(BaseModel):
    """One thing that the service stands on."""

    state: State
    ms: float | None = Field(None, description="How long it took to answer, milliseconds.")
    reason: str | None = Field(None, description="What is wrong.")


class Readiness(BaseModel):
    """Ready only if every part is."""

    status: Literal["ready", "not_ready"]
    version: str = VERSION
    timestamp: datetime = Field(default_factory=now)
    database: Part
    storage: Part
    models: dict[str, Part]


@router.get("/health", summary="Is it alive?")
async def health() -> Health:
    return Health()


@router.get("/health/ready", summary="Can it answer?", responses={503: {"model": Readiness, "description": "Not yet"}})
async def ready(world: TheWorld, response: Response) -> Readiness:
    found = await readiness(world)
    if found.status != "ready":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return found


async def readiness(world: World) -> Readiness:
    """Ask every part."""
    database, storage = await _timed(world.db.ping), await _timed(world.storage.ping)
    models = _models(world)
    well = all(part.state == "ready" for part in (database, storage, *models.values()))
    return Readiness(status="ready" if well else "not_ready", database=database, storage=storage, models=models)


def _models(world: World) -> dict[str, Part]:
    name = world.settings.default_model
    if world.catalogue is None:
        return {name: Part(state="loading")}
    there = registry.catalogue(world)
    found = {model: Part(state="ready") for model in there.serving}
    found |= {model: Part(state="failed", reason=reason) for model, reason in there.broken.items()}
    return found or {name: Part(state="failed", reason="no pack has a model")}


async def _timed(ask: Callable[[], Awaitable[None]]) -> Part:
    began = time.perf_counter()
    try:
        await ask()
    except CultivarError as error:
        return Part(state="failed", reason=error.code)
    return Part(state="ready", ms=round((time.perf_counter() - began) * 1000, 1))


@numbers.get("/metrics", summary="Numbers for Prometheus", response_class=PlainTextResponse)
async def read_metrics(world: TheWorld) -> Response:
    try:
        await _count_what_waits(world)
    except CultivarError as error:
        _log.warning("work_not_counted", code=error.code)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _count_what_waits(world: World) -> None:
    """Jobs that wait or run, which an index holds, facts in the outbox, alerts; those that have ended only grow."""
    unfinished = select(Job.kind, Job.state, func.count()).where(live).group_by(Job.kind, Job.state)
    async with world.db.reading() as session:
        metrics.show_jobs({(kind, state): count for kind, state, count in await session.execute(unfinished)})
        metrics.show_outbox(await outbox.counts(session))
        await monitoring.gauges(session)
