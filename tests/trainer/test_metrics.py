import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.trainer.metrics import (
    Share,
    calibration_error,
    confusion,
    macro_f1,
    per_class,
    reliability,
    risk_coverage,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@given(COUNTS)
def test_an_interval_holds_its_rate(counts: tuple[int, int]) -> None:
    found = Share(*counts)
    assert found.rate is not None
    assert found.interval is not None
    low, high = found.interval
    assert 0 <= low <= found.rate + 1e-12
    assert found.rate - 1e-12 <= high <= 1


def test_an_interval_is_wilsons() -> None:
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I


def test_no_case_has_no_rate() -> None:
    assert Share(0, 0).as_dict() == {"rate": None, "n": 0, "interval": None}


@given(ANSWERS)
def test_calibration_error_is_a_share(answers: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([c for c, _ in answers]), np.array([r for _, r in answers])
    assert 0 <= calibration_error(confidence, right) <= 1
    assert sum(b.count for b in reliability(confidence, right)) == len(answers)


def test_calibration_error_of_honest_and_of_boastful_answers() -> None:
    right = np.array([True] * 3 + [False])
    assert calibration_error(np.full(4, 0.75), right) == pytest.approx(0)
    assert calibration_error(np.full(4, 1.0), right) == pytest.approx(0.25)


def test_a_refusal_is_a_miss_and_no_confusion() -> None:
    truth, said = np.array([0, 0, 1, 1]), np.array([0, -1, 1, 0])
    figures = per_class(truth, said, 2)
    assert [f.recall.rate for f in figures] == [0.5, 0.5]
    assert [f.precision.rate for f in figures] == [0.5, 1.0]
    assert macro_f1(figures) == pytest.approx((0.5 + 2 / 3) / 2)
    assert confusion(truth, said, 2).tolist() == [[1, 0], [1, 1]]


@given(ANSWERS)
def test_risk_at_full_coverage_is_the_error_rate(answers: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([c for c, _ in answers]), np.array([r for _, r in answers])
    coverage, risk = risk_coverage(confidence, right)
    assert coverage[-1] == pytest.approx(1)
    assert risk[-1] == pytest.approx(1 - right.mean())
