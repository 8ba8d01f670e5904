"""Alerts begin where chance does not explain the trouble and end where it is clearly over."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.kernel.traffic import Count
from cultivar.monitoring import drift, watch
from cultivar.monitoring.drift import State
from cultivar.monitoring.machine import Sample
from cultivar.monitoring.rollups import Sums, merged, of_machine, of_requests
from cultivar.monitoring.watch import Finding, Subject, of_errors, of_latency, of_photos

E = 0.05


def requests(n: int, errors: int = 0, seconds: float | None = None) -> Sums:
    sums = of_requests({Count(200, "", None): n - errors, Count(503, "overloaded", None): errors})
    if seconds is not None:
        sums.time("latency").put(round(seconds * 1e6), n)
    return sums


@pytest.mark.parametrize(
    ("recent", "longer", "verdict"),
    [
        (requests(0), requests(0), "keep"),
        (requests(3, 1), requests(3, 1), "keep"),
        (requests(100, 20), requests(100, 20), "raise"),
        (requests(100, 6), requests(300, 18), "keep"),
        (requests(100, 0), requests(300, 3), "clear"),
        (requests(0), requests(300, 3), "clear"),
    ],
)
def test_errors_are_told_from_chance(recent: Sums, longer: Sums, verdict: str) -> None:
    assert of_errors(recent, longer, E).verdict == verdict


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_errors_are_never_raised_at_a_share_below_the_threshold(case: tuple[int, int]) -> None:
    n, errors = case
    found = of_errors(requests(n, errors), requests(n, errors), E)
    assert found.verdict != "raise" or errors / n > E
    assert found.verdict != "clear" or errors / n < E


@pytest.mark.parametrize(
    ("recent", "longer", "verdict"),
    [
        (requests(0), requests(0), "keep"),
        (requests(19, seconds=9), requests(19, seconds=9), "keep"),
        (requests(20, seconds=9), requests(20, seconds=9), "raise"),
        (requests(20, seconds=4.5), requests(60, seconds=4.5), "keep"),
        (requests(20, seconds=1), requests(60, seconds=1), "clear"),
    ],
)
def test_latency_needs_requests_enough(recent: Sums, longer: Sums, verdict: str) -> None:
    assert of_latency(recent, longer, 5.0).verdict == verdict


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [([0.99] * 3, "raise"), ([0.99] * 2, "keep"), ([0.85] * 3, "keep"), ([0.3] * 3, "clear"), ([], "clear")],
)
def test_a_machine_is_judged_by_the_mean_of_three_looks_or_more(shares: list[float], verdict: str) -> None:
    found = watch.of_machine("vm", "memory", merged(of_machine(Sample(memory=share)) for share in shares), 0.95)
    assert found.verdict == verdict
    assert (found.value is None) == (shares == [])


def photos(poor: int, n: int) -> State:
    state = State()
    good = n - poor
    for start in range(0, n, drift.STEP):
        block = Counter({"good": min(drift.STEP, max(0, good - start))})
        block["poor"] = drift.STEP - block["good"]
        state.blocks.append({drift.QUALITY: +block})
    return state


@pytest.mark.parametrize(
    ("poor", "n", "verdict"),
    [(40, 40, None), (50, 50, "raise"), (55, 100, "keep"), (70, 100, "raise"), (20, 100, "clear"), (0, 0, None)],
)
def test_poor_photos_are_judged_among_the_last_hundred(poor: int, n: int, verdict: str | None) -> None:
    found = of_photos("m", "1", photos(poor, n), 0.5)
    assert [one.verdict for one in found] == ([verdict] if verdict else [])


def test_drift_is_found_once_it_was_compared() -> None:
    state = State()
    state.signals["size"].last = drift.Comparison(0.8, 0.3, 50, 200)
    (calm,) = of_photos("m", "1", state, 0.5)
    state.signals["size"].drifting = True
    (found,) = of_photos("m", "1", state, 0.5)
    assert (calm.verdict, found.verdict, found.value, found.threshold) == ("clear", "raise", 0.8, 0.3)
    assert found.subject.key == "drift|size|m|1|"


@settings(max_examples=50)
@given(st.sampled_from(["drift", "latency", "errors", "resources"]), st.floats(0.01, 0.99), st.floats(0, 3))
def test_a_share_is_critical_before_it_is_everything(kind: watch.Kind, threshold: float, value: float) -> None:
    severity = Finding(Subject(kind, "x"), "raise", value, threshold).severity
    if value >= 2 * threshold:
        assert severity == "critical"
    if value < threshold:
        assert severity == "warning"
    if kind in watch.SHARES and value >= 1:
        assert severity == "critical"
    assert Finding(Subject(kind, "x"), "clear", None, threshold).severity == "warning"
