"""Drift is seen soon where it is, and not seen where it is not."""

import json
from collections import Counter
from collections.abc import Sequence
from math import exp, factorial, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.monitoring import drift
from cultivar.monitoring.drift import BASELINE, FEATURES, STEP, State, add, compare, grouped, seen_in, stability_index
from cultivar.predictions.events import PredictionMade
from tests.monitoring.streams import BLURRED, DARK, ELSEWHERE, HOME, Place, stream

LEAST = 0.25
few = settings(max_examples=40)
histograms = st.dictionaries(st.integers(0, 19).map(str), st.integers(1, 300), min_size=1, max_size=20).map(Counter)


def take(state: State, answers: Sequence[PredictionMade]) -> State:
    add(state, [photo for answer in answers for photo in seen_in(answer)], least=LEAST)
    return state


def photos_until(state: State, answers: Sequence[PredictionMade]) -> int | None:
    """After how many of these photos drift is said."""
    for start in range(0, len(answers), STEP):
        if take(state, answers[start : start + STEP]).drifting:
            return start + STEP
    return None


def drifting(state: State) -> set[str]:
    return {name for name, signal in state.signals.items() if signal.drifting}


@few
@given(histograms, histograms, st.booleans())
def test_joined_bins_hold_every_photo_and_are_large_enough(
    here: Counter[str], there: Counter[str], ordered: bool
) -> None:
    bins = grouped(here, there, ordered=ordered)
    assert (sum(a for a, _ in bins), sum(b for _, b in bins)) == (here.total(), there.total())
    fewest, all_ = min(here.total(), there.total()), here.total() + there.total()
    assert len(bins) == 1 or all((a + b) * fewest / all_ >= drift.EXPECTED for a, b in bins)


@few
@given(histograms, histograms)
def test_the_index_is_that_of_the_literature_and_the_same_from_both_sides(
    here: Counter[str], there: Counter[str]
) -> None:
    bins = grouped(here, there, ordered=True)
    n, m = here.total() + len(bins) / 2, there.total() + len(bins) / 2
    by_hand = sum(((a + 0.5) / n - (b + 0.5) / m) * log((a + 0.5) * m / ((b + 0.5) * n)) for a, b in bins)
    assert stability_index(bins) == pytest.approx(by_hand, abs=1e-12)
    assert stability_index(bins) >= -1e-12
    assert stability_index([(b, a) for a, b in bins]) == pytest.approx(stability_index(bins), abs=1e-12)


@few
@given(histograms, st.integers(1, 5), st.booleans())
def test_photos_like_those_before_are_no_drift(there: Counter[str], times: int, ordered: bool) -> None:
    here = Counter({place: count * times for place, count in there.items()})
    found = compare(here, there, ordered=ordered, least=LEAST)
    assert found is not None
    assert found.psi == 0
    assert found.bar >= LEAST


def test_nothing_is_compared_with_nothing() -> None:
    assert compare(Counter(), Counter({"1": 5}), ordered=True, least=LEAST) is None
    assert compare(Counter({"1": 5}), Counter(), ordered=True, least=LEAST) is None


def test_a_bin_that_was_never_seen_before_counts() -> None:
    found = compare(Counter({"9": 100}), Counter({"2": 1000}), ordered=True, least=LEAST)
    assert found is not None
    assert found.psi > found.bar


@pytest.mark.parametrize("degrees", range(2, 42, 2))
def test_the_bar_is_the_far_end_of_the_chi_square(degrees: int) -> None:
    """The tail of an even number of degrees is a sum: exp(-x/2) sum (x/2)^i / i!."""
    half = drift.chi_square_bar(degrees) / 2
    tail = exp(-half) * sum(half**i / factorial(i) for i in range(degrees // 2))
    assert 0.9e-8 < tail < 1.1e-7


@pytest.mark.parametrize(
    ("place", "features"),
    [(DARK, {"brightness"}), (BLURRED, {"sharpness"}), (ELSEWHERE, {drift.CLASSES})],
    ids=["dark", "blurred", "elsewhere"],
)
@pytest.mark.parametrize("before", [150, 300, 700])
def test_a_change_is_seen_within_three_hundred_photos(place: Place, features: set[str], before: int) -> None:
    state = take(State(), stream(HOME, before))
    assert not state.drifting
    found = photos_until(state, stream(place, 300))
    assert found is not None
    assert drifting(state) == features


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_three_thousand_photos_without_a_change_raise_nothing(seed: int) -> None:
    state = State()
    assert photos_until(state, stream(HOME, 3000, seed)) is None
    assert state.baseline_photos == BASELINE
    assert not state.growing


def test_smaller_photos_less_sure_answers_and_refusals_are_seen_too() -> None:
    state = take(State(), stream(HOME, 300))
    take(state, stream(Place(side=500, sure=0.6, refused=0.4), 100))
    assert drifting(state) == {"size", "confidence", drift.REFUSALS}


def test_drift_stays_for_as_long_as_it_lasts_and_ends_after_it() -> None:
    state = take(State(), stream(HOME, 300))
    take(state, stream(DARK, 900))
    held = state.baseline_photos
    assert drifting(state) == {"brightness"}
    assert 250 <= held <= 320
    take(state, stream(HOME, 200, seed=1))
    assert not state.drifting
    take(state, stream(HOME, 400, seed=2))
    assert not state.drifting
    assert state.baseline_photos > held


def test_a_drift_after_the_baseline_is_complete_leaves_it_as_it_is() -> None:
    state = take(State(), stream(HOME, 1300))
    before = state.baseline
    take(state, stream(DARK, 300))
    assert state.drifting
    assert state.baseline == before


def test_nothing_is_said_before_there_is_something_to_compare_with() -> None:
    state = take(State(), stream(HOME, 140))
    assert all(signal.last is None for signal in state.signals.values())
    take(state, stream(HOME, 10, seed=1))
    assert all(signal.last is not None for signal in state.signals.values())


@settings(max_examples=8)
@given(st.integers(0, 3), st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_it_does_not_matter_how_the_stream_is_cut_nor_that_it_is_written_down(seed: int, cuts: list[int]) -> None:
    answers = stream(HOME, 180, seed) + stream(DARK, 100, seed)
    whole, state, at = take(State(), answers), State(), 0
    for cut in cuts:
        state = drift.parse(json.loads(json.dumps(drift.dump(take(state, answers[at : at + cut])))))
        at += cut
    assert drift.dump(take(state, answers[at:])) == drift.dump(whole)
    assert drift.parse({}) == State()


def test_an_answer_counts_once_and_each_of_its_photos_counts() -> None:
    (one,) = stream(HOME, 1)
    first, second = seen_in(PredictionMade(*_parts(one), photos=one.photos * 2))
    assert set(first) - set(second) <= {"confidence", drift.CLASSES, drift.REFUSALS}
    assert set(second) == {"brightness", "sharpness", "size", drift.QUALITY}
    assert seen_in(PredictionMade(*_parts(one)[:4], None, None, "no_plant", 1.0, one.at)) == [{"refusals": "no_plant"}]
    assert set(first) <= {*FEATURES, drift.QUALITY}


def _parts(one: PredictionMade) -> tuple[object, ...]:
    known = (one.prediction_id, one.owner_id, one.model, one.model_version, one.class_name, one.confidence)
    return (*known, one.refusal, one.inference_ms, one.at)
