"""Ask: decide what may be kept, look, store the picture, write everything in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import service as accounts
from cultivar.accounts.errors import SessionEnded
from cultivar.kernel import metrics, tokens
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import core_insert
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.outbox import emit_all
from cultivar.kernel.telemetry import forget_actor
from cultivar.kernel.world import World
from cultivar.packs.schemas import Language
from cultivar.photos import service as photos
from cultivar.photos.schemas import Hold
from cultivar.predictions import idempotency, rules
from cultivar.predictions.idempotency import Claim
from cultivar.predictions.schemas import Answer, AskParams, Consent
from cultivar.predictions.service import picture, tell
from cultivar.predictions.service.given import Given, fact, instance_rows, place, row
from cultivar.predictions.service.history import HOLDER
from cultivar.predictions.service.lending import FEEDBACK
from cultivar.predictions.tables import Prediction, PredictionInstance
from cultivar.registry import service as registry

TOKEN_FOR = timedelta(days=30)


_NEW_PREDICTIONS, _NEW_INSTANCES = core_insert(Prediction), core_insert(PredictionInstance)


@dataclass(frozen=True, slots=True)
class Question:
    """One request: the photos as they were received, how to look at them, and in which words to answer."""

    photos: Sequence[bytes]
    params: AskParams
    language: Language = "en"
    key: str | None = None
    asked_at: datetime = field(default_factory=now)
    """When its consent was decided."""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer as JSON text; `replayed` when it had been given before."""

    body: str
    replayed: bool = False


async def ask(actor: Actor, question: Question, world: World) -> Told:
    """Look at the photos of one plant and answer; keep what consent allows, decided once and before the look.

    Without consent the log does not name who asked. Opens its own transactions, so that none is open while vision
    works. Raises UnknownModel, PurposeUnknown, UnreadableImage, TooLarge, Overloaded, StorageUnavailable, SessionEnded,
    KeyMismatch, KeyInUse; then nothing is kept. Nothing is, either, where the request does not want it.
    """
    if not question.params.save_results:
        return await _tell_only(actor, question, world)
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


async def _tell_only(actor: Actor, question: Question, world: World) -> Told:
    forget_actor()
    given = await consider(actor, question, "none", world)
    count(given)
    return Told(given.answer.model_dump_json())


def _claim(secret: bytes, person: UUID, question: Question, key: str) -> Claim:
    params = question.params.model_dump_json()
    return Claim(rules.key_hash(secret, person, key), rules.fingerprint(secret, person, key, params, question.photos))


async def consider(actor: Actor, question: Question, consent: Consent, world: World) -> Given:
    """Look at the photos and store those that consent keeps; `write_down` then keeps the answer. As `ask`, no key."""
    begun, params = perf_counter(), question.params
    if world.engine is None:
        raise Unavailable("This process does not look at photos.")
    serving = registry.serving(world, params.model or world.settings.default_model)
    wanted = rules.wanted(params, serving.pack, question.language)
    seen, said = await tell.look(world.engine, serving.key, question.photos, wanted)
    if params.user_id is not None:
        said.warnings.append("user_id_ignored")
    given = Given(actor, params, consent, rules.keep_for(consent), serving, seen, said, question.asked_at)
    if given.keep.photo:
        cleaned = [photo.seen for photo in seen.photos]
        given.stored = await photos.store(world.storage, cleaned, owner_id=actor.user_id)
    if params.return_visualization:
        said.visualization = await _visualization(given, question, world)
    given.answer = _worded(given, perf_counter() - begun)
    return given


def for_later(params: AskParams, consent: Consent, language: Language, world: World) -> AskParams:
    """What photos are asked with that are looked at later, fit to be kept until then: the place as far as it may be.

    Raises what `consider` would of any photo: UnknownModel, PurposeUnknown, Invalid.
    """
    rules.wanted(params, registry.serving(world, params.model or world.settings.default_model).pack, language)
    keep = rules.keep_for(consent if params.save_results else "none")
    return params.model_copy(update={"consent": consent, **place(params, keep)})


async def _visualization(given: Given, question: Question, world: World) -> str:
    """Where the picture is to be had of a stored answer; of any other the picture itself."""
    if given.keep.photo:
        return picture.path(given.id)
    index = picture.first(given.said)
    pack, photo, language = given.serving.pack, question.photos[index], question.language
    return picture.data_url(await picture.draw(world.engine, photo, given.said, pack, index, language=language))


async def saved_consent(actor: Actor, world: World) -> Consent:
    """The account's choice, for a request that says nothing."""
    async with world.db.reading() as session:
        return await accounts.consent_of(session, actor)


def _worded(given: Given, seconds: float) -> Answer:
    """What goes over the wire."""
    said, images = given.said, [one.id for one in given.stored]
    for photo in said.photos:
        photo.image_id = images[photo.file_index] if images else None
    by_token = given.params.save_results and not given.keep.owner
    token = tokens.sign({"sub": str(given.id)}, FEEDBACK, TOKEN_FOR, at=given.at) if by_token else None
    return Answer.model_construct(
        **dict(said),
        prediction_id=given.id if given.params.save_results else None,
        image_id=images[0] if images else None,
        model=given.serving.pack.name,
        model_version=given.serving.version,
        inference_time_ms=round(given.seen.inference_ms, 3),
        processing_time=round(seconds, 6),
        stored=given.keep.photo,
        feedback_token=token,
    )


async def _write(given: Given, world: World, claim: Claim | None) -> Told:
    """Photo, prediction and facts, all or none; of who has left meanwhile the photo goes from storage too."""
    body = given.answer.model_dump_json()
    try:
        async with world.db.transaction() as session:
            if claim and not await idempotency.remember(session, claim, given.id, body, at=given.at):
                return Told(await idempotency.recall(session, claim) or body, replayed=True)
            await write_down(session, [given], world)
    except SessionEnded:
        await take_back([given], world)
        raise
    count(given)
    return Told(body)


async def write_down(session: AsyncSession, given: Sequence[Given], world: World) -> None:
    """The rows and facts of answers, in this transaction; `count` each after its commit.

    Raises SessionEnded if an owner has left since the look began: whoever erases them must find all there is.
    """
    for owner_id in {one.owner_id for one in given if one.owner_id}:
        await accounts.keep_open(session, owner_id)
    await _withdraw(session, [one for one in given if one.keep.train])
    await session.execute(_NEW_PREDICTIONS, [row(one) for one in given])
    if instances := [each for one in given for each in instance_rows(one)]:
        await session.execute(_NEW_INSTANCES, instances)
    kept_for = timedelta(days=world.settings.photo_retention_days)
    await photos.keep(session, [(one.stored, Hold(HOLDER, one.id, one.at + kept_for)) for one in given])
    stored = [photo for one in given for photo in one.stored]
    await emit_all(session, [*map(fact, given), *photos.facts(stored)])


async def take_back(given: Sequence[Given], world: World) -> None:
    """Out of storage again with the photos of answers that were not written down."""
    await photos.discard(world.storage, [photo for one in given for photo in one.stored])


async def _withdraw(session: AsyncSession, given: Sequence[Given]) -> None:
    """Who has chosen against training since they asked has withdrawn what was still on its way."""
    asked = {(one.actor.user_id, one.asked_at) for one in given}
    ended = {each for each in asked if await accounts.ended_training(session, *each)}
    for one in given:
        if (one.actor.user_id, one.asked_at) in ended:
            one.consent, one.keep = "store", rules.keep_for("store")


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
