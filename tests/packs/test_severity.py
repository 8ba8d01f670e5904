"""From a measured share to a grade, its band, and a name."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.packs.severity import CUTS, Severity, SeverityRule, band_of, class_name, judge, probabilities
from cultivar.vision.measure.lesions import LeafMeasure

RULE = SeverityRule(graded="sigatoka", healthy="healthy", named={"sigatoka": "Sigatoka", "healthy": "Healthy"})
NONE = np.zeros((2, 2), np.bool_)
shares = st.floats(0, 1)


def leaf(
    necrosis: float, *, whole: bool = True, spread: float = 0, streaks: float = 0, found: bool = True
) -> LeafMeasure:
    box = (1.0, 2.0, 30.0, 40.0) if found else None
    return LeafMeasure(box, whole, 0.4, necrosis, 0.0, spread, NONE, NONE, NONE)


def said(condition: str, measured: LeafMeasure) -> tuple[Severity, str]:
    severity = judge(RULE, condition, measured)
    return severity, class_name(RULE, condition, severity)


@pytest.mark.parametrize(("share", "grade"), [(0.0, 1), (0.004, 1), (0.025, 2), (0.09, 3), (0.23, 4), (0.9, 6)])
def test_a_share_within_a_grade_has_that_grade(share: float, grade: int) -> None:
    severity, name = said("sigatoka", leaf(share))
    assert (severity.grade, severity.reason, name) == (grade, None, f"Stage{grade}")
    assert severity.scale == "stover-gauhl"
    assert severity.area_share == share


PAIRS = ("grade_1_or_2", "grade_2_or_3", "grade_3_or_4", "grade_4_or_5", "grade_5_or_6")


@pytest.mark.parametrize(("share", "reason"), list(zip(CUTS, PAIRS, strict=True)))
def test_a_share_between_two_grades_names_both(share: float, reason: str) -> None:
    severity, name = said("sigatoka", leaf(share))
    assert (severity.grade, severity.reason, name) == (None, reason, "Sigatoka")


def test_the_band_of_the_handbook_s_example() -> None:
    assert band_of(RULE, 0.15, 0) == pytest.approx((0.10, 0.22), abs=0.005)


def test_a_leaf_that_is_not_whole_has_a_share_and_no_grade() -> None:
    severity, name = said("sigatoka", leaf(0.09, whole=False))
    assert (severity.grade, severity.reason, severity.area_share, name) == (None, "leaf_not_whole", 0.09, "Sigatoka")


def test_a_leaf_without_a_name_is_measured_and_not_graded() -> None:
    severity = judge(RULE, None, leaf(0.09))
    assert (severity.grade, severity.reason, severity.area_share) == (None, "condition_unknown", 0.09)


def test_without_a_leaf_nothing_is_measured() -> None:
    severity, name = said("sigatoka", leaf(0, found=False))
    assert severity == Severity(None, "stover-gauhl", None, None, None, "no_leaf")
    assert name == "Sigatoka"


def test_a_healthy_leaf_has_grade_0_unless_the_picture_says_otherwise() -> None:
    assert said("healthy", leaf(0.004))[0].grade == 0
    severity, name = said("healthy", leaf(0.2))
    assert (severity.grade, severity.reason, name) == (None, "lesions_on_healthy_leaf", "Healthy")


def test_another_condition_is_not_on_the_scale_and_keeps_its_name() -> None:
    severity, name = said("cordana", leaf(0.2))
    assert (severity.grade, severity.reason, severity.area_share, name) == (
        None,
        "condition_not_on_scale",
        0.2,
        "cordana",
    )


@given(shares, st.floats(0, 2))
def test_probabilities_are_of_six_grades_and_sum_to_one(share: float, spread: float) -> None:
    found = probabilities(RULE, leaf(share, spread=spread))
    assert len(found) == 6
    assert sum(found) == pytest.approx(1)
    assert min(found) >= 0


@given(shares, st.floats(0, 2))
def test_the_band_holds_the_share_and_widens_with_doubt(share: float, spread: float) -> None:
    low, high = band_of(RULE, share, spread)
    assert 0 <= low <= share <= high + 1e-9
    assert high <= 1
    wider = band_of(RULE, share, spread + 0.5)
    assert wider[0] <= low
    assert wider[1] >= high


@given(st.lists(st.floats(0.003, 0.999), min_size=2, max_size=8).map(sorted))
def test_a_larger_share_never_has_a_lower_grade(grown: list[float]) -> None:
    expected = [sum((g + 1) * p for g, p in enumerate(probabilities(RULE, leaf(share)))) for share in grown]
    assert all(after >= before - 1e-9 for before, after in pairwise(expected))
