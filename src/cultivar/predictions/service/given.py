"""One answer with all that there is to say and to keep of it, as rows and as a fact. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now, this_hour
from cultivar.kernel.ids import new_id, new_silent_id
from cultivar.photos.schemas import Stored
from cultivar.predictions import rules
from cultivar.predictions.events import PhotoLooks, PredictionMade
from cultivar.predictions.found import COUNTS, Instance, Measures
from cultivar.predictions.rules import Keep
from cultivar.predictions.schemas import Answer, AskParams, Consent, Said
from cultivar.registry.service import Serving
from cultivar.vision.answer import Answer as Seen
from cultivar.vision.answer import PhotoAnswer

IN_MEASURES = {*Measures.model_fields, "heads"}
"""Members of an instance that are kept in one column."""


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
    asked_at: datetime
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


def row(given: Given) -> dict[str, object]:
    """What is kept. Without consent: nothing of the person, the place or the photo."""
    answer, said, params, keep = given.answer, given.said, given.params, given.keep
    result, apart = said.result, {"instances", *COUNTS, *(() if keep.photo else ("visualization",))}
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
        "said": said.model_dump(mode="json", exclude=apart),
        "probabilities": [round(share, 5) for share in given.seen.classes],
        **{name: getattr(said, name) for name in COUNTS},
        "sizes": [[one.seen.facts.width, one.seen.facts.height] for one in given.seen.photos] if keep.photo else None,
        "inference_ms": answer.inference_time_ms,
        "processing_s": answer.processing_time,
        **place(params, keep),
        "created_at": given.at,
    }


def place(params: AskParams, keep: Keep) -> dict[str, str | float | None]:
    """As much of where the photo was taken as may be kept."""
    if not keep.place:
        return dict.fromkeys(("user_location", "latitude", "longitude"))
    return {
        "user_location": params.user_location,
        "latitude": rules.coarse(params.latitude),
        "longitude": rules.coarse(params.longitude),
    }


def instance_rows(given: Given) -> list[dict[str, Any]]:
    """A row for each instance; without consent what is counted alone, for an outline could tell its photo."""
    return [_instance(given.id, one, whole=given.keep.photo) for one in given.said.instances]


def _instance(prediction_id: UUID, one: Instance, *, whole: bool) -> dict[str, Any]:
    place = one.model_dump(mode="json", include={"bbox", "polygon", "area_px"}) if whole else {}
    return {
        "prediction_id": prediction_id,
        **one.model_dump(include={"instance_id", "file_index", "class_id", "class_name", "confidence"}),
        **dict.fromkeys(("bbox", "polygon", "area_px")),
        **place,
        "measures": one.model_dump(mode="json", include=IN_MEASURES, exclude_defaults=True) if whole else None,
    }


def fact(given: Given) -> PredictionMade:
    """What the others hear of it."""
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
