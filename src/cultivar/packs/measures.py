"""Colour stage, defects and shape of one instance, by the pack's `colour_stages` and `grading.shape`. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cultivar.packs.assessment import DefectArea, InstanceMeasures, PeelColour, ShapeFault
from cultivar.packs.sections import ColourStages, Defect, Flecks, Shape
from cultivar.vision.answer import Instance, View
from cultivar.vision.measure.colour import Grey, Ground, dark_of, ground_of, hue_deg, lab_of, spotted
from cultivar.vision.measure.outline import Outline, outline_of, patch_of
from cultivar.vision.measure.spots import Spots, evenness, spots_of

KINDS: tuple[Defect, ...] = ("sugar_spots", "bruise", "scar", "rot")


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """What is seen of one instance without its rim and its ends: the ground, and the brown spots on it.

    `area`: pixels. `along` (spots,): where a spot lies, 0..1 of the length. `width`: the instance's, in these pixels.
    """

    ground: Ground
    area: int
    width: float
    spots: Spots
    along: NDArray[np.float64]
    dark_share: float


def measure(
    one: Instance, view: View | None, grey: Grey, stages: ColourStages | None, shape: Shape | None
) -> InstanceMeasures:
    """All that is measured of one instance; colours are first made neutral by `grey`."""
    if one.polygon is None:
        return _unmeasured(one, ("no_mask",) if shape else ())
    scale = view.scale if view else 1.0
    ring = [(x * scale, y * scale) for x, y in one.polygon]
    outline = outline_of(ring)
    faults = shape_faults(outline, shape) if shape else ()
    skin = skin_of(view, ring, outline, grey, stages) if view and stages else None
    if skin is None or stages is None:
        return _unmeasured(one, faults)
    kinds = kinds_of(skin, stages)
    shares = {kind: float(skin.spots.area[kinds == kind].sum()) / skin.area for kind in KINDS}
    ground = skin.ground
    return InstanceMeasures(
        instance_id=one.instance_id,
        colour_stage=stage_of(skin, shares, stages),
        colour=PeelColour(ground.lightness, ground.a, ground.b, ground.hue_deg),
        brown_share=sum(shares.values()),
        defect_share=sum(shares[kind] for kind in KINDS[1:]),
        defects=tuple(DefectArea(kind, shares[kind], int((kinds == kind).sum())) for kind in KINDS if shares[kind]),
        reject=shares["rot"] >= max(stages.flecks.rot_share, 1e-9),
        shape_faults=faults,
    )


def shape_faults(outline: Outline, shape: Shape) -> tuple[ShapeFault, ...]:
    """Why this is not the outline of one whole fruit; empty if it is."""
    ratio = outline.length / outline.width if outline.width else 0.0
    found: dict[ShapeFault, bool] = {
        "several_parts": outline.parts > 1,
        "self_crossing": not outline.simple,
        "not_solid": outline.solidity < shape.solidity_from,
        "length_to_width": not shape.ratio[0] <= ratio <= shape.ratio[1],
    }
    return tuple(fault for fault, there in found.items() if there)


def skin_of(
    view: View, ring: list[tuple[float, float]], outline: Outline, grey: Grey, stages: ColourStages
) -> Skin | None:
    """What is seen inside a ring in pixels of the view; None if that is too little."""
    patch = patch_of(view.pixels, ring, stages.erode * outline.width)
    if patch is None:
        return None
    rule, seen = stages.flecks, patch.mask
    rows, columns = np.nonzero(seen)
    away = (patch.places(columns, rows) - outline.centre) @ outline.axis
    seen[seen] = np.abs(away) <= (0.5 - rule.ends) * outline.span
    area = int(seen.sum())
    if area < stages.least_pixels:
        return None
    lab = lab_of(patch.pixels[seen], grey.gains)
    dark = dark_of(lab, rule.dark_lightness, rule.dark_hue, rule.dark_chroma)
    ground = ground_of(lab, dark)
    brown, lightness = np.zeros_like(seen), np.zeros(seen.shape, np.float32)
    brown[seen] = dark | spotted(lab, ground, rule.differs_from, rule.darker_by)
    lightness[seen] = lab[:, 0]
    spots = spots_of(brown, lightness, max(2 / patch.step**2, rule.noise_below * area))
    along = 0.5 + (patch.places(spots.x, spots.y) - outline.centre) @ outline.axis / outline.span
    width = outline.width / patch.step
    return Skin(ground, area, width, spots, along, float(dark.mean()))


def ground_stage(skin: Skin, stages: ColourStages) -> int:
    """The stage, of all but the last, whose hue is nearest to the ground's."""
    hues = [abs(hue_deg(*one.lab[1:]) - skin.ground.hue_deg) for one in stages.stages[:-1]]
    return stages.stages[hues.index(min(hues))].stage


def kinds_of(skin: Skin, stages: ColourStages) -> NDArray[np.str_]:
    """What each spot is, (spots,)."""
    rule, stage, spots = stages.flecks, ground_stage(skin, stages), skin.spots
    fleck = spots.diameter <= rule.width_to * skin.width
    even = evenness(skin.along[fleck], spots.area[fleck]) >= rule.even_from
    sweet = fleck & (even and stage >= rule.stage_from)
    scar = (stage <= rule.scar_to_stage) | (~fleck & (spots.ratio >= rule.scar_ratio_from))
    rot = ~fleck & (spots.lightness < rule.rot_lightness) & (stage >= rule.rot_from_stage)
    return np.select([rot, sweet, scar], ["rot", "sugar_spots", "scar"], "bruise")


def stage_of(skin: Skin, shares: dict[Defect, float], stages: ColourStages) -> int:
    """The ground's stage, or the last one where brown says so."""
    rule, last = stages.flecks, stages.stages[-1].stage
    stage = ground_stage(skin, stages)
    brown = sum(shares[kind] for kind in KINDS[:3])
    flecked = shares["sugar_spots"] >= rule.last_stage_share or brown >= rule.over_share
    return last if _all_dark(skin, rule) or (stage >= rule.stage_from and flecked) else stage


def _all_dark(skin: Skin, rule: Flecks) -> bool:
    return skin.dark_share > 1 - rule.over_share


def _unmeasured(one: Instance, faults: tuple[ShapeFault, ...]) -> InstanceMeasures:
    return InstanceMeasures(one.instance_id, None, None, None, None, (), False, faults)
