"""Sums are what a look at every answer would find, in whatever order and however cut."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.kernel.traffic import Count, Traffic
from cultivar.monitoring import rollups
from cultivar.monitoring.machine import Sample
from cultivar.monitoring.rollups import DAY, FINE, HOUR, Slot, Sums, dump, floor, gather, merged, parse, spread
from cultivar.predictions.events import PhotoLooks
from tests.monitoring.streams import AT, HOME, stream

few = settings(max_examples=15)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@few
@given(st.integers(0, 5), st.randoms(use_true_random=False), st.integers(1, 7))
def test_order_and_batches_do_not_matter(seed: int, order: object, batch: int) -> None:
    answers = stream(HOME, 20, seed)
    mixed = list(answers)
    order.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a Random
    added: dict[Slot, Sums] = {}
    for start in range(0, len(mixed), batch):
        for slot, sums in gather(mixed[start : start + batch]).items():
            kept = parse(**json.loads(json.dumps(dump(added.get(slot, Sums())))))
            kept.merge(sums)
            added[slot] = kept
    assert {slot: dump(sums) for slot, sums in added.items()} == {s: dump(sums) for s, sums in gather(answers).items()}


@few
@given(st.integers(0, 20), st.integers(1, 30))
def test_every_number_is_a_brute_force_count(seed: int, n: int) -> None:
    answers = stream(HOME, n, seed)
    found = gather(answers)
    assert {slot.seconds for slot in found} == {FINE, HOUR, DAY}
    for sums in found.values():
        named = [one.class_name for one in answers if one.class_name]
        assert (sums.number("predictions"), sums.number("photos")) == (n, n)
        assert sums.number("refused") == n - len(named)
        assert {word: named.count(word) for word in named} == dict(sums.tallies.get("classes", {}))
        times = [round(one.inference_ms * 1000) for one in answers]
        assert (sums.time("inference").total, sums.time("inference").n) == (sum(times), n)
        assert (sums.time("inference").low, sums.time("inference").high) == (min(times), max(times))
        sure = [one.confidence for one in answers if one.confidence is not None]
        assert (sums.level("confidence").n, sums.level("confidence").bins.total()) == (len(sure), len(sure))
        assert sums.level("confidence").total == pytest.approx(sum(sure) * 1e6, abs=n)
        assert sums.number("poor") == sum(photo.sharpness < 0.4 for one in answers for photo in one.photos)


def test_what_is_no_answer_adds_nothing() -> None:
    assert gather([object()]) == {}
    assert merged([]) == Sums()


@given(moments)
def test_a_moment_lies_in_its_stretches(moment: datetime) -> None:
    for slot in spread(moment, "requests"):
        assert slot.start <= moment < slot.start + timedelta(seconds=slot.seconds)
        assert slot.start == floor(slot.start, slot.seconds)


def test_a_photo_is_poor_for_its_sharpness_its_light_or_when_it_is_of_no_use() -> None:
    good = PhotoLooks(0.9, 0.9, 0.8, 500, 120, 300)
    assert not rollups.is_poor(good)
    poor = [(0.3, 0.9, 0.8), (0.9, 0.3, 0.8), (0.9, 0.9, 0.0)]
    assert all(rollups.is_poor(PhotoLooks(*scores, 500, 120, 300)) for scores in poor)


def test_requests_are_counted_by_code_and_errors_are_the_servers() -> None:
    traffic = Traffic(frozenset({"/predict"}))
    for status, code in ((200, ""), (404, "not_found"), (503, "overloaded"), (200, "")):
        traffic.count("/predict", status, code, 0.25)
    traffic.count("/models", 200, "", 0.001)
    sums = rollups.of_requests(traffic.take())
    assert (sums.number("requests"), sums.number("errors")) == (5, 1)
    assert sums.tallies["codes"] == {"not_found": 1, "overloaded": 1}
    assert sums.time("latency").n == 4
    assert sums.time("latency").total / 4 == pytest.approx(250_000, rel=0.011)
    assert rollups.of_requests(traffic.take()) == Sums()


def test_what_could_not_be_written_down_is_counted_the_next_time() -> None:
    traffic = Traffic()
    traffic.count("/a", 200, "", 0.1)
    traffic.give_back(traffic.take())
    traffic.count("/a", 200, "", 0.1)
    assert traffic.take() == {Count(200, "", None): 2}


@given(st.floats(1e-6, 100))
def test_a_latency_is_known_to_one_percent(seconds: float) -> None:
    traffic = Traffic(frozenset({"/a"}))
    traffic.count("/a", 200, "", seconds)
    ((one, _),) = traffic.take().items()
    assert abs(one.microseconds - seconds * 1e6) <= 0.0101 * seconds * 1e6 + 0.51  # a bucket, and whole microseconds


def test_what_a_machine_does_not_tell_is_left_out() -> None:
    assert set(rollups.of_machine(Sample(cpu=0.5)).levels) == {"cpu"}
    assert AT.tzinfo is not None
