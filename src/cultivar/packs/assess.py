"""From the instances of an answer to counts, measures, a grade and what stands out, by the pack's own rules. Pure."""

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import fmean, pstdev

import numpy as np

from cultivar.packs.anomalies import anomalies_of
from cultivar.packs.assessment import Assessment, GradeSaid, InstanceMeasures, QualityMetrics
from cultivar.packs.grade import Fruit, grade
from cultivar.packs.measures import measure
from cultivar.packs.schemas import Pack
from cultivar.packs.sections import ColourStages
from cultivar.vision.answer import Instance, View
from cultivar.vision.measure.colour import NO_GREY, Grey, grey_of
from cultivar.vision.measure.outline import filled
from cultivar.vision.quality import Quality

BACKGROUND_PX = 3_000
"""About so many pixels of a photo are looked at for its light."""


def assess(
    pack: Pack, instances: Sequence[Instance], views: Mapping[int, View], quality: Quality, purpose: str | None = None
) -> Assessment:
    """What `pack` makes of `instances`, those of refused photos left out.

    `views` by `file_index`; without one an instance is not measured. `quality` is that of the best photo.
    `purpose` is a key of `pack.grading.purposes`, by default the pack's own; KeyError for another.
    """
    stages, grading = pack.colour_stages, pack.grading
    greys = {index: light_of(stages, view, _of_photo(instances, index)) for index, view in views.items()}
    shape = grading.shape if grading else None
    measured = tuple(
        measure(one, views.get(one.file_index), greys.get(one.file_index, NO_GREY), stages, shape) for one in instances
    )
    return Assessment(
        counts=counts_of(pack, instances),
        instances=measured,
        grade=_graded(pack, instances, measured, quality, purpose),
        quality_metrics=metrics_of(instances, measured, quality),
        anomalies=anomalies_of(pack, instances, measured, views, greys, quality),
        grey_confidence={index: grey.confidence for index, grey in greys.items()},
    )


def counts_of(pack: Pack, instances: Sequence[Instance]) -> dict[str, int]:
    """By the wire names of `counting`, each of them; empty without that section."""
    if pack.counting is None:
        return {}
    named = [pack.counting.classes[one.class_name] for one in instances]
    return {pack.counting.total: len(named)} | {name: named.count(name) for name in pack.counting.classes.values()}


def metrics_of(instances: Sequence[Instance], measured: Sequence[InstanceMeasures], quality: Quality) -> QualityMetrics:
    """How far the answer can be trusted, as far as picture, outlines and confidences tell."""
    return QualityMetrics(
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        geometric_validity=fmean(one.valid for one in measured) if measured else None,
        confidence_spread=pstdev(one.confidence for one in instances) if instances else None,
    )


def light_of(stages: ColourStages | None, view: View, instances: Sequence[Instance]) -> Grey:
    """What the background around the instances says of the light."""
    if stages is None:
        return NO_GREY
    step = max(1, ceil((view.pixels.shape[0] * view.pixels.shape[1] / BACKGROUND_PX) ** 0.5))
    small = view.pixels[::step, ::step]
    outside = np.ones(small.shape[:2], np.bool_)
    for one in instances:
        x1, y1, x2, y2 = one.bbox
        ring = one.polygon or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
        outside &= ~filled(np.array(ring) * view.scale / step, (small.shape[0], small.shape[1]))
    rule = stages.light
    if outside.mean() < rule.background_from:
        return NO_GREY
    return grey_of(
        small[outside],
        chroma_to=rule.chroma_to,
        lightness=rule.lightness,
        share_from=rule.share_from,
        spread_to=rule.spread_to,
    )


def _graded(
    pack: Pack,
    instances: Sequence[Instance],
    measured: Sequence[InstanceMeasures],
    quality: Quality,
    purpose: str | None,
) -> GradeSaid | None:
    if pack.grading is None:
        return None
    fruits = [
        Fruit(one.class_id, one.class_name, one.confidence, its.defect_share, its.valid, its.reject)
        for one, its in zip(instances, measured, strict=True)
    ]
    return grade(pack.grading, fruits, quality.score, purpose)


def _of_photo(instances: Sequence[Instance], index: int) -> list[Instance]:
    return [one for one in instances if one.file_index == index]
