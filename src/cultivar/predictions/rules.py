"""Decisions about answers. Pure: no clock, no database."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cultivar.kernel.errors import Invalid
from cultivar.packs.schemas import Language, Pack
from cultivar.predictions.errors import PurposeUnknown
from cultivar.predictions.findings import NOTHING, Found
from cultivar.predictions.found import Box
from cultivar.predictions.labels import heads_of, share
from cultivar.predictions.schemas import (
    AskParams,
    Consent,
    Disease,
    PhotoAnswer,
    QualityScores,
    Refusal,
    Result,
    Said,
    Wanted,
    Warn,
)
from cultivar.vision.answer import Answer
from cultivar.vision.manifest import RefusalCode
from cultivar.vision.quality import SCALE, Quality
from cultivar.vision.tasks.detect import Looking

LEAST_CONFIDENCE = 0.001
"""Of instances: below it a detector finds nothing but noise."""


@dataclass(frozen=True, slots=True)
class Keep:
    """What may be kept of one request. Decided once, from consent, before the photo is looked at."""

    photo: bool
    place: bool
    owner: bool
    train: bool


def keep_for(consent: Consent) -> Keep:
    """`none` leaves nothing that leads back to a person; `train` includes `store`."""
    stored = consent != "none"
    return Keep(photo=stored, place=stored, owner=stored, train=consent == "train")


def coarse(degrees: float | None) -> float | None:
    """A coordinate to 0.1°, about 11 km: enough for weather, too little to find a door."""
    return None if degrees is None else round(degrees, 1) + 0.0


def wanted(params: AskParams, pack: Pack, language: Language) -> Wanted:
    """How this request wants this pack to answer.

    Raises PurposeUnknown, and Invalid where a detector is asked for a confidence of less than 0.001.
    """
    if params.purpose is not None and params.purpose not in (pack.grading.purposes if pack.grading else {}):
        known = ", ".join(pack.grading.purposes) if pack.grading else "none, since it does not grade"
        raise PurposeUnknown(f"Purposes of {pack.name}: {known}.")
    least = params.min_confidence
    if pack.task != "classify" and least is not None and least < LEAST_CONFIDENCE:
        raise Invalid(f"`min_confidence` is at least {LEAST_CONFIDENCE} where things are looked for.")
    return Wanted(pack, language, least, params.top_k, params.iou_threshold, params.purpose)


def looking(wanted: Wanted) -> Looking:
    """What vision is asked for: of a detector, where the request says nothing, what the pack says."""
    if wanted.pack.task == "classify":
        return Looking(iou_threshold=wanted.iou_threshold)
    least = wanted.pack.min_confidence if wanted.min_confidence is None else wanted.min_confidence
    most = wanted.pack.iou_threshold if wanted.iou_threshold is None else wanted.iou_threshold
    return Looking(least, most)


def render(answer: Answer, wanted: Wanted, found: Found = NOTHING) -> Said:
    """What a person is told: the network's answer, and what was found beside it, in the pack's words.

    `result` is the class of highest joint probability, or of most instances; all else follows it. `plant_type` and each
    head's `label` are what that class says, with the head's own probability of it as `confidence`; `top` is the head's
    own ranking, which may begin with another label where two classes are close. `diseases` begins with the result's
    condition, then come others that are likely by themselves. Refused, there is no class, and a head's label is the
    first of its ranking.

    `wanted.min_confidence` hides weaker labels where it is given; without it the pack's own value applies to `diseases`
    behind the first. Nothing here refuses.
    """
    pack, least = wanted.pack, wanted.min_confidence
    heads = heads_of(answer.heads, answer.labels, least or 0.0, wanted.top_k)
    result = _result(answer, pack, found)
    plant = answer.labels.get("plant") if result and pack.subject == "plant" else None
    return Said(
        **dict(found.findings),
        refused=answer.refusal is not None,
        refusal=_refusal(answer.refusal, pack, wanted.language) if answer.refusal else None,
        result=result,
        plant_type=plant,
        confidence=heads["plant"].confidence if plant else result and result.confidence,
        diseases=_diseases(answer, pack, least) if pack.healthy_label else None,
        heads=heads,
        quality=_quality(answer.quality),
        photos=_each_photo(answer, least or 0.0, wanted.top_k) if len(answer.photos) > 1 else [],
        warnings=list(_warnings(answer, result, pack.min_confidence if least is None else least)),
    )


def _refusal(code: RefusalCode, pack: Pack, language: Language) -> Refusal:
    text = pack.refusals[code]
    return Refusal(code=code, message=getattr(text.message, language), advice=getattr(text.advice, language))


def _result(answer: Answer, pack: Pack, found: Found) -> Result | None:
    """The network's class, or the one that the leaf's measure makes of it; its place is that in the pack."""
    if answer.refusal or answer.class_id is None or answer.class_name is None or answer.confidence is None:
        return None
    name = found.leaf.class_name if found.leaf and found.leaf.class_name else pack.answers[answer.class_id].name
    known = pack.answer_named(name)
    return Result(
        class_id=known[0] if known else answer.class_id,
        class_name=name,
        confidence=share(answer.confidence),
        bbox=_surest(found, answer.class_name),
    )


def _surest(found: Found, class_name: str) -> Box | None:
    """Where the answer is to be seen: its class's surest instance, the leaf that was measured, or any surest one."""
    every = found.findings.instances
    own = [one for one in every if one.class_name == class_name]
    if not own and found.leaf is not None and found.leaf.bbox is not None:
        return found.leaf.bbox
    surest = max(own or every, key=lambda one: one.confidence, default=None)
    return surest.bbox if surest else None


def _each_photo(answer: Answer, threshold: float, top_k: int) -> list[PhotoAnswer]:
    return [
        PhotoAnswer(
            file_index=photo.index,
            image_id=None,
            quality=_quality(photo.quality),
            heads=heads_of(photo.heads, {}, threshold, top_k),
            refused=photo.refusal is not None,
            refusal=photo.refusal,
        )
        for photo in answer.photos
    ]


def _diseases(answer: Answer, pack: Pack, min_confidence: float | None) -> list[Disease]:
    """The result's own condition first, whatever the pack's threshold; then the others from the likeliest on."""
    own = answer.labels.get("condition")
    if answer.refusal or own is None or own == pack.healthy_label:
        return []
    threshold = pack.min_confidence if min_confidence is None else min_confidence
    ranked = sorted(answer.heads["condition"].top, key=lambda scored: scored.label != own)
    return [
        Disease(name=scored.label, confidence=share(scored.confidence))
        for scored in ranked
        if scored.label != pack.healthy_label
        and (scored.confidence >= threshold or (scored.label == own and min_confidence is None))
    ]


def _quality(quality: Quality) -> QualityScores:
    return QualityScores(
        sharpness=share(quality.sharpness),
        exposure=share(quality.exposure),
        size=share(quality.size),
        score=share(quality.score),
    )


def _warnings(answer: Answer, result: Result | None, threshold: float) -> Iterable[Warn]:
    if result and result.confidence < threshold:
        yield "low_confidence"
    if answer.quality.sharpness < SCALE.warn_sharpness:
        yield "blurred"
    if answer.quality.exposure < SCALE.warn_exposure:
        yield "poor_light"
    if max(min(photo.seen.facts.width, photo.seen.facts.height) for photo in answer.photos) < SCALE.warn_short_side:
        yield "small_photo"


def key_hash(secret: bytes, person: UUID, key: str) -> str:
    """What stands for an Idempotency-Key in the database.

    Who does not hold both the key and the secret can neither find the row nor tell whose it is.
    """
    return hmac.new(secret, b"idempotency-key\0" + person.bytes + key.encode(), hashlib.sha256).hexdigest()


def fingerprint(secret: bytes, person: UUID, key: str, params: str, photos: Iterable[bytes]) -> str:
    """What stands for a request's content; only its sender's key can compare it with a photo."""
    content = hmac.new(secret, b"idempotency-body\0" + person.bytes + key.encode() + b"\0", hashlib.sha256)
    content.update(hashlib.sha256(params.encode()).digest())
    for photo in photos:
        content.update(hashlib.sha256(photo).digest())
    return content.hexdigest()
