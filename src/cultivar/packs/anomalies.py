"""What stands out in an answer, by the pack's `anomalies`: each finding with the instances that it is about. Pure."""

from collections.abc import Mapping, Sequence

from cultivar.packs.assessment import Anomaly, InstanceMeasures
from cultivar.packs.grade import uniformity
from cultivar.packs.schemas import Pack
from cultivar.packs.sections import Anomalies, AnomalyCode, ColourStages
from cultivar.vision.answer import Instance, View
from cultivar.vision.measure.colour import Grey
from cultivar.vision.quality import Quality

EDGE_PX = 1.5
"""An instance whose box comes as near to the view's edge as this, in the view's pixels, is cut off by it."""


def anomalies_of(
    pack: Pack,
    instances: Sequence[Instance],
    measured: Sequence[InstanceMeasures],
    views: Mapping[int, View],
    greys: Mapping[int, Grey],
    quality: Quality,
) -> tuple[Anomaly, ...]:
    """In the order of the pack's texts; none without the section `anomalies`. `measured` goes with `instances`."""
    rule = pack.anomalies
    if rule is None:
        return ()
    ids: dict[AnomalyCode, Sequence[int]] = {
        "reject_finger": [one.instance_id for one in measured if one.reject],
        "heavy_defects": [one.instance_id for one in measured if (one.defect_share or 0.0) > rule.defects_from],
        "colour_disagrees": _disagreeing(pack.colour_stages, instances, measured),
        "truncated_at_edge": [one.instance_id for one in instances if _cut_off(one, views.get(one.file_index))],
        "low_confidence": [one.instance_id for one in instances if one.confidence < rule.confidence_below],
        "invalid_masks": _invalid(rule, measured),
        "over_ripe": _over_ripe(pack, instances),
        "mixed_ripeness": _mixed(pack, rule, instances),
    }
    of_photo: dict[AnomalyCode, bool] = {
        "blurred": quality.sharpness < rule.sharpness_below,
        "poor_light": quality.exposure < rule.exposure_below,
        "colour_cast": any(_coloured(pack.colour_stages, grey) for grey in greys.values()),
    }
    return tuple(
        Anomaly(code, tuple(ids.get(code, ())), text)
        for code, text in rule.texts.items()
        if ids.get(code) or of_photo.get(code)
    )


def _disagreeing(
    stages: ColourStages | None, instances: Sequence[Instance], measured: Sequence[InstanceMeasures]
) -> list[int]:
    """Measured a whole stage outside those of the class named."""
    if stages is None:
        return []
    found = []
    for one, its in zip(instances, measured, strict=True):
        first, last = stages.classes[one.class_name]
        if its.colour_stage is not None and not first - 1 <= its.colour_stage <= last + 1:
            found.append(one.instance_id)
    return found


def _cut_off(one: Instance, view: View | None) -> bool:
    if view is None:
        return False
    height, width = view.pixels.shape[:2]
    left, top, right, bottom = (side * view.scale for side in one.bbox)
    return bool(min(left, top, width - right, height - bottom) < EDGE_PX)


def _invalid(rule: Anomalies, measured: Sequence[InstanceMeasures]) -> list[int]:
    """Their ids, once their share is large enough."""
    found = [one.instance_id for one in measured if not one.valid]
    return found if found and len(found) >= rule.invalid_from * len(measured) else []


def _over_ripe(pack: Pack, instances: Sequence[Instance]) -> list[int]:
    """Those beside others that are not."""
    past = pack.grading.over_ripe if pack.grading else ()
    found = [one.instance_id for one in instances if one.class_name in past]
    return found if len(found) < len(instances) else []


def _mixed(pack: Pack, rule: Anomalies, instances: Sequence[Instance]) -> list[int]:
    """Every instance of a lot that is less uniform than the pack wants; the grade's own measure."""
    if pack.grading is None or not instances:
        return []
    even = uniformity([one.class_id for one in instances], pack.grading.spread_at_zero)
    return [one.instance_id for one in instances] if even < rule.mixed_below else []


def _coloured(stages: ColourStages | None, grey: Grey) -> bool:
    return stages is not None and grey.confidence > 0 and grey.chroma >= stages.light.cast_from
