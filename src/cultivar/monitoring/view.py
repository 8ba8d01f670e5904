"""What roll-ups and drift come to over the wire. Pure: sums in, answers out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose
from typing import Any, Final

from cultivar.monitoring import drift, rules
from cultivar.monitoring.rollups import DAY, FINE, HOUR, Level, Source, Sums, Times, floor, merged
from cultivar.monitoring.schemas.watching import (
    DriftOut,
    FeatureOut,
    InputOut,
    LevelOut,
    Metrics,
    Performance,
    Point,
    QualityOut,
    ReferenceOut,
    RequestsOut,
    ResourcesOut,
    Span,
    TimesMs,
)
from cultivar.monitoring.watch import poor_photos
from cultivar.vision.reference import AXES, BINS, Axis

Found = Mapping[Source, Sequence[tuple[datetime, Sums]]]
"""Sums by their source, each with the beginning of its stretch."""

_SHARE: Final = Axis(0.0, 1.0)
_SOURCES: Final[tuple[Source, ...]] = ("model", "requests", "machine")
MODERATE, MAJOR = 0.1, 0.25
"""How PSI is commonly read (Siddiqi 2006)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A window cut into steps, the last of which holds the present moment; `seconds`: width of the roll-ups to read."""

    seconds: int
    step: int
    points: int

    def starts(self, moment: datetime) -> list[datetime]:
        last = floor(moment, self.step)
        return [last - timedelta(seconds=self.step * back) for back in range(self.points - 1, -1, -1)]


GRIDS: Final[Mapping[Span, Grid]] = {
    "hour": Grid(FINE, FINE, 12),
    "day": Grid(HOUR, HOUR, 24),
    "week": Grid(HOUR, 6 * HOUR, 28),
    "month": Grid(DAY, DAY, 30),
}


def performance(span: Span, moment: datetime, found: Found, model: str | None, version: str | None) -> Performance:
    """A window at a glance, in figures, and step by step."""
    grid, starts = GRIDS[span], GRIDS[span].starts(moment)
    steps = _steps(grid, found)
    sums = {source: merged(by_start.values()) for source, by_start in steps.items()}
    answers, requests, machine = sums["model"], sums["requests"], sums["machine"]
    total, refused = answers.number("predictions"), answers.number("refused")
    return Performance(
        window=span,
        start=starts[0],
        end=moment,
        step_s=grid.step,
        model=model,
        model_version=version,
        metrics=metrics(answers, requests, machine),
        predictions=total,
        photos=answers.number("photos"),
        refused=rules.rate(refused, total),
        refusals=_tally(answers, "refusals"),
        classes=_tally(answers, "classes"),
        inference_ms=times_ms(answers.times.get("inference")),
        queue_ms=times_ms(answers.times.get("queue")),
        decode_ms=times_ms(answers.times.get("decode")),
        confidence=_level(answers, "confidence", AXES["confidence"]),
        quality=_quality(answers),
        input=InputOut(**{name: _level(answers, f"input.{name}", AXES[name]) for name in InputOut.model_fields}),
        requests=_requests(requests),
        resources=ResourcesOut(**{name: _level(machine, name, _SHARE) for name in ResourcesOut.model_fields}),
        series=[_point(start, *(steps[source][start] for source in _SOURCES)) for start in starts],
    )


def metrics(answers: Sums, requests: Sums, machine: Sums) -> Metrics:
    total = requests.number("requests")
    return Metrics(
        avg_inference_time=_mean_s(answers.times.get("inference")),
        avg_queue_time=_mean_s(answers.times.get("queue")),
        avg_confidence=_mean(answers.levels.get("confidence")),
        avg_quality_score=_mean(answers.levels.get("quality.score")),
        error_rate=requests.number("errors") / total if total else None,
        cpu_usage=_mean(machine.levels.get("cpu")),
        memory_usage=_mean(machine.levels.get("memory")),
        gpu_usage=_mean(machine.levels.get("gpu")),
    )


def _steps(grid: Grid, found: Found) -> dict[Source, dict[datetime, Sums]]:
    """The sums of each step."""
    steps: dict[Source, dict[datetime, Sums]] = {source: defaultdict(Sums) for source in found}
    for source, rows in found.items():
        for start, one in rows:
            steps[source][floor(start, grid.step)].merge(one)
    return steps


def _point(start: datetime, answers: Sums, requests: Sums, machine: Sums) -> Point:
    inference = answers.times.get("inference")
    p95 = rules.percentile(inference.buckets, 0.95) if inference else None
    return Point(
        **dict(metrics(answers, requests, machine)),
        start=start,
        predictions=answers.number("predictions"),
        refused=answers.number("refused"),
        requests=requests.number("requests"),
        p95_inference_time=None if p95 is None else p95 / 1e6,
    )


def times_ms(times: Times | None) -> TimesMs:
    if times is None:
        return TimesMs()
    low, high = (None if end is None else float(end) for end in (times.low, times.high))
    return TimesMs(n=times.n, **dict(rules.inference_ms(times.total, times.n, low, high, times.buckets)))


def _level(sums: Sums, name: str, axis: Axis) -> LevelOut:
    level = sums.levels.get(name)
    if level is None:
        return LevelOut(low=axis.low, high=axis.high, histogram=[0] * BINS)
    highest = None if level.high is None else level.high / rules.MILLION
    histogram = [level.bins[place] for place in range(BINS)]
    return LevelOut(n=level.n, mean=_mean(level), max=highest, low=axis.low, high=axis.high, histogram=histogram)


def _quality(answers: Sums) -> QualityOut:
    scores = {name: _level(answers, f"quality.{name}", _SHARE) for name in ("score", "sharpness", "exposure")}
    return QualityOut(**scores, poor=rules.rate(answers.number("poor"), answers.number("photos")))


def _requests(requests: Sums) -> RequestsOut:
    total = requests.number("requests")
    return RequestsOut(
        n=total,
        errors=rules.rate(requests.number("errors"), total),
        codes=_tally(requests, "codes"),
        latency_ms=times_ms(requests.times.get("latency")),
    )


def _tally(sums: Sums, topic: str) -> dict[str, int]:
    """The commonest first."""
    return dict(sums.tallies.get(topic, Counter()).most_common())


def _mean(level: Level | None) -> float | None:
    return None if level is None else rules.mean(level.total, level.n)


def _mean_s(times: Times | None) -> float | None:
    return None if times is None else rules.mean(times.total, times.n)


def drift_out(
    model: str,
    version: str,
    updated_at: datetime,
    state: drift.State,
    reference: Mapping[str, Any],
    class_of_answer: Mapping[str, str],
) -> DriftOut:
    """What is known of a version's photos, and how they compare with those that it was measured on.

    `class_of_answer`: the network's class by the name of the answer, where the two differ.
    """
    poor, n = poor_photos(state)
    recent = in_classes(drift.total([*state.blocks, state.begun]), class_of_answer)
    known = reference_histograms(reference)
    features = {name: _feature(signal, recent, known, name) for name, signal in state.signals.items()}
    return DriftOut(
        model=model,
        model_version=version,
        photos=state.photos,
        baseline_photos=state.baseline_photos,
        learning=state.growing,
        drifting=state.drifting,
        features=features,
        poor=rules.rate(poor, n),
        updated_at=updated_at,
    )


def _feature(signal: drift.Signal, recent: drift.Histograms, known: drift.Histograms, name: str) -> FeatureOut:
    last = signal.last
    return FeatureOut(
        psi=None if last is None else round(last.psi, 4),
        threshold=None if last is None else round(last.bar, 4),
        n=recent.get(name, Counter()).total() if last is None else last.n,
        baseline_n=0 if last is None else last.m,
        drifting=signal.drifting,
        reference=_against(recent, known, name),
    )


def _against(recent: drift.Histograms, known: drift.Histograms, name: str) -> ReferenceOut | None:
    here, there = recent.get(name, Counter()), known.get(name, Counter())
    if here.total() < drift.WINDOWS[0]:
        return None
    found = drift.compare(here, there, ordered=name in AXES, least=MAJOR)
    if found is None:
        return None
    level = "stable" if found.psi < MODERATE else "moderate" if found.psi < MAJOR else "major"
    return ReferenceOut(psi=round(found.psi, 4), n=found.n, level=level)


def in_classes(found: drift.Histograms, class_of_answer: Mapping[str, str]) -> drift.Histograms:
    """With the network's classes in place of the answers' names: a reference counts those."""
    classes: Counter[str] = Counter()
    for name, n in found.get(drift.CLASSES, Counter()).items():
        classes[class_of_answer.get(name, name)] += n
    return found | {drift.CLASSES: classes}


def reference_histograms(reference: Mapping[str, Any]) -> drift.Histograms:
    """A manifest's histograms, those on our axes alone; its class shares as counts."""
    found: drift.Histograms = {}
    for name, axis in AXES.items():
        kept = reference.get(name)
        if isinstance(kept, Mapping) and _on_axis(kept, axis):
            found[name] = Counter({str(place): int(count) for place, count in enumerate(kept["counts"]) if count})
    shares, photos = reference.get("class_share"), max((one.total() for one in found.values()), default=0)
    if isinstance(shares, Mapping) and photos:
        found[drift.CLASSES] = Counter({word: n for word, share in shares.items() if (n := round(share * photos))})
    return found


def _on_axis(kept: Mapping[str, Any], axis: Axis) -> bool:
    counts, edges = kept.get("counts", ()), kept.get("edges", ())
    near = zip(edges, axis.edges(), strict=False)
    return len(counts) == BINS and len(edges) == BINS + 1 and all(isclose(a, b, abs_tol=1e-6) for a, b in near)


def psi_by_feature(states: Iterable[tuple[str, str, drift.State]]) -> dict[tuple[str, str, str], float]:
    """The last index of each feature that was compared, by model, version and feature."""
    return {
        (model, version, name): signal.last.psi
        for model, version, state in states
        for name, signal in state.signals.items()
        if signal.last is not None
    }
