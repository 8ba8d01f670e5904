"""The routes of batches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from cultivar.bulk import forms, openapi, results, service
from cultivar.bulk.errors import (
    ArchiveTooLarge,
    ArchiveUnreadable,
    NoPhotosSent,
    NotABatch,
    ResultsGone,
    TooManyPhotos,
    WebhookRefused,
)
from cultivar.bulk.schemas import BatchOut, Format
from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, TheWorld
from cultivar.kernel.jobs.queue import JobNotFound
from cultivar.kernel.pages import InvalidCursor
from cultivar.kernel.problems import MalformedBody, responses
from cultivar.kernel.storage import StorageUnavailable
from cultivar.photos.errors import PhotoUnknown
from cultivar.predictions.errors import KeyMismatch
from cultivar.registry.errors import ModelsNotReady, UnknownModel

router = APIRouter()

Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="Any text of your own: the same request with the same key makes one job, as long as it is kept.",
    ),
]
Words = Annotated[str, Header(max_length=255, description="`en` or `fr`.")]


@router.post(
    "/predict/batch",
    status_code=202,
    tags=["predictions"],
    response_model=BatchOut,
    openapi_extra=openapi.BATCH,
    responses=openapi.ACCEPTED
    | responses(
        MalformedBody,
        NoPhotosSent,
        ArchiveUnreadable,
        WebhookRefused,
        UnknownModel,
        PhotoUnknown,
        TooManyPhotos,
        ArchiveTooLarge,
        NotABatch,
        KeyMismatch,
        ModelsNotReady,
        StorageUnavailable,
    ),
)
async def predict_batch(
    request: Request,
    actor: Annotated[Actor, needs("predict")],
    world: TheWorld,
    idempotency_key: Key = None,
    accept_language: Words = "en",
) -> Response:
    """Look at many photos, each by itself; the answer is a job to follow.

    Send a form with up to 100 `files`, or one ZIP of up to 10,000 photos as `archive`; a ZIP as the body with the
    parameters in the query; or JSON with `image_ids`, stored photos of your own. A photo that cannot be read fails
    alone.
    """
    batch = await forms.read_batch(request, world, language=accept_language, key=idempotency_key)
    out, replayed = await forms.kept(batch, world, service.submit(actor, batch, world))
    headers = {"Location": f"/api/v1/jobs/{out.job_id}"} | ({"Idempotency-Replayed": "true"} if replayed else {})
    return Response(out.model_dump_json(), 202, headers, "application/json")


@router.get(
    "/jobs/{job_id}/results",
    tags=["jobs"],
    response_class=Response,
    summary="What came of each photo of a batch",
    responses=openapi.RESULTS | responses(JobNotFound, ResultsGone, InvalidCursor),
)
async def read_results(
    job_id: UUID,
    actor: Annotated[Actor, needs("jobs:read")],
    world: TheWorld,
    cursor: CursorParams,
    kind: Annotated[Format, Query(alias="format", description="`ndjson` and `csv` hold all, without pages.")] = "json",
) -> Response:
    """In the order of the photos, each with its name and its answer or error; while the job runs, those done so far.

    Answers that consent does not keep are there for a day after the job's end.
    """
    if kind == "json":
        return Response(await results.page(world, actor, job_id, cursor), media_type="application/json")
    await results.check(world.db, actor, job_id)
    make, media_type = (results.table, "text/csv") if kind == "csv" else (results.ndjson, "application/x-ndjson")
    return StreamingResponse(make(world.db, actor, job_id), media_type=media_type)
