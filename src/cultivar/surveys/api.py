"""The routes of surveys."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, known_query
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.packs.service import language_for
from cultivar.predictions.errors import PredictionUnknown
from cultivar.surveys import page, service, table
from cultivar.surveys.errors import NotALeafPhoto, PlantUnknown, PredictionTaken, SurveyFull, SurveyUnknown
from cultivar.surveys.schemas import (
    Format,
    Label,
    PlantIn,
    PlantOut,
    Report,
    SurveyHead,
    SurveyIn,
    SurveyOut,
    SurveyPatch,
    Visits,
    Words,
)

router = APIRouter(prefix="/surveys", tags=["surveys"], dependencies=[known_query])

Reads = Annotated[Actor, needs("surveys:read")]
Writes = Annotated[Actor, needs("surveys:write")]
PlantLabel = Annotated[Label, Path(description="The plant's name within the survey.")]
Language = Annotated[str, Header(alias="accept-language", max_length=255, description="`en` or `fr`.")]
_FORMATS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}}}
}


@router.post("", status_code=201)
async def begin_survey(body: SurveyIn, session: Session, actor: Writes, response: Response) -> SurveyOut:
    """Begin a walk through a plot."""
    survey = await service.begin(session, actor, body)
    response.headers["Location"] = f"/api/v1/surveys/{survey.id}"
    return survey


@router.get("", responses=responses(InvalidCursor))
async def list_surveys(
    session: Session, actor: Reads, cursor: CursorParams, plot: Annotated[Words | None, Query()] = None
) -> Page[SurveyHead]:
    """Your surveys, newest first."""
    return await service.page(session, actor, plot, cursor)


@router.get("/{survey_id}", responses=responses(SurveyUnknown))
async def read_survey(survey_id: UUID, session: Session, actor: Reads) -> SurveyOut:
    """One survey with its plants and leaves."""
    return await service.read(session, actor, survey_id)


@router.patch("/{survey_id}", responses=responses(SurveyUnknown))
async def change_survey(survey_id: UUID, body: SurveyPatch, session: Session, actor: Writes) -> SurveyOut:
    """Set what is sent."""
    return await service.change(session, actor, survey_id, body)


@router.delete("/{survey_id}", status_code=204, responses=responses(SurveyUnknown))
async def delete_survey(survey_id: UUID, session: Session, actor: Writes) -> None:
    """Remove a survey; photos and answers stay."""
    await service.remove(session, actor, survey_id)


@router.put(
    "/{survey_id}/plants/{plant}",
    responses=responses(SurveyUnknown, SurveyFull, PredictionUnknown, NotALeafPhoto, PredictionTaken),
)
async def put_plant(survey_id: UUID, plant: PlantLabel, body: PlantIn, session: Session, actor: Writes) -> PlantOut:
    """Set a plant and all its leaves. Send it again whenever a leaf has been added: the same again changes nothing."""
    return await service.put_plant(session, actor, survey_id, plant, body)


@router.delete("/{survey_id}/plants/{plant}", status_code=204, responses=responses(SurveyUnknown, PlantUnknown))
async def delete_plant(survey_id: UUID, plant: PlantLabel, session: Session, actor: Writes) -> None:
    """Take a plant out, with its leaves."""
    await service.remove_plant(session, actor, survey_id, plant)


@router.get("/{survey_id}/report", response_model=Report, responses=_FORMATS | responses(SurveyUnknown))
async def read_report(
    survey_id: UUID,
    session: Session,
    actor: Reads,
    wanted: Annotated[Format, Query(alias="format", description="`csv`: a row a leaf; `html`: to print.")] = "json",
    accept_language: Language = "en",
) -> Response:
    """Infection index, youngest leaf spotted, functional leaves, and what is missing."""
    if wanted == "csv":
        return Response(table.to_csv(await service.read(session, actor, survey_id)), media_type="text/csv")
    told = await service.reported(session, actor, survey_id, language_for(accept_language))
    if wanted == "json":
        return Response(told.model_dump_json(), media_type="application/json")
    visits = await service.visits(session, actor, survey_id)
    return Response(page.to_html(told, visits, language_for(accept_language)), media_type="text/html")


@router.get("/{survey_id}/visits", responses=responses(SurveyUnknown))
async def compare_visits(survey_id: UUID, session: Session, actor: Reads) -> Visits:
    """All your visits to this survey's plot side by side, oldest first."""
    return await service.visits(session, actor, survey_id)
