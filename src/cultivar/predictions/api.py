"""The routes of predictions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import RedirectResponse

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, TheWorld
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import MalformedBody, responses
from cultivar.kernel.storage import StorageUnavailable
from cultivar.photos.schemas import Size
from cultivar.predictions import forms, openapi
from cultivar.predictions.errors import EmptyFile, ImageGone, KeyInUse, KeyMismatch, NotAPhoto, PredictionUnknown
from cultivar.predictions.filters import Filters, Since, Until
from cultivar.predictions.rules import language_for
from cultivar.predictions.schemas import Answer, Line, PredictionOut, Share
from cultivar.predictions.service import history
from cultivar.predictions.service.ask import Question, ask
from cultivar.registry.errors import ModelsNotReady, UnknownModel
from cultivar.vision.errors import ModelNotOpen, Overloaded, UnreadableImage

router = APIRouter(tags=["predictions"])

Word = Annotated[Line | None, Query(max_length=255)]
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="Any text of your own: the same request with the same key within 30 days gets the same answer.",
    ),
]


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
        KeyMismatch,
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
    accept_language: Annotated[str, Header(max_length=255, description="`en` or `fr`.")] = "en",
) -> Response:
    """Say what a photo shows: one to five photos of one plant get one answer.

    Send a form with parts named `file` and the parameters as fields, or one photo as the body and the parameters in
    the query. A refusal is an answer too: 200 with `refused`, a reason and advice.
    """
    params, photos = await forms.read_question(request, world.settings.predict_body_limit)
    told = await ask(actor, Question(photos, params, language_for(accept_language), idempotency_key), world)
    headers = {"Idempotency-Replayed": "true"} if told.replayed else None
    return Response(told.body, media_type="application/json", headers=headers)


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


@router.get("/predictions", responses=responses(InvalidCursor))
async def list_predictions(
    session: Session,
    actor: Annotated[Actor, needs("predictions:read")],
    filters: Annotated[Filters, Depends(_filters)],
    cursor: CursorParams,
) -> Page[PredictionOut]:
    """Your kept answers, newest first."""
    return await history.own_page(session, actor, filters, cursor)


@router.get("/predictions/{prediction_id}", responses=responses(PredictionUnknown))
async def read_prediction(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predictions:read")]
) -> PredictionOut:
    """One of your kept answers, with what you said of it."""
    return await history.own_one(session, actor, prediction_id)


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


@router.delete("/predictions/{prediction_id}", status_code=204, responses=responses(PredictionUnknown))
async def delete_prediction(
    prediction_id: UUID, session: Session, actor: Annotated[Actor, needs("predictions:write")]
) -> None:
    """Remove a kept answer with its photos and your feedback. The counts over all people stay."""
    await history.delete_own(session, actor, prediction_id)
