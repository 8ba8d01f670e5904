"""Batches: asked for in one transaction, told while they run, forgotten when their time is over."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.bulk import queries, rules
from cultivar.bulk.archives import Archive, Bounds, Member
from cultivar.bulk.errors import NoPhotosSent
from cultivar.bulk.schemas import BatchOut, ItemError, Request, Sent
from cultivar.bulk.tables import Batch, BatchItem
from cultivar.bulk.webhook import check
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import core_insert
from cultivar.kernel.errors import Invalid
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.photos import service as photos
from cultivar.photos.errors import PhotoUnknown
from cultivar.predictions.errors import KeyMismatch
from cultivar.predictions.schemas import AskParams
from cultivar.predictions.service.ask import for_later, saved_consent

LOOK = "bulk.look"
CLEAR = "bulk.clear"
TELL = "bulk.tell"

_NEW_ITEMS = core_insert(BatchItem)
_ROWS = 1000


async def submit(actor: Actor, request: Request, world: World) -> tuple[BatchOut, bool]:
    """Ask for a batch whose photos lie in storage; True if the same request was there before, with its job then.

    Consent is decided here, once. Raises UnknownModel, PurposeUnknown, WebhookRefused, PhotoUnknown, Invalid,
    KeyMismatch, and what is wrong with an archive as a whole.
    """
    asked_at, params = now(), request.params
    if params.webhook_url is not None:
        await check(params.webhook_url, private=world.settings.webhooks_to_private)
    consent = params.consent or await saved_consent(actor, world)
    later = for_later(params, consent, request.language, world)
    kept = consent != "none" and params.save_results
    if params.return_visualization and not kept:
        raise Invalid("A batch draws only answers that are kept: send `consent=store` too.")
    sent = await _sent(actor, request, world)
    asked = later.model_dump(mode="json", include=set(AskParams.model_fields))
    batch = Batch(**_batch(actor, request, world, kept), params=asked, created_at=asked_at)
    return await _ask_for(actor, batch, sent, world)


async def _sent(actor: Actor, request: Request, world: World) -> Sequence[Sent]:
    """Each photo of the request. Raises NoPhotosSent, PhotoUnknown, and what is wrong with an archive."""
    if request.source == "archive":
        sent = await asyncio.to_thread(_listed, world.storage, world.settings, request.job_id)
        if not sent:
            raise NoPhotosSent("This archive holds no file.")
        return sent
    if request.source == "images":
        async with world.db.reading() as session:
            own = await photos.own(session, actor, [one.image_id for one in request.sent if one.image_id])
        if len(own) < len(request.sent):
            raise PhotoUnknown("Not all of `image_ids` are stored photos of yours.")
    return request.sent


def bounds_of(settings: Settings) -> Bounds:
    """What one ZIP may hold."""
    return Bounds(rules.PHOTOS_AT_MOST, settings.predict_body_limit, rules.UNPACKED * settings.batch_body_limit)


def _listed(storage: Storage, settings: Settings, job_id: UUID) -> list[Sent]:
    with storage.reader(rules.object_key(job_id, None)) as file:
        return [_member(member) for member in Archive(file, bounds_of(settings)).members]


def _member(member: Member) -> Sent:
    fault = ItemError(code=member.fault.code, detail=member.fault.detail) if member.fault else None
    return Sent(rules.shown_name(member.name), fault=fault)


def _batch(actor: Actor, request: Request, world: World, kept: bool) -> dict[str, Any]:
    key, secret = request.key, world.settings.secret
    return {
        "job_id": request.job_id,
        "source": request.source,
        "language": request.language,
        "folder": None if request.source == "images" else rules.folder(request.job_id),
        "kept": kept,
        "webhook_url": request.params.webhook_url,
        "key_hash": rules.key_hash(secret, actor.user_id, key) if key else None,
        "fingerprint": rules.fingerprint(secret, actor.user_id, key, request.content) if key else None,
    }


async def _ask_for(actor: Actor, batch: Batch, sent: Sequence[Sent], world: World) -> tuple[BatchOut, bool]:
    out = BatchOut(job_id=batch.job_id, state="queued", total=len(sent))
    if batch.webhook_url:
        out.webhook_secret = rules.webhook_secret(world.settings.secret, actor.user_id)
    if earlier := await _earlier(batch, world):
        return _as_before(out, *earlier), True
    try:
        async with world.db.transaction() as session:
            await _write(session, actor, batch, sent)
    except IntegrityError:
        earlier = await _earlier(batch, world)  # a twin was faster
        if earlier is None:
            raise
        return _as_before(out, *earlier), True
    return out, False


def _as_before(out: BatchOut, job_id: UUID, total: int) -> BatchOut:
    return out.model_copy(update={"job_id": job_id, "total": total})


async def _earlier(batch: Batch, world: World) -> tuple[UUID, int] | None:
    """The job that the same request made before. Raises KeyMismatch."""
    if batch.key_hash is None:
        return None
    async with world.db.reading() as session:
        found = await queries.by_key(session, batch.key_hash)
    if found is None:
        return None
    if found[0].fingerprint != batch.fingerprint:
        raise KeyMismatch("Take a new key for a new request.")
    return found[1].id, found[1].total or 0


async def _write(session: AsyncSession, actor: Actor, batch: Batch, sent: Sequence[Sent]) -> None:
    job = await enqueue(session, LOOK, {}, owner_id=actor.user_id, then=CLEAR, total=len(sent), job_id=batch.job_id)
    job.failed = sum(one.fault is not None for one in sent)
    session.add(batch)
    await session.flush()
    rows = [
        {
            "job_id": batch.job_id,
            "place": place,
            "name": one.name,
            "image_id": one.image_id,
            "state": one.state,
            "code": one.fault and one.fault.code,
            "detail": one.fault and one.fault.detail,
        }
        for place, one in enumerate(sent)
    ]
    for start in range(0, len(rows), _ROWS):
        await session.execute(_NEW_ITEMS, rows[start : start + _ROWS])


async def remove(storage: Storage, job_id: UUID) -> None:
    """Delete what was sent for a job from storage."""
    async for found in storage.list(rules.folder(job_id)):
        await storage.delete(found.key)


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Forget a person's batches; what they had sent for them is removed by a job each."""
    for job_id in await queries.of_person(session, person_id):
        await session.execute(delete(Batch).where(Batch.job_id == job_id))
        await enqueue(session, CLEAR, {"job_id": str(job_id)})


async def export(session: AsyncSession, person_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
    """What a person asked for in batches, and what came of each photo; kept answers stand with the predictions."""
    names = ("job_id", "place", "name", "state", "code", "detail", "prediction_id", "answer")
    for job_id in await queries.of_person(session, person_id):
        batch = await session.get_one(Batch, job_id)
        told = {"job_id": job_id, "params": batch.params, "webhook_url": batch.webhook_url}
        yield [told | {"created_at": batch.created_at}]
        async for rows in walk_places(session, job_id):
            yield [{name: getattr(row, name) for name in names} for row in rows]


async def walk_places(session: AsyncSession, job_id: UUID) -> AsyncIterator[Sequence[BatchItem]]:
    """All photos of a batch in their order, at most 200 in memory at a time."""
    rows = await queries.page(session, job_id, after=-1)
    while rows:
        yield rows
        rows = await queries.page(session, job_id, after=rows[-1].place)


async def forget(session: AsyncSession) -> int:
    """Drop batches whose answers are not kept, a day after their job's end; says how many."""
    over = queries.over(now() - rules.UNKEPT_FOR)
    return len((await session.scalars(delete(Batch).where(Batch.job_id.in_(over)).returning(Batch.job_id))).all())
