"""Ask: decide what may be kept, look, store the picture, write everything in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import service as accounts
from cultivar.kernel import metrics, tokens
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now, this_hour
from cultivar.kernel.database import core_insert
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.ids import new_id, new_silent_id
from cultivar.kernel.outbox import emit_all
from cultivar.kernel.telemetry import forget_actor
from cultivar.kernel.world import World
from cultivar.packs.schemas import Language
from cultivar.photos import service as photos
from cultivar.photos.schemas import Hold, Stored
from cultivar.predictions import idempotency, rules
from cultivar.predictions.events import PhotoLooks, PredictionMade
from cultivar.predictions.idempotency import Claim
from cultivar.predictions.rules import Keep
from cultivar.predictions.schemas import Answer, AskParams, Consent, Said
from cultivar.predictions.service.history import FEEDBACK, HOLDER
from cultivar.predictions.tables import Prediction
from cultivar.registry import service as registry
from cultivar.registry.service import Serving
from cultivar.vision.answer import Answer as Seen
from cultivar.vision.answer import PhotoAnswer

TOKEN_FOR = timedelta(days=30)


_NEW_PREDICTION = core_insert(Prediction)


@dataclass(frozen=True, slots=True)
class Question:
    """One request: the photos as they were received, how to look at them, and in which words to answer."""

    photos: Sequence[bytes]
    params: AskParams
    language: Language = "en"
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The answer as JSON text; `replayed` when it had been given before."""

    body: str
    replayed: bool = False


async def ask(actor: Actor, question: Question, world: World) -> Told:
    """Look at the photos of one plant and answer; keep what consent allows, decided once and before the look.

    Without consent the log does not name who asked. Opens its own transactions, so that none is open while vision
    works. Raises UnknownModel, UnreadableImage, TooLarge, Overloaded, StorageUnavailable, KeyMismatch, KeyInUse; then
    nothing is kept.
    """
    consent = question.params.consent or await saved_consent(actor, world)
    if consent == "none":
        forget_actor()
    if question.key is None:
        return await _write(await consider(actor, question, consent, world), world, None)
    claim = _claim(world.settings.secret, actor.user_id, question, question.key)
    async with idempotency.turn(claim):
        async with world.db.reading() as session:
            earlier = await idempotency.recall(session, claim)
        if earlier:
            return Told(earlier, replayed=True)
        return await _write(await consider(actor, question, consent, world), world, claim)


def _claim(secret: bytes, person: UUID, question: Question, key: str) -> Claim:
    params = question.params.model_dump_json()
    return Claim(rules.key_hash(secret, person, key), rules.fingerprint(secret, person, key, params, question.photos))


@dataclass(slots=True)
class Given:
    """Everything there is to say and to keep about one answer."""

    actor: Actor
    params: AskParams
    consent: Consent
    keep: Keep
    serving: Serving
    seen: Seen
    said: Said
    stored: Sequence[Stored] = ()
    answer: Answer = field(init=False)
    id: UUID = field(init=False)
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """What has no owner does not say when it was made, so that no log leads from it to whoever asked."""
        self.id, self.at = (new_id(), now()) if self.keep.owner else (new_silent_id(), this_hour())

    @property
    def owner_id(self) -> UUID | None:
        return self.actor.user_id if self.keep.owner else None


async def consider(actor: Actor, question: Question, consent: Consent, world: World) -> Given:
    """Look at the photos and store those that consent keeps; `write_down` then keeps the answer. As `ask`, no key."""
    begun, params = perf_counter(), question.params
    if world.engine is None:
        raise Unavailable("This process does not look at photos.")
    serving = registry.serving(world, params.model or world.settings.default_model)
    seen: Seen = await world.engine.answer(serving.key, question.photos)
    said = rules.render(seen, serving.pack, question.language, params.min_confidence, params.top_k)
    if params.user_id is not None:
        said.warnings.append("user_id_ignored")
    given = Given(actor, params, consent, rules.keep_for(consent), serving, seen, said)
    if given.keep.photo:
        cleaned = [photo.seen for photo in seen.photos]
        given.stored = await photos.store(world.storage, cleaned, owner_id=actor.user_id)
    given.answer = _worded(given, perf_counter() - begun)
    return given


async def saved_consent(actor: Actor, world: World) -> Consent:
    """The account's choice, for a request that says nothing."""
    async with world.db.reading() as session:
        return await accounts.consent_of(session, actor)


def _worded(given: Given, seconds: float) -> Answer:
    """What goes over the wire."""
    said, images = given.said, [one.id for one in given.stored]
    for photo in said.photos:
        photo.image_id = images[photo.file_index] if images else None
    token = None if given.keep.owner else tokens.sign({"sub": str(given.id)}, FEEDBACK, TOKEN_FOR, at=given.at)
    return Answer.model_construct(
        **dict(said),
        prediction_id=given.id,
        image_id=images[0] if images else None,
        model=given.serving.pack.name,
        model_version=given.serving.version,
        inference_time_ms=round(given.seen.inference_ms, 3),
        processing_time=round(seconds, 6),
        stored=given.keep.photo,
        feedback_token=token,
    )


async def _write(given: Given, world: World, claim: Claim | None) -> Told:
    """Photo, prediction and facts, all or none."""
    body = given.answer.model_dump_json()
    async with world.db.transaction() as session:
        if claim and not await idempotency.remember(session, claim, given.id, body, at=given.at):
            return Told(await idempotency.recall(session, claim) or body, replayed=True)
        await write_down(session, [given], world)
    count(given)
    return Told(body)


async def write_down(session: AsyncSession, given: Sequence[Given], world: World) -> None:
    """The rows and facts of answers, in this transaction; `count` each after its commit."""
    await session.execute(_NEW_PREDICTION, [_row(one) for one in given])
    for one in given:
        if one.stored:
            until = one.at + timedelta(days=world.settings.photo_retention_days)
            await photos.keep(session, one.stored, Hold(HOLDER, one.id, until))
    stored = [photo for one in given for photo in one.stored]
    await emit_all(session, [*map(_fact, given), *photos.facts(stored)])


def _row(given: Given) -> dict[str, object]:
    """What is kept. Without consent: nothing of the person, the place or the photo."""
    answer, result, params, place = given.answer, given.said.result, given.params, given.keep.place
    return {
        "id": given.id,
        "owner_id": given.owner_id,
        "consent": given.consent,
        "model": answer.model,
        "model_version": answer.model_version,
        "class_id": result.class_id if result else None,
        "class_name": result.class_name if result else None,
        "confidence": result.confidence if result else None,
        "refusal": given.seen.refusal,
        "said": given.said.model_dump(mode="json"),
        "probabilities": [round(share, 5) for share in given.seen.classes],
        "inference_ms": answer.inference_time_ms,
        "processing_s": answer.processing_time,
        "user_location": params.user_location if place else None,
        "latitude": rules.coarse(params.latitude) if place else None,
        "longitude": rules.coarse(params.longitude) if place else None,
        "created_at": given.at,
    }


def _fact(given: Given) -> PredictionMade:
    answer, result = given.answer, given.said.result
    return PredictionMade(
        prediction_id=given.id,
        owner_id=given.owner_id,
        model=answer.model,
        model_version=answer.model_version,
        class_name=result.class_name if result else None,
        confidence=result.confidence if result else None,
        refusal=given.seen.refusal,
        inference_ms=answer.inference_time_ms,
        at=given.at,
        decode_ms=round(given.seen.decode_ms, 3),
        queue_ms=round(given.seen.queue_ms, 3),
        photos=tuple(map(_looks, given.seen.photos)),
    )


def _looks(photo: PhotoAnswer) -> PhotoLooks:
    quality, facts = photo.quality, photo.seen.facts
    return PhotoLooks(
        sharpness=round(quality.sharpness, 2),
        exposure=round(quality.exposure, 2),
        score=round(quality.score, 2),
        raw_sharpness=float(f"{quality.raw_sharpness:.2g}"),
        brightness=round(quality.brightness),
        short_side=min(facts.width, facts.height),
    )


def count(given: Given) -> None:
    """Tell the metrics of an answer that is written down."""
    answer, seen = given.answer, given.seen
    metrics.answered(
        answer.model,
        confidence=answer.result.confidence if answer.result else None,
        refusal=seen.refusal,
        decode_ms=seen.decode_ms,
        inference_ms=seen.inference_ms,
        queue_ms=seen.queue_ms,
    )
