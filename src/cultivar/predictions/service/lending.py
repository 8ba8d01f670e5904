"""What the neighbours take of a prediction: feedback its subject, datasets what may teach."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import tokens
from cultivar.kernel.actor import Actor
from cultivar.kernel.errors import NotSignedIn
from cultivar.photos import service as photos
from cultivar.photos.schemas import Held
from cultivar.predictions import queries
from cultivar.predictions.errors import PredictionUnknown
from cultivar.predictions.schemas import OwnFeedback, Thing
from cultivar.predictions.service.history import HOLDER
from cultivar.predictions.tables import Prediction, PredictionInstance

FEEDBACK = "feedback"
"""The purpose of the token that opens feedback on an answer that is not stored."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What feedback is about. `owner_id` is None for an answer that is not stored.

    `things` by their `instance_id`. `sizes`: width and height of each upright photo, empty where they are not kept.
    """

    prediction_id: UUID
    owner_id: UUID | None
    model: str
    model_version: str
    class_id: int | None
    class_name: str | None
    confidence: float | None
    made_at: datetime
    things: dict[int, Thing]
    sizes: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Trainable:
    """A prediction whose owner consents to training: its pack, what it found, and its photos by their place.

    Photos that were refused are left out.
    """

    model: str
    class_name: str | None
    photos: dict[int, Held]
    things: list[Thing]


async def open_for_feedback(session: AsyncSession, actor: Actor, prediction_id: UUID, token: str | None) -> Subject:
    """What feedback on this prediction is about, locked until the end of the transaction.

    A prediction that belongs to nobody is opened by its token alone. Raises PredictionUnknown.
    """
    row = await queries.own_one(session, actor, prediction_id, lock=True)
    if row is None and token is not None and _opens(token, prediction_id):
        row = await queries.ownerless(session, prediction_id, lock=True)
    if row is None:
        raise PredictionUnknown
    things = (await queries.instances(session, [row.id])).get(row.id, [])
    return Subject(
        prediction_id=row.id,
        owner_id=row.owner_id,
        model=row.model,
        model_version=row.model_version,
        class_id=row.class_id,
        class_name=row.class_name,
        confidence=row.confidence,
        made_at=row.created_at,
        things={thing.instance_id: _thing(thing) for thing in things},
        sizes=[(width, height) for width, height in row.sizes or []],
    )


def _opens(token: str, prediction_id: UUID) -> bool:
    try:
        return bool(tokens.unsign(token, FEEDBACK)["sub"] == str(prediction_id))
    except NotSignedIn:
        return False


def _thing(row: PredictionInstance) -> Thing:
    bbox = (row.bbox[0], row.bbox[1], row.bbox[2], row.bbox[3]) if row.bbox else None
    polygon = tuple((x, y) for x, y in row.polygon) if row.polygon else None
    return Thing(row.instance_id, row.file_index, row.class_id, row.class_name, bbox, polygon)


async def note_feedback(session: AsyncSession, prediction_id: UUID, feedback: OwnFeedback | None) -> None:
    """Keep a copy of what the owner says now beside the answer; None when it was taken back."""
    copy = feedback.model_dump(mode="json") if feedback else None
    await session.execute(update(Prediction).where(Prediction.id == prediction_id).values(feedback=copy))


async def trainable(
    session: AsyncSession, prediction_ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Trainable]:
    """Those of these predictions whose owners still consent to training, with `lock` until the transaction ends."""
    rows = await queries.trainable(session, prediction_ids, lock=lock)
    ids = [row.id for row in rows]
    held, things = await photos.held(session, HOLDER, ids), await queries.instances(session, ids)
    return {row.id: _trainable(row, held.get(row.id, {}), things.get(row.id, [])) for row in rows}


def _trainable(row: Prediction, held: Mapping[int, Held], things: Sequence[PredictionInstance]) -> Trainable:
    refused = _refused(row.said)
    spoken_of = {index: photo for index, photo in held.items() if index not in refused}
    return Trainable(row.model, row.class_name, spoken_of, [_thing(thing) for thing in things])


def _refused(said: dict[str, Any]) -> set[int]:
    """Photos of several that were left out of the answer; a person who corrects it does not speak of them."""
    refused = {photo["file_index"] for photo in said["photos"] if photo["refused"]}
    return refused if len(refused) < len(said["photos"]) else set()


async def end_training(session: AsyncSession, person_id: UUID, at: datetime) -> list[UUID]:
    """Nothing that this person had sent by then is open to training any more. Gives the predictions that were."""
    mine = Prediction.owner_id == person_id, Prediction.consent == "train", Prediction.created_at <= at
    ended = update(Prediction).where(*mine).values(consent="store").returning(Prediction.id)
    return list(await session.scalars(ended.execution_options(synchronize_session=False)))
