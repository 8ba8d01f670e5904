"""Decisions about answers. Pure: no clock, no database."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from cultivar.packs.schemas import Language, Pack
from cultivar.predictions.schemas import (
    Consent,
    Disease,
    HeadScores,
    LabelScore,
    PhotoAnswer,
    QualityScores,
    Refusal,
    Result,
    Said,
    Warn,
)
from cultivar.vision.answer import Answer, HeadAnswer
from cultivar.vision.manifest import RefusalCode
from cultivar.vision.quality import SCALE, Quality

SHOWN_IN_FULL = 10
"""A head with at most this many labels shows them all."""


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


def language_for(accept_language: str) -> Language:
    """The language of ours that an `Accept-Language` header (RFC 9110, 12.5.4) likes best; English when in doubt."""
    ours: tuple[Language, ...] = get_args(Language)
    wanted: dict[str, float] = {}
    for choice in accept_language.lower().split(","):
        tag, _, weight = choice.partition(";")
        wanted.setdefault(tag.strip().partition("-")[0], _weight(weight))
    return max(ours, key=lambda language: wanted.get(language, wanted.get("*", 0.0)))


def _weight(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
    except ValueError:
        return 0.0


def render(answer: Answer, pack: Pack, language: Language, min_confidence: float | None, top_k: int) -> Said:
    """What a person is told: the network's answer in the pack's words.

    `result` is the class of highest joint probability; all else follows it. `plant_type` and each head's `label` are
    what that class says, with the head's own probability of it as `confidence`; `top` is the head's own ranking, which
    may begin with another label where two classes are close. `diseases` begins with the result's condition, then come
    others that are likely by themselves. Refused, there is no class, and a head's label is the first of its ranking.

    `min_confidence` hides weaker labels where it is given; without it the pack's own value applies to `diseases`
    behind the first. Nothing here refuses.
    """
    threshold = pack.min_confidence if min_confidence is None else min_confidence
    heads = _heads(answer.heads, answer.labels, min_confidence or 0.0, top_k)
    result = _result(answer)
    plant = answer.labels.get("plant") if result and pack.subject == "plant" else None
    return Said(
        refused=answer.refusal is not None,
        refusal=_refusal(answer.refusal, pack, language) if answer.refusal else None,
        result=result,
        plant_type=plant,
        confidence=heads["plant"].confidence if plant else result and result.confidence,
        diseases=_diseases(answer, pack, min_confidence) if pack.healthy_label else None,
        heads=heads,
        quality=_quality(answer.quality),
        photos=_each_photo(answer, min_confidence or 0.0, top_k) if len(answer.photos) > 1 else [],
        warnings=list(_warnings(answer, result, threshold)),
    )


def _refusal(code: RefusalCode, pack: Pack, language: Language) -> Refusal:
    text = pack.refusals[code]
    return Refusal(code=code, message=getattr(text.message, language), advice=getattr(text.advice, language))


def _share(value: float) -> float:
    """Six digits are more than any calibration holds, and keep answers short."""
    return min(1.0, max(0.0, round(value, 6)))


def _result(answer: Answer) -> Result | None:
    if answer.refusal or answer.class_id is None or answer.class_name is None or answer.confidence is None:
        return None
    return Result(class_id=answer.class_id, class_name=answer.class_name, confidence=_share(answer.confidence))


def _each_photo(answer: Answer, threshold: float, top_k: int) -> list[PhotoAnswer]:
    return [
        PhotoAnswer(
            file_index=photo.index,
            image_id=None,
            quality=_quality(photo.quality),
            heads=_heads(photo.heads, {}, threshold, top_k),
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
        Disease(name=scored.label, confidence=_share(scored.confidence))
        for scored in ranked
        if scored.label != pack.healthy_label
        and (scored.confidence >= threshold or (scored.label == own and min_confidence is None))
    ]


def _heads(
    heads: Mapping[str, HeadAnswer], labels: Mapping[str, str], threshold: float, top_k: int
) -> dict[str, HeadScores]:
    return {name: _head(head, labels.get(name, head.label), threshold, top_k) for name, head in heads.items()}


def _head(head: HeadAnswer, label: str, threshold: float, top_k: int) -> HeadScores:
    shown = head.top if len(head.top) <= SHOWN_IN_FULL else head.top[:top_k]
    top = [
        LabelScore(label=scored.label, confidence=_share(scored.confidence))
        for scored in shown
        if scored.confidence >= threshold
    ]
    confidence = next(scored.confidence for scored in head.top if scored.label == label)
    return HeadScores(label=label, confidence=_share(confidence), top=top)


def _quality(quality: Quality) -> QualityScores:
    return QualityScores(
        sharpness=_share(quality.sharpness),
        exposure=_share(quality.exposure),
        size=_share(quality.size),
        score=_share(quality.score),
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
