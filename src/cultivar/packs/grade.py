"""The grade of a lot, by the pack's `grading`. Pure.

With p_k the share of fruits in class k (the place in the pack's classes, which is the order of ripeness), m their mean,
d_i the defect share of fruit i, sugar spots left out, and v_i 1 where its outline is that of one whole fruit:

    U = 1 - sqrt(sum p_k (k - m)^2) / spread_at_zero     uniformity
    D = max(0, 1 - mean(d_i) / defects_at_zero)          soundness
    R = share of fruits whose class suits the purpose    window
    S = mean(v_i)                                        validity
    overall_quality_score = 0 if a fruit is rejected, else the weighted sum of the four

The grade is the lowest that the columns of the table allow: score, fruits above the defect limit, over-ripe share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import fmean, median

from cultivar.packs.assessment import Columns, Components, GradeSaid
from cultivar.packs.sections import GradeName, GradeRow, Grading, Ungradable

HAIR = 1e-9
"""Shares are quotients of whole numbers: what differs by less is equal."""


@dataclass(frozen=True, slots=True)
class Fruit:
    """What the rule asks of one fruit; `rank` is its class's place. Without a measured skin `defect_share` is None."""

    rank: int
    class_name: str
    confidence: float
    defect_share: float | None
    valid: bool
    reject: bool


def grade(rule: Grading, fruits: Sequence[Fruit], quality: float, purpose: str | None = None) -> GradeSaid:
    """Grade the fruits of one answer; `quality` 0..1 is the photo's score. KeyError for an unknown purpose."""
    chosen = purpose or rule.default_purpose
    wanted = rule.purposes[chosen].classes
    if reason := ungradable(rule, fruits, quality):
        return GradeSaid("ungradable", None, chosen, rule.version, len(fruits), reason=reason)
    parts = components(rule, fruits, wanted)
    score = overall(rule, parts)
    columns = columns_of(rule, fruits, parts, score)
    names = [row.grade for row in rule.table] + [rule.worst]
    lowest = max(names.index(name) for name in (columns.score, columns.defects, columns.over_ripe))
    return GradeSaid(
        grade=rule.worst if parts.rejected else names[lowest],
        score=score,
        purpose=chosen,
        rule_version=rule.version,
        instances=len(fruits),
        components=parts,
        columns=columns,
    )


def ungradable(rule: Grading, fruits: Sequence[Fruit], quality: float) -> Ungradable | None:
    """Why there is no grade, None if there is one."""
    if not fruits:
        return "no_instances"
    if quality < rule.quality_from:
        return "poor_photo"
    if median(one.confidence for one in fruits) < rule.confidence_from:
        return "low_confidence"
    return "not_measured" if all(one.defect_share is None for one in fruits) else None


def components(rule: Grading, fruits: Sequence[Fruit], wanted: Sequence[str]) -> Components:
    """U, D, R and S, and what the table looks at; fruits without a measured skin are left out of D alone."""
    defects = fmean(_measured(fruits))
    return Components(
        uniformity=uniformity([one.rank for one in fruits], rule.spread_at_zero),
        soundness=max(0.0, 1 - defects / rule.defects_at_zero),
        window=fmean(one.class_name in wanted for one in fruits),
        validity=fmean(one.valid for one in fruits),
        mean_defect_share=defects,
        over_ripe_share=fmean(one.class_name in rule.over_ripe for one in fruits),
        rejected=sum(one.reject for one in fruits),
    )


def uniformity(ranks: Sequence[int], spread_at_zero: float) -> float:
    """U, 0..1: 1 when all are of one class. At least one rank."""
    mean = fmean(ranks)
    return max(0.0, 1 - sqrt(fmean((rank - mean) ** 2 for rank in ranks)) / spread_at_zero)


def overall(rule: Grading, parts: Components) -> float:
    """The score 0..1, to six digits, so that a limit is met by what equals it."""
    if parts.rejected:
        return 0.0
    weights = rule.weights
    total = (
        weights.uniformity * parts.uniformity
        + weights.soundness * parts.soundness
        + weights.window * parts.window
        + weights.validity * parts.validity
    )
    return min(1.0, round(total, 6))


def columns_of(rule: Grading, fruits: Sequence[Fruit], parts: Components, score: float) -> Columns:
    """The best grade that each column allows by itself."""
    defects = _measured(fruits)
    return Columns(
        score=_best(rule, [score >= row.score_from for row in rule.table]),
        defects=_best(rule, [_within(row, defects, len(fruits)) for row in rule.table]),
        over_ripe=_best(rule, [parts.over_ripe_share <= row.over_ripe_to + HAIR for row in rule.table]),
    )


def _within(row: GradeRow, defects: Sequence[float], count: int) -> bool:
    limit = row.defect_limit
    return limit is None or sum(one > limit + HAIR for one in defects) <= floor(row.tolerance * count + HAIR)


def _best(rule: Grading, met: Sequence[bool]) -> GradeName:
    return next((row.grade for row, there in zip(rule.table, met, strict=True) if there), rule.worst)


def _measured(fruits: Sequence[Fruit]) -> list[float]:
    return [one.defect_share for one in fruits if one.defect_share is not None]
