"""Background jobs, as their owner sees them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, TheWorld
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.queue import JobNotFound
from cultivar.kernel.jobs.schemas import JobOut
from cultivar.kernel.jobs.tables import Job, JobState
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.kernel.text import Line
from cultivar.web import following

router = APIRouter(prefix="/jobs", tags=["jobs"])

Reader = Annotated[Actor, needs("jobs:read")]

_EVENTS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Server-Sent Events: `progress` whenever the job has got on, `end` once; each with the job.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "`Last-Event-ID` is that of the end: there is nothing more to come."},
}


@router.get("", responses=responses(InvalidCursor), summary="Your jobs")
async def list_jobs(
    session: Session,
    actor: Reader,
    cursor: CursorParams,
    kind: Annotated[Line | None, Query(max_length=80)] = None,
    state: JobState | None = None,
) -> Page[JobOut]:
    """Newest first; each is there for a month after its end."""
    return await queue.own_page(session, actor, cursor, kind=kind, state=state)


@router.get("/{job_id}", response_model=JobOut, responses=responses(JobNotFound), summary="How far a job is")
async def read_job(job_id: UUID, session: Session, actor: Reader) -> Job:
    return await queue.get_job(session, actor, job_id)


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses=_EVENTS | responses(JobNotFound),
    summary="Follow a job",
)
async def follow_job(
    job_id: UUID,
    actor: Reader,
    world: TheWorld,
    last_event_id: Annotated[str | None, Header(max_length=255, description="As browsers send it.")] = None,
) -> Response:
    """Says at once how far the job is, then whenever it has got on, and ends with the job.

    A comment keeps the line open while nothing happens. With `Last-Event-ID`, what was told already is not told again.
    """
    job = await following.now_of(world.db, actor, job_id)
    if following.is_end(job) and following.mark(job) == last_event_id:
        return Response(status_code=204)
    events = following.events(world.db, job, last_event_id)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.delete("/{job_id}", response_model=JobOut, responses=responses(JobNotFound), summary="Call a job off")
async def cancel_job(job_id: UUID, session: Session, actor: Annotated[Actor, needs("jobs:write")]) -> Job:
    """At once while it waits, at its next safe point while it runs; one that has ended stays as it is."""
    return await queue.cancel(session, actor, job_id)
