"""The routes of predictions."""

from dataclasses import replace
from inspect import Parameter, Signature
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import RedirectResponse

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, TheWorld, known_query
from cultivar.kernel.intake import BodyStalled
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import MalformedBody, responses
from cultivar.kernel.storage import StorageUnavailable
from cultivar.kernel.text import Line
from cultivar.packs.service import language_for
from cultivar.photos.schemas import Size
from cultivar.predictions import forms, openapi
from cultivar.predictions.errors import (
    EmptyFile,
    ExplanationMissing,
    ImageGone,
    KeyInUse,
    KeyMismatch,
    NotAPhoto,
    PhotoNotKept,
    PredictionUnknown,
    PurposeUnknown,
)
from cultivar.predictions.explanations import ExplanationJob, ExplanationOut
from cultivar.predictions.filters import Filters, Range, Since, Until
from cultivar.predictions.found import COUNTS, Share
from cultivar.predictions.schemas import Answer, PredictionOut
from cultivar.predictions.service import history, why
from cultivar.predictions.service.ask import Question, ask
from cultivar.registry.errors import ModelsNotReady, UnknownModel, VersionGone
from cultivar.vision.errors import ModelNotOpen, NotExplainable, Overloaded, UnreadableImage
from cultivar.vision.overlay import Kind

router = APIRouter(tags=["predictions"])

Word = Annotated[Line | None, Query(max_length=255)]
Count = Annotated[int | None, Query(ge=0, le=1_000_000)]
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="Any text of your own: the same request with the same key within 30 days gets the same answer.",
    ),
]
Language = Annotated[str, Header(max_length=255, description="`en` or `fr`.")]


@router.post(
    "/predict",
    response_model=Answer,
    openapi_extra=openapi.PREDICT,
    responses=openapi.REPLAYED
    | responses(
        MalformedBody,
        EmptyFile,
        UnreadableImage,
        UnknownModel,
        KeyInUse,
        NotAPhoto,
        BodyStalled,
        KeyMismatch,
        PurposeUnknown,
        ModelsNotReady,
        ModelNotOpen,
        Overloaded,
        StorageUnavailable,
    ),
)
async def predict(
    request: Request,
    actor: Annotated[Actor, needs("predict")],
    world: TheWorld,
    idempotency_key: Key = None,
    accept_language: Language = "en",
) -> Response:
    """Say what a photo shows: one to five photos of one plant get one answer.

    Send a form with parts named `file` and the parameters as fields, or one photo as the body and the parameters in
    the query. A refusal is an answer too: 200 with `refused`, a reason and advice.
    """
    with world.intake.reading(request.receive) as receive:
        counted = Request(request.scope, receive)
        params, photos = await forms.read_question(counted, world.settings.predict_body_limit)
        told = await ask(actor, Question(photos, params, language_for(accept_language), idempotency_key), world)
    headers = {"Idempotency-Replayed": "true"} if told.replayed else None
    return Response(told.body, media_type="application/json", headers=headers)


class _Counts:
    """Reads `ripe_count=3`, `ripe_count_min=1`, `ripe_count_max=5` and their like off the query; limits count too."""

    __signature__ = Signature(
        [
            Parameter(name + end, Parameter.KEYWORD_ONLY, default=None, annotation=Count)
            for name in COUNTS
            for end in ("", "_min", "_max")
        ]
    )

    def __call__(self, **given: int | None) -> dict[str, Range]:
        ranges = {name: Range(given[name], given[f"{name}_min"], given[f"{name}_max"]) for name in COUNTS}
        return {name: range_ for name, range_ in ranges.items() if range_ != Range()}


def _filters(
    model: Word = None,
    model_version: Word = None,
    class_name: Word = None,
    refused: bool | None = None,
    has_feedback: bool | None = None,
    since: Annotated[Since | None, Query(alias="from", description="From this moment or day on (UTC).")] = None,
    until: Annotated[
        Until | None, Query(alias="to", description="Before this moment, or to the end of this day.")
    ] = None,
    min_confidence: Annotated[Share | None, Query(description="Leaves out refusals too.")] = None,
    q: Annotated[Line | None, Query(max_length=255, description="Part of the class name or of the place.")] = None,
) -> Filters:
    return Filters(model, model_version, class_name, refused, has_feedback, since, until, min_confidence, q)


def _all_filters(
    filters: Annotated[Filters, Depends(_filters)], counts: Annotated[dict[str, Range], Depends(_Counts())]
) -> Filters:
    return replace(filters, counts=counts)


@router.get("/predictions", responses=responses(InvalidCursor))
async def list_predictions(
    session: Session,
    actor: Annotated[Actor, needs("predictions:read")],
    world: TheWorld,
    filters: Annotated[Filters, Depends(_all_filters)],
    cursor: CursorParams,
) -> Page[PredictionOut]:
    """Your kept answers, newest first."""
    return await history.own_page(session, actor, filters, cursor, world.storage)


@router.get("/predictions/{prediction_id}", responses=responses(PredictionUnknown))
async def read_prediction(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predictions:read")], world: TheWorld
) -> PredictionOut:
    """One of your kept answers, with what you said of it."""
    return await history.own_shown(session, actor, prediction_id, world.storage)


@router.get(
    "/predictions/{prediction_id}/image",
    status_code=307,
    response_class=RedirectResponse,
    responses=openapi.TO_IMAGE | responses(PredictionUnknown, ImageGone),
)
async def read_image(
    prediction_id: UUID,
    session: Session,
    actor: Annotated[Actor, needs("predictions:read")],
    world: TheWorld,
    size: Size = "full",
    index: Annotated[int, Query(ge=0, lt=forms.PHOTOS_AT_MOST, description="Which of several photos.")] = 0,
) -> str:
    """The photo itself: leads to a link that works for an hour without a header.

    `thumb` is at most 512 pixels long; until it is made, the full photo stands in.
    """
    return await history.image_link(session, actor, prediction_id, storage=world.storage, index=index, size=size)


@router.get(
    "/predictions/{prediction_id}/visualization",
    response_class=Response,
    responses=openapi.PICTURE | responses(UnreadableImage, PredictionUnknown, ImageGone, StorageUnavailable),
)
async def read_visualization(
    prediction_id: UUID,
    actor: Annotated[Actor, needs("predictions:read")],
    world: TheWorld,
    index: Annotated[
        int | None,
        Query(ge=0, lt=forms.PHOTOS_AT_MOST, description="Which of several photos; else the first that was answered."),
    ] = None,
    kind: Annotated[Kind, Query(alias="format")] = "jpeg",
    accept_language: Language = "en",
    _: None = known_query,
) -> Response:
    """The photo with its answer drawn on it: boxes, outlines, names and the grade, in colours that all can tell apart.

    Drawn anew from the kept photo each time, so it ends with it. At most 1280 pixels long.
    """
    words = language_for(accept_language)
    drawn = await history.drawn(world, actor, prediction_id, index=index, kind=kind, language=words)
    return Response(drawn, media_type=f"image/{kind}", headers={"Cache-Control": "private, max-age=3600"})


@router.post(
    "/predictions/{prediction_id}/explanation",
    status_code=202,
    responses=openapi.TO_JOB | responses(PredictionUnknown, PhotoNotKept, NotExplainable, VersionGone),
)
async def ask_why(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predict")], response: Response
) -> ExplanationJob:
    """Have a picture made that says why: which parts of the photo the network could least do without.

    Of kept answers of classifiers that name a class. Asked twice, the job is the same.
    """
    asked = await why.ask(session, actor, prediction_id)
    response.headers["Location"] = f"/api/v1/jobs/{asked.job_id}"
    return asked


@router.get(
    "/predictions/{prediction_id}/explanation", responses=responses(PredictionUnknown, ExplanationMissing, ImageGone)
)
async def read_why(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predictions:read")], world: TheWorld
) -> ExplanationOut:
    """How far the picture is that says why, and where it is once it is made. It is kept as long as the photo."""
    return await why.read(session, actor, prediction_id, world.storage)


@router.delete("/predictions/{prediction_id}", status_code=204, responses=responses(PredictionUnknown))
async def delete_prediction(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predictions:write")]
) -> None:
    """Remove a kept answer with its photos and your feedback. The counts over all people stay."""
    await history.delete_own(session, actor, prediction_id)
