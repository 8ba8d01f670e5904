"""Sums become figures, and a manifest's histograms are read only where they fit."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.monitoring import drift, view
from cultivar.monitoring.drift import Comparison, State
from cultivar.monitoring.machine import Sample
from cultivar.monitoring.rollups import Sums, gather, of_machine
from cultivar.monitoring.view import GRIDS, drift_out, performance, reference_histograms
from cultivar.vision.reference import AXES, BINS
from tests.monitoring.streams import AT, HOME, stream
from tests.predictions.answers import PACKS

moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(list(GRIDS)))
def test_the_last_step_holds_the_present(moment: datetime, span: Any) -> None:
    grid = GRIDS[span]
    starts = grid.starts(moment)
    assert len(starts) == grid.points <= 30
    assert starts[-1] <= moment < starts[-1] + timedelta(seconds=grid.step)
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(seconds=grid.step)}


def test_an_empty_window_says_nothing_and_has_every_point() -> None:
    found = performance("day", AT, {"model": [], "requests": [], "machine": []}, None, None)
    assert set(found.metrics.model_dump().values()) == {None}
    assert (found.predictions, found.refused.rate, found.inference_ms.n, found.confidence.n) == (0, None, 0, 0)
    assert [point.predictions for point in found.series] == [0] * 24
    assert found.resources.gpu.histogram == [0] * BINS


def test_points_add_up_to_the_whole() -> None:
    rows: list[tuple[datetime, Sums]] = []
    for hour in range(30):
        for slot, sums in gather(stream(HOME, 3, hour, at=AT - timedelta(hours=hour))).items():
            if slot.seconds == 3600:
                rows.append((slot.start, sums))
    machine = [(AT - timedelta(hours=1), of_machine(Sample(cpu=0.5, gpu=0.25)))]
    found = performance("week", AT, {"model": rows, "requests": [], "machine": machine}, "drawn", None)
    assert found.predictions == sum(point.predictions for point in found.series) == 90
    assert found.metrics.cpu_usage == 0.5
    assert found.metrics.gpu_usage == 0.25
    assert found.metrics.avg_inference_time == pytest.approx((found.inference_ms.mean or 0) / 1000, abs=1e-6)
    assert all((point.p95_inference_time is None) == (point.predictions == 0) for point in found.series)


def manifest_reference(counts: list[int]) -> dict[str, Any]:
    return {name: {"counts": counts, "edges": axis.edges()} for name, axis in AXES.items()}


def test_a_reference_on_other_bins_is_left_out() -> None:
    good = manifest_reference([5] * BINS) | {"class_share": {"a": 0.5, "b": 0.5, "never": 0.0}}
    known = reference_histograms(good)
    assert set(known) == {*AXES, drift.CLASSES}
    assert known[drift.CLASSES] == {"a": 50, "b": 50}
    shifted = [edge + 1 for edge in AXES["size"].edges()]
    for bad in ({"counts": [1] * 5, "edges": [0] * 6}, {"counts": [5] * BINS, "edges": shifted}, "nonsense", {}):
        assert set(reference_histograms(good | {"size": bad})) == {*AXES, drift.CLASSES} - {"size"}
    assert reference_histograms({}) == {}
    assert reference_histograms({"class_share": {"a": 1.0}}) == {}


@pytest.mark.parametrize(
    ("bins", "level"), [([5] * BINS, "stable"), ([32] * 10 + [12] * 10, "moderate"), ([0] * 10 + [9] * 10, "major")]
)
def test_photos_are_told_apart_from_the_reference_by_level(bins: list[int], level: str) -> None:
    state = State(photos=100)
    counts = Counter({str(place): count for place, count in enumerate(bins)})
    state.blocks = [{"brightness": counts}]
    state.signals["brightness"].last = Comparison(0.123456, 0.3, 100, 200)
    found = drift_out("m", "1", AT, state, manifest_reference([50] * BINS), {})
    here = found.features["brightness"]
    assert here.reference is not None
    assert (here.reference.level, here.psi, here.n, here.baseline_n) == (level, 0.1235, 100, 200)
    assert found.features["size"].reference is None
    assert view.psi_by_feature([("m", "1", state)]) == {("m", "1", "brightness"): 0.123456}


BANANA = PACKS["banana-sigatoka"]


@pytest.mark.parametrize(
    ("sick", "level"), [({"Sigatoka": 24, "Stage1": 20, "Stage4": 20}, "stable"), ({"moko": 64}, "major")]
)
def test_answers_in_the_mix_of_the_reference_are_stable_whatever_a_measure_calls_them(
    sick: dict[str, int], level: str
) -> None:
    rest = [known.name for known in BANANA.classes if known.name not in ("healthy", "sigatoka")]
    mix = {"healthy": 0.32, "sigatoka": 0.32} | dict.fromkeys(rest, 0.06)
    state = State()
    state.blocks = [{drift.CLASSES: Counter({"Healthy": 64} | dict.fromkeys(rest, 12)) + Counter(sick)}]
    reference = manifest_reference([50] * BINS) | {"class_share": mix}
    found = drift_out(BANANA.name, "1", AT, state, reference, BANANA.class_of_answer).features[drift.CLASSES].reference
    assert found is not None
    assert (found.n, found.level) == (200, level)


def test_without_a_reference_photos_are_compared_with_those_before_alone() -> None:
    state = State()
    state.blocks = [{"brightness": Counter({"3": 80})}]
    assert drift_out("m", "1", AT, state, {}, {}).features["brightness"].reference is None
