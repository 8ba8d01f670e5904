"""Rates, percentiles and sums."""

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.accounts.events import AccountClosed
from cultivar.feedback.events import About, FeedbackChanged, FeedbackGiven, FeedbackWithdrawn, Verdict
from cultivar.monitoring import rules
from cultivar.monitoring.rules import (
    Delta,
    Key,
    bucket,
    bucket_middle,
    extreme,
    gather,
    inference_ms,
    percentile,
    rate,
    wilson,
)
from cultivar.predictions.events import PredictionDeleted, PredictionMade

AT = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
PERSON = UUID(int=7)
times = st.lists(st.integers(1, 60_000_000), min_size=1, max_size=200)


@given(st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_between_none_and_all(case: tuple[int, int]) -> None:
    successes, n = case
    interval = wilson(successes, n)
    if n == 0:
        assert interval is None
        assert rate(0, 0).model_dump() == {"rate": None, "n": 0, "interval": None}
        return
    assert interval is not None
    assert 0 <= interval[0] <= successes / n <= interval[1] <= 1
    assert rate(successes, n).rate == successes / n


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_those_of_the_literature(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), table I, method 3, for 81 of 263; the others by hand."""
    assert wilson(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10**9))
def test_a_bucket_knows_its_times_to_one_percent(microseconds: int) -> None:
    assert bucket_middle(bucket(microseconds)) == pytest.approx(microseconds, rel=0.01 + 1e-9)


@given(times, st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_those_of_the_sorted_times_to_one_percent(found: list[int], share: float) -> None:
    true = sorted(found)[max(1, math.ceil(share * len(found))) - 1]
    assert percentile(Counter(map(bucket, found)), share) == pytest.approx(true, rel=0.0101)


@given(times)
def test_the_figures_of_times_are_in_order(found: list[int]) -> None:
    histogram = Counter(map(bucket, found))
    ms = inference_ms(sum(found), len(found), min(found), max(found), histogram).model_dump()
    assert ms["min"] <= ms["p50"] <= ms["p95"] <= ms["p99"] <= ms["max"]
    assert ms["mean"] == pytest.approx(sum(found) / len(found) / 1000)
    assert (ms["min"], ms["max"]) == (min(found) / 1000, max(found) / 1000)


@given(st.lists(st.integers(1, 10**7), min_size=2))
def test_when_the_slowest_and_the_fastest_are_taken_back_the_next_ones_are_told(found: list[int]) -> None:
    ordered = sorted(found)
    for left in (ordered[:-1], ordered[1:]):
        histogram = Counter(map(bucket, left))
        low, high = extreme(ordered[0], min(histogram)), extreme(ordered[-1], max(histogram))
        assert low == pytest.approx(left[0], rel=0.0203)
        assert high == pytest.approx(left[-1], rel=0.0203)
        ms = inference_ms(sum(left), len(left), low, high, histogram)
        assert ms.min is not None
        assert ms.mean is not None
        assert ms.max is not None
        assert ms.min <= ms.mean <= ms.max


def test_without_a_prediction_there_are_no_times() -> None:
    assert set(inference_ms(0, 0, None, None, {}).model_dump().values()) == {None}
    assert percentile({}, 0.5) is None
    assert rules.mean(0, 0) is None


@given(times, times)
def test_histograms_add_up(some: list[int], more: list[int]) -> None:
    both = rules.merged([Counter(map(bucket, some)), Counter(map(bucket, more))])
    assert both == Counter(map(bucket, some + more))


def made(*, owner: UUID | None = PERSON, refusal: str | None = None) -> PredictionMade:
    named = (None, None) if refusal else ("Maple___healthy", 0.25)
    return PredictionMade(UUID(int=1), owner, "drawn", "1.0.0", *named, refusal, 12.5, AT)


def about(*, owner: UUID | None = PERSON) -> About:
    return About(UUID(int=2), UUID(int=1), owner, "drawn", "1.0.0", "Maple___healthy", 0.25, AT)


RIGHT, WRONG = Verdict(True, None, None, None), Verdict(False, False, 2, "Willow___Rust")


def sums(facts: list[Any]) -> dict[Key, dict[str, int]]:
    """What is not zero."""
    gathered = gather(facts)
    return {key: found for key, delta in gathered.items() if (found := {n: v for n, v in delta.sums.items() if v})}


def test_a_prediction_counts_for_all_and_for_its_owner() -> None:
    found = sums([made()])
    assert {(key.owner_id, key.class_name) for key in found} == {
        (None, None),
        (PERSON, None),
        (None, "Maple___healthy"),
        (PERSON, "Maple___healthy"),
    }
    assert all(key.day == date(2026, 5, 1) for key in found)
    assert found[Key(AT.date(), "drawn", "1.0.0", None)] == {"predictions": 1, "inference_us": 12_500}


def test_what_is_nobodys_counts_for_all_alone() -> None:
    assert {key.owner_id for key in gather([made(owner=None), FeedbackGiven(about(owner=None), RIGHT, AT)])} == {None}


def test_a_refusal_is_of_no_class() -> None:
    assert {key.class_name for key in gather([made(refusal="no_plant")])} == {None}


def test_what_is_said_of_a_refusal_is_of_no_class() -> None:
    of_nothing = replace(about(), class_name=None, confidence=None)
    assert {key.class_name for key in gather([FeedbackGiven(of_nothing, RIGHT, AT)])} == {None}


def test_a_wrong_answer_counts_for_the_class_that_it_really_is_and_no_other_word_does() -> None:
    wrong = sums([FeedbackGiven(about(), WRONG, AT)])
    assert wrong[Key(AT.date(), "drawn", "1.0.0", None, "Maple___healthy", "Willow___Rust")] == {"incorrect": 1}
    unsaid = (Verdict(False, None, None, None), Verdict(None, True, 2, "Willow___Rust"), RIGHT)
    found = gather([FeedbackGiven(about(), said, AT) for said in unsaid])
    assert {key.correct_class_name for key in found} == {None}


def test_feedback_that_is_changed_and_withdrawn_leaves_no_trace() -> None:
    given_, changed = FeedbackGiven(about(), RIGHT, AT), FeedbackChanged(about(), RIGHT, WRONG, AT)
    assert sums([given_, changed]) == sums([FeedbackGiven(about(), WRONG, AT)])
    assert sums([given_, changed, FeedbackWithdrawn(about(), WRONG, AT)]) == {}


def test_a_deleted_prediction_leaves_its_owners_counts_and_stays_in_those_of_all() -> None:
    known = ("drawn", "1.0.0", "Maple___healthy", 0.25, None, 12.5, AT)
    deleted = PredictionDeleted(UUID(int=1), PERSON, *known, True, False, False, "Willow___Rust")
    found = sums([made(), FeedbackGiven(about(), WRONG, AT), deleted])
    assert {key.owner_id for key in found} == {None}
    assert found == {
        key: value for key, value in sums([made(), FeedbackGiven(about(), WRONG, AT)]).items() if key.owner_id is None
    }


@given(st.lists(st.integers(1, 10**6), max_size=20), st.lists(st.integers(1, 10**6), max_size=20))
def test_extremes_come_together(some: list[int], more: list[int]) -> None:
    both = Delta()
    for found in (some, more):
        for time in found:
            both.add(Delta(lowest=time, highest=time))
    assert (both.lowest, both.highest) == (min(some + more, default=None), max(some + more, default=None))


def test_the_window_ends_today() -> None:
    today = date(2026, 5, 1)
    assert rules.window(today, 1) == [today]
    assert rules.window(today, 3) == [today - timedelta(days=2), today - timedelta(days=1), today]


def test_what_is_neither_a_prediction_nor_feedback_counts_nothing() -> None:
    assert gather([AccountClosed(PERSON, AT)]) == {}
