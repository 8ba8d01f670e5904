"""From what vision found to what the pack's rules make of it. Pure, and slow where pixels are measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from cultivar.packs.schemas import Language, Pack
from cultivar.packs.service import Assessment, GradeSaid, LeafSeverity, assess, judge, leaf_class
from cultivar.predictions.found import Anomaly, Box, Findings, Grading, Instance, QualityMetrics, Severity
from cultivar.predictions.labels import heads_of, share
from cultivar.predictions.schemas import Wanted
from cultivar.vision import answer as vision
from cultivar.vision.measure.lesions import LeafMeasure, measure_leaf


@dataclass(frozen=True, slots=True)
class Leaf:
    """The leaf that was measured: how sick it is, what the pack calls it if it was not refused, and where it is."""

    severity: Severity
    class_name: str | None
    bbox: Box | None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is beside the network's own class; `leaf` where the pack judges one."""

    findings: Findings = field(default_factory=Findings)
    leaf: Leaf | None = None


NOTHING = Found()


def measures(pack: Pack) -> bool:
    """Whether the pack looks at pixels again, so that `found` is no work for an event loop."""
    return bool(pack.colour_stages or pack.grading or pack.anomalies or pack.severity)


def found(answer: vision.Answer, wanted: Wanted) -> Found:
    """All that the sections of `wanted.pack` make of an answer. Raises KeyError for a purpose that the pack has not."""
    pack = wanted.pack
    if not (answer.instances or pack.counting or measures(pack)):
        return NOTHING
    used = _used(answer)
    views = {photo.index: photo.view for photo in used if photo.view is not None}
    counted = [one for one in answer.instances if one.file_index in {photo.index for photo in used}]
    said = assess(pack, counted, views, answer.quality, wanted.purpose)
    leaf = _leaf(answer, pack, used)
    return Found(_findings(answer, said, wanted, leaf), leaf)


def _used(answer: vision.Answer) -> list[vision.PhotoAnswer]:
    """The photos that the answer is about: all but the refused ones, or all where each is refused."""
    return [photo for photo in answer.photos if photo.refusal is None] or list(answer.photos)


def _findings(answer: vision.Answer, said: Assessment, wanted: Wanted, leaf: Leaf | None) -> Findings:
    of_each = {one.instance_id: asdict(one) for one in said.instances}
    return Findings(
        **said.counts,
        instances=[_instance(one, of_each.get(one.instance_id, {})) for one in answer.instances],
        overall_quality_score=said.grade.score if said.grade else None,
        grade=said.grade.grade if said.grade else None,
        grading=_grading(said.grade, wanted.pack, wanted.language) if said.grade else None,
        quality_metrics=QualityMetrics(**asdict(said.quality_metrics)) if said.quality_metrics else None,
        anomalies=[
            Anomaly(code=one.code, instance_ids=list(one.instance_ids), message=getattr(one.text, wanted.language))
            for one in said.anomalies
        ],
        severity=leaf.severity if leaf else None,
    )


def _instance(one: vision.Instance, measured: Mapping[str, object]) -> Instance:
    return Instance.model_validate(
        dict(measured)
        | {
            "instance_id": one.instance_id,
            "file_index": one.file_index,
            "class_id": one.class_id,
            "class_name": one.class_name,
            "confidence": share(one.confidence),
            "bbox": tuple(round(edge, 1) for edge in one.bbox),
            "polygon": [(round(x, 1), round(y, 1)) for x, y in one.polygon] if one.polygon else None,
            "area_px": round(one.area_px, 1),
            "heads": heads_of(one.heads),
        }
    )


def _grading(said: GradeSaid, pack: Pack, language: Language) -> Grading:
    words = pack.grading.ungradable.get(said.reason) if pack.grading and said.reason else None
    return Grading.model_validate(asdict(said) | {"message": getattr(words, language) if words else None})


def _leaf(answer: vision.Answer, pack: Pack, used: list[vision.PhotoAnswer]) -> Leaf | None:
    """A leaf of the best photo, measured; None for packs that judge none and where no leaf was seen.

    A refused leaf is measured too, since its area does not hang on its name; in a photo without a plant, only what the
    finder takes for a leaf, or what is green with a whole outline, is one.
    """
    looked_at = [photo for photo in used if photo.view is not None]
    if pack.severity is None or answer.refusal == "unusable_photo" or not looked_at:
        return None
    photo = max(looked_at, key=lambda one: one.quality.score)
    said = None if answer.refusal else answer.labels["condition"]
    seen, condition = _spoken_of(photo.instances, said, pack.min_confidence)
    leaf = _measured(photo, pack, seen)
    if answer.refusal == "no_plant" and not answer.instances and not leaf.whole:
        return None
    judged = judge(pack.severity, condition, leaf)
    name = leaf_class(pack.severity, said, judged) if said else None
    return Leaf(_severity(judged), name, _place(leaf, seen, photo))


def _spoken_of(
    leaves: Sequence[vision.Instance], said: str | None, least: float
) -> tuple[vision.Instance | None, str | None]:
    """Which of a photo's leaves the answer speaks of, and its condition; `said` is what the photo has as a whole.

    Of several, each judged alone, it is the surest that has this condition by itself. Where none has, it is the one
    that is likeliest to, and its condition is not known: a photo of a healthy leaf and a sick one has but one name.
    """
    alone = [leaf for leaf in leaves if leaf.heads]
    if said is None or not alone:
        return max(leaves, key=lambda leaf: leaf.confidence, default=None), said
    agreeing = [leaf for leaf in alone if leaf.heads["condition"].label == said and _likely(leaf, said) >= least]
    if agreeing:
        return max(agreeing, key=lambda leaf: leaf.confidence), said
    return max(alone, key=lambda leaf: _likely(leaf, said)), None


def _likely(leaf: vision.Instance, condition: str) -> float:
    return next((one.confidence for one in leaf.heads["condition"].top if one.label == condition), 0.0)


def _severity(judged: LeafSeverity) -> Severity:
    area = None if judged.area_share is None else share(judged.area_share)
    band = None if judged.band is None else (share(judged.band[0]), share(judged.band[1]))
    return Severity.model_validate(asdict(judged) | {"area_share": area, "band": band})


def _measured(photo: vision.PhotoAnswer, pack: Pack, seen: vision.Instance | None) -> LeafMeasure:
    """The leaf that was found in a photo with a view, or else the largest that the picture shows."""
    if photo.view is None or pack.severity is None:
        raise ValueError("a leaf is measured on a view, by the pack's rule")
    box = _scaled(seen.bbox, photo.view.scale) if seen else None
    return measure_leaf(photo.view.pixels, pack.severity.lesions, box)


def _place(leaf: LeafMeasure, seen: vision.Instance | None, photo: vision.PhotoAnswer) -> Box | None:
    """Where the leaf was measured, or else found, in pixels of the photo."""
    if leaf.bbox is not None and photo.view is not None:
        return _scaled(leaf.bbox, 1 / photo.view.scale)
    return _scaled(seen.bbox, 1) if seen else None


def _scaled(box: Box, by: float) -> Box:
    x1, y1, x2, y2 = (round(edge * by, 1) for edge in box)
    return x1, y1, x2, y2
