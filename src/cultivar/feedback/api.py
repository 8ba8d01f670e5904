"""The routes of feedback."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from cultivar.feedback import service
from cultivar.feedback.errors import (
    BadPlace,
    ClassUnknown,
    Contradiction,
    FeedbackUnknown,
    InstanceUnknown,
    NothingSaid,
)
from cultivar.feedback.schemas import FeedbackIn, FeedbackOut, FeedbackPatch, Thanks
from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import Session, TheWorld
from cultivar.kernel.problems import responses
from cultivar.predictions.errors import PredictionUnknown
from cultivar.registry.errors import ModelsNotReady, UnknownModel

router = APIRouter(prefix="/feedback", tags=["feedback"])

SAID = (InstanceUnknown, BadPlace, ClassUnknown, Contradiction, NothingSaid)
"""What may be wrong with what is said."""

Token = Annotated[
    str | None,
    Header(max_length=4096, description="The answer's `feedback_token`, for feedback on one that is not stored."),
]


@router.post(
    "/submit",
    status_code=201,
    responses={
        200: {"model": Thanks, "description": "You had given feedback before; it is replaced."},
        **responses(PredictionUnknown, UnknownModel, *SAID, ModelsNotReady),
    },
)
async def submit_feedback(
    body: FeedbackIn,
    session: Session,
    actor: Annotated[Actor, needs("feedback:write")],
    world: TheWorld,
    response: Response,
) -> Thanks:
    """Say whether an answer was right, and what it is really; of a detector's, instance by instance too.

    Corrections of photos that were sent with consent `train` wait for an expert and then teach the next model.
    """
    feedback_id, is_first = await service.submit(session, actor, body, world=world)
    response.status_code = 201 if is_first else 200
    return Thanks(feedback_id=feedback_id, warnings=body.warnings)


@router.get("/{feedback_id:uuid}", responses=responses(FeedbackUnknown))
async def read_feedback(
    feedback_id: UUID, session: Session, actor: Annotated[Actor, needs("feedback:read")], feedback_token: Token = None
) -> FeedbackOut:
    """Your feedback, and what you said before."""
    return await service.read(session, actor, feedback_id, token=feedback_token)


@router.patch(
    "/{feedback_id:uuid}",
    responses=responses(FeedbackUnknown, UnknownModel, *SAID, ModelsNotReady),
)
async def change_feedback(
    feedback_id: UUID,
    body: FeedbackPatch,
    session: Session,
    actor: Annotated[Actor, needs("feedback:write")],
    world: TheWorld,
    feedback_token: Token = None,
) -> FeedbackOut:
    """Change your mind: the fields that are sent are set, null clears one."""
    out = await service.change(session, actor, feedback_id, body, token=feedback_token, world=world)
    return out.model_copy(update={"warnings": body.warnings})


@router.delete("/{feedback_id:uuid}", status_code=204, responses=responses(FeedbackUnknown))
async def withdraw_feedback(
    feedback_id: UUID, session: Session, actor: Annotated[Actor, needs("feedback:write")], feedback_token: Token = None
) -> None:
    """Take your feedback back: it is counted no longer, and nothing learns from it."""
    await service.withdraw(session, actor, feedback_id, token=feedback_token)
