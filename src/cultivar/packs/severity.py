"""How sick a leaf is, on the scale of Stover modified by Gauhl, from the share of it that is dead; pure.

Grades: 0 no symptom; 1 below 1 % or streaks alone; 2 to 5 %; 3 to 15 %; 4 to 33 %; 5 to 50 %; 6 above (Stover 1971,
Gauhl 1994; the limits follow Carlier et al. 2003). They are no lesion stages: those of Fouré (1987) rate one lesion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cultivar.vision.measure.lesions import LeafMeasure, LesionRule

Scale = Literal["stover-gauhl"]
Reason = Literal[
    "no_leaf",
    "leaf_not_whole",
    "condition_unknown",
    "condition_not_on_scale",
    "lesions_on_healthy_leaf",
    "grade_1_or_2",
    "grade_2_or_3",
    "grade_3_or_4",
    "grade_4_or_5",
    "grade_5_or_6",
]
PAIRS: tuple[Reason, ...] = (
    "grade_1_or_2", "grade_2_or_3", "grade_3_or_4", "grade_4_or_5", "grade_5_or_6",
)  # fmt: skip
CUTS = (0.01, 0.05, 0.15, 0.33, 0.50)
"""Upper limits of the sick share of grades 1 to 5."""


class SeverityRule(BaseModel):
    """The `severity` section of a pack: which condition is graded, how it is named, how sure a measured share is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scale: Scale = "stover-gauhl"
    graded: str
    """The label of `condition` whose leaves have a grade."""
    healthy: str
    """The label whose leaves have grade 0."""
    named: Mapping[str, str] = {}
    """`class_name` of a condition, where it is not its label."""
    stage_name: str = "Stage{grade}"
    """`class_name` of a graded leaf whose grade is known."""
    logit_error: float = Field(default=0.35, gt=0)
    """Standard error of the logit of a measured share, before what the measure itself adds."""
    band: float = Field(default=0.8, gt=0, lt=1)
    """How often the band holds the truth."""
    sure: float = Field(default=0.6, gt=0.5, le=1)
    """A grade is named only at this probability."""
    trace: float = Field(default=0.002, gt=0, lt=0.01)
    """A share below it is none."""
    lesions: LesionRule = LesionRule()


@dataclass(frozen=True, slots=True)
class Severity:
    """`area_share`: dead share of the leaf, and the `band` around it; None without a leaf. `reason`: why no grade.

    `lesion_stage` is Fouré's, None where the picture does not show it.
    """

    grade: int | None
    scale: Scale
    area_share: float | None
    band: tuple[float, float] | None
    lesion_stage: int | None
    reason: Reason | None


def judge(rule: SeverityRule, condition: str | None, leaf: LeafMeasure) -> Severity:
    """The severity of a leaf with this label of `condition`; None where it has no name."""
    if leaf.bbox is None:
        return Severity(None, rule.scale, None, None, None, "no_leaf")
    band = band_of(rule, leaf.necrosis, leaf.spread)
    grade, reason = _grade(rule, condition, leaf)
    return Severity(grade, rule.scale, leaf.necrosis, band, None, reason)


def class_name(rule: SeverityRule, condition: str, severity: Severity) -> str:
    """What the answer calls the leaf: a graded one by its grade, any other by its condition."""
    if condition == rule.graded and severity.grade is not None:
        return rule.stage_name.format(grade=severity.grade)
    return rule.named.get(condition, condition)


def probabilities(rule: SeverityRule, leaf: LeafMeasure) -> tuple[float, ...]:
    """Of grades 1 to 6 for a sick leaf: its share's logit is normal. Streaks without dead spots are grade 1."""
    if leaf.necrosis < rule.trace:
        return (1.0, *(0.0 for _ in CUTS))
    share = NormalDist(_logit(leaf.necrosis), _error(rule, leaf.spread))
    below = [0.0, *(share.cdf(_logit(cut)) for cut in CUTS), 1.0]
    return tuple(high - low for low, high in pairwise(below))


def band_of(rule: SeverityRule, share: float, spread: float) -> tuple[float, float]:
    """The interval that holds the true share as often as the rule says; from 0 where the share is no more than a trace.

    The normal interval of the logit: `expit(logit(p) ∓ z · sqrt(logit_error² + spread²))`.
    """
    reach = NormalDist().inv_cdf(0.5 + rule.band / 2) * _error(rule, spread)
    middle = _logit(max(share, rule.trace))
    return 0.0 if share < rule.trace else _expit(middle - reach), max(share, _expit(middle + reach))


def _grade(rule: SeverityRule, condition: str | None, leaf: LeafMeasure) -> tuple[int | None, Reason | None]:
    """The grade, or why there is none."""
    if condition is None:
        return None, "condition_unknown"
    if condition not in (rule.graded, rule.healthy):
        return None, "condition_not_on_scale"
    if not leaf.whole:
        return None, "leaf_not_whole"
    if condition == rule.healthy:
        return (0, None) if leaf.necrosis < CUTS[0] else (None, "lesions_on_healthy_leaf")
    shares = probabilities(rule, leaf)
    best = max(range(len(shares)), key=shares.__getitem__)
    if shares[best] >= rule.sure:
        return best + 1, None
    beside = max((place for place in (best - 1, best + 1) if 0 <= place < len(shares)), key=shares.__getitem__)
    return None, PAIRS[min(best, beside)]


def _error(rule: SeverityRule, spread: float) -> float:
    return sqrt(rule.logit_error**2 + spread**2)


def _logit(share: float) -> float:
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return log(kept / (1 - kept))


def _expit(logit: float) -> float:
    return 1 / (1 + exp(-logit))
