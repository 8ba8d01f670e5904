"""Say why a classifier named its class: a picture, asked for once, made by a job, kept as long as the photo."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.errors import Broken, CultivarError, Unavailable
from cultivar.kernel.jobs.queue import JobNotFound, enqueue, get_job
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.pages import walk
from cultivar.kernel.storage import ObjectMissing, Storage
from cultivar.kernel.telemetry import forget_actor
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.photos.schemas import Hold
from cultivar.predictions import queries
from cultivar.predictions.errors import ExplanationMissing, ImageGone, PhotoNotKept, PredictionUnknown
from cultivar.predictions.explanations import ExplanationFault, ExplanationJob, ExplanationOut
from cultivar.predictions.schemas import Said
from cultivar.predictions.service import picture
from cultivar.predictions.service.history import HOLDER, WHY_HOLDER
from cultivar.predictions.tables import Explanation, Prediction
from cultivar.registry import service as registry
from cultivar.vision.errors import NotExplainable
from cultivar.vision.explain import METHOD, PASSES
from cultivar.vision.runtime.explaining import Explained, GoOn

EXPLAIN = "predictions.explain"


async def ask(session: AsyncSession, actor: Actor, prediction_id: UUID) -> ExplanationJob:
    """Ask for the picture; as long as it is being made or there, that is not done twice.

    Raises PredictionUnknown, PhotoNotKept, NotExplainable, VersionGone.
    """
    row = await queries.own_one(session, actor, prediction_id, lock=True)
    if row is None:
        raise await _nothing_there(session, prediction_id)
    there = await session.get(Explanation, row.id)
    if there is not None:
        job = await _job(session, actor, there)
        if there.finished_at is not None and await photos.held(session, WHY_HOLDER, [row.id]):
            return ExplanationJob(job_id=there.job_id, state="done")
        if job is not None and job.state in {"queued", "running"}:
            return ExplanationJob(job_id=job.id, state=job.state)
    asked = await _asked(session, row)
    made = await enqueue(
        session, EXPLAIN, {"prediction_id": str(row.id)}, owner_id=actor.user_id, key=str(row.id), total=PASSES
    )
    asked.job_id = made.id
    await session.merge(asked)
    return ExplanationJob(job_id=made.id, state=made.state)


async def _nothing_there(session: AsyncSession, prediction_id: UUID) -> CultivarError:
    """Of an answer that belongs to nobody, whoever knows its id may know that there is no photo."""
    if await queries.ownerless(session, prediction_id, lock=False) is None:
        return PredictionUnknown()
    forget_actor()
    return PhotoNotKept()


async def _asked(session: AsyncSession, row: Prediction) -> Explanation:
    """What is to be explained of this answer: the network's own class, in the photo that is shown of several."""
    if row.refusal is not None:
        raise NotExplainable("A refusal names no class that could be explained: its advice says what to do.")
    manifest = await registry.manifest_of(session, row.model, row.model_version)
    if manifest.task != "classify":
        raise NotExplainable("This model outlines what it finds: the outlines say where, and are the explanation.")
    index = picture.first(Said.model_validate(row.said))
    if index not in (await photos.held(session, HOLDER, [row.id])).get(row.id, {}):
        raise PhotoNotKept
    class_id = max(range(len(row.probabilities)), key=row.probabilities.__getitem__)
    return Explanation(
        prediction_id=row.id,
        class_id=class_id,
        class_name=manifest.classes[class_id].name,
        file_index=index,
        method=METHOD,
        decisive=None,
        fault=None,
        created_at=now(),
        finished_at=None,
    )


async def _job(session: AsyncSession, actor: Actor, row: Explanation) -> Job | None:
    """None once it is no longer kept."""
    try:
        return await get_job(session, actor, row.job_id)
    except JobNotFound:
        return None


async def read(session: AsyncSession, actor: Actor, prediction_id: UUID, storage: Storage) -> ExplanationOut:
    """How far it is, and where the picture is. Raises PredictionUnknown, ExplanationMissing, ImageGone."""
    answer = await queries.own_one(session, actor, prediction_id)
    if answer is None:
        raise PredictionUnknown
    row = await session.get(Explanation, prediction_id)
    if row is None:
        raise ExplanationMissing("Ask for it with POST.")
    held = (await photos.held(session, WHY_HOLDER, [prediction_id])).get(prediction_id, {}).get(0)
    if row.finished_at is not None and held is None:
        raise ImageGone("Photos are deleted when their time is over, and what explains them too; the answer stays.")
    job = await _job(session, actor, row)
    state = "done" if held else job.state if job else "failed"
    detail = (job.error if job else None) or Broken.title
    fault = ExplanationFault(code=row.fault or Broken.code, detail=detail)
    return ExplanationOut(
        prediction_id=prediction_id,
        job_id=row.job_id,
        state=state,
        url=photos.link(storage, held, "full") if held else None,
        width=held.width if held else None,
        height=held.height if held else None,
        method=row.method,
        model=answer.model,
        model_version=answer.model_version,
        class_id=row.class_id,
        class_name=row.class_name,
        file_index=row.file_index,
        decisive=row.decisive,
        error=fault if state == "failed" else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


async def make(world: World, prediction_id: UUID, go_on: GoOn) -> None:
    """Make the picture and keep it; nothing where the prediction is gone, or once `go_on` says no.

    Raises VersionGone, ImageGone, UnreadableImage, Unavailable; the first three are noted on the row.
    """
    async with world.db.reading() as session:
        row, answer = await session.get(Explanation, prediction_id), await session.get(Prediction, prediction_id)
    if row is None or answer is None or row.finished_at is not None:
        return
    try:
        explained = await _explained(world, answer, row, go_on)
    except CultivarError as error:
        if error.status < 500:
            await _note(world, prediction_id, error.code)
        raise
    if explained is not None:
        await _keep(world, answer, explained)


async def _explained(world: World, answer: Prediction, row: Explanation, go_on: GoOn) -> Explained | None:
    if world.engine is None:
        raise Unavailable("This process does not look at photos.")
    async with world.db.reading() as session:
        held = (await photos.held(session, HOLDER, [answer.id])).get(answer.id, {})
    try:
        photo = await world.storage.get(held[row.file_index].key)
    except (KeyError, ObjectMissing) as error:
        raise ImageGone from error
    async with registry.lent(world, answer.model, answer.model_version) as key:
        explained: Explained | None = await world.engine.explain(key, photo, row.class_id, go_on)
    return explained


async def _note(world: World, prediction_id: UUID, code: str) -> None:
    async with world.db.transaction() as session:
        row = await queries.explanation(session, prediction_id)
        if row is not None:
            row.fault = code


async def _keep(world: World, answer: Prediction, explained: Explained) -> None:
    """As long as the photo; not if the prediction went meanwhile."""
    if answer.owner_id is None:
        return
    stored = await photos.store(world.storage, [explained.picture], owner_id=answer.owner_id)
    until = answer.created_at + timedelta(days=world.settings.photo_retention_days)
    async with world.db.transaction() as session:
        row = await queries.explanation(session, answer.id)
        if row is not None and row.finished_at is None:
            await photos.keep(session, [(stored, Hold(WHY_HOLDER, answer.id, until))])
            row.decisive, row.fault, row.finished_at = explained.decisive, None, now()
            return
    await world.storage.delete(stored[0].key)


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget what explains a person's predictions; the pictures go with their photos."""
    theirs = select(Prediction.id).where(Prediction.owner_id == person_id)
    await session.execute(delete(Explanation).where(Explanation.prediction_id.in_(theirs)))


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
    """What explains a person's predictions; the pictures stand with their photos."""
    names = ("prediction_id", "class_id", "class_name", "file_index", "method", "decisive", "created_at", "finished_at")
    async for rows in walk(session, queries.explanations_of(person_id), Explanation.prediction_id):
        yield [{name: getattr(row, name) for name in names} for row in rows]
