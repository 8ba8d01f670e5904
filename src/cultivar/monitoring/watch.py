"""When something is worth an alert, and when it is over. Pure.

An alert begins only where chance does not explain it, and ends only where the trouble is clearly over; between the two
it stays as it is, so that it does not flicker.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from cultivar.monitoring.drift import CLEARING, POOR, QUALITY, STEP, State
from cultivar.monitoring.rollups import Sums
from cultivar.monitoring.rules import percentile, wilson
from cultivar.monitoring.schemas.watching import Kind, Severity

Verdict = Literal["raise", "keep", "clear"]

FEWEST_REQUESTS: Final = 20
"""Requests that errors and latency are judged by at least."""
FEWEST_SAMPLES: Final = 3
FEWEST_PHOTOS: Final = 50
OVER_AT: Final = 0.8
"""An alert is over below this part of its threshold; that of errors below half."""
CRITICAL_AT: Final = 2.0
"""From this many times the threshold on it is critical; of a share, also from half-way between threshold and all."""
SHARES: Final = frozenset({"quality", "errors", "resources"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about. `name`: a feature of drift, or what is used up."""

    kind: Kind
    name: str
    model: str | None = None
    model_version: str | None = None
    machine: str | None = None

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.name, self.model or "", self.model_version or "", self.machine or ""))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a subject says, and the number that says so; `value` is None where there is nothing to see."""

    subject: Subject
    verdict: Verdict
    value: float | None
    threshold: float

    @property
    def severity(self) -> Severity:
        critical = CRITICAL_AT * self.threshold
        if self.subject.kind in SHARES:
            critical = min(critical, (1 + self.threshold) / 2)
        return "critical" if self.value is not None and self.value >= critical else "warning"


def of_errors(recent: Sums, longer: Sums, threshold: float) -> Finding:
    """The share of requests that failed by our fault: surely over the threshold of late, or clearly below for long."""
    subject = Subject("errors", "requests")
    interval = wilson(recent.number("errors"), recent.number("requests"))
    share = _rate(longer, "errors", "requests")
    enough = recent.number("requests") >= FEWEST_REQUESTS
    if enough and interval is not None and interval[0] > threshold:
        return Finding(subject, "raise", _rate(recent, "errors", "requests"), threshold)
    return Finding(subject, "clear" if share is not None and share < threshold / 2 else "keep", share, threshold)


def of_latency(recent: Sums, longer: Sums, threshold_s: float) -> Finding:
    """The time that 95 in 100 answers need at most, seconds."""
    subject = Subject("latency", "predict")
    short, long = _p95(recent), _p95(longer)
    if short is not None and short > threshold_s:
        return Finding(subject, "raise", short, threshold_s)
    return Finding(subject, "clear" if long is not None and long < OVER_AT * threshold_s else "keep", long, threshold_s)


def of_machine(machine: str, name: str, recent: Sums, threshold: float) -> Finding:
    """What a machine uses of one thing, on the mean; a machine that has fallen silent raises nothing."""
    subject = Subject("resources", name, machine=machine)
    level = recent.levels.get(name)
    if level is None:
        return Finding(subject, "clear", None, threshold)
    mean = level.total / level.n / 1e6
    if level.n < FEWEST_SAMPLES:
        return Finding(subject, "keep", mean, threshold)
    over = mean < OVER_AT * threshold
    return Finding(subject, "raise" if mean > threshold else "clear" if over else "keep", mean, threshold)


def of_photos(model: str, version: str, state: State, threshold: float) -> list[Finding]:
    """Drift of each feature that has been compared, and the share of poor photos among the last hundred."""
    found = []
    for name, signal in state.signals.items():
        if signal.last is not None:
            subject = Subject("drift", name, model, version)
            found.append(
                Finding(subject, "raise" if signal.drifting else "clear", round(signal.last.psi, 4), signal.last.bar)
            )
    poor, n = poor_photos(state)
    interval = wilson(poor, n)
    if interval is not None and n >= FEWEST_PHOTOS:
        over = poor / n < OVER_AT * threshold
        verdict: Verdict = "raise" if interval[0] > threshold else "clear" if over else "keep"
        found.append(Finding(Subject("quality", "photos", model, version), verdict, poor / n, threshold))
    return found


def poor_photos(state: State) -> tuple[int, int]:
    """How many of the last hundred photos are poor, and how many there are."""
    counts: Counter[str] = Counter()
    for block in state.blocks[-CLEARING // STEP :]:
        counts.update(block.get(QUALITY, Counter()))
    return counts[POOR], counts.total()


def _rate(sums: Sums, part: str, whole: str) -> float | None:
    return sums.number(part) / sums.number(whole) if sums.number(whole) else None


def _p95(sums: Sums) -> float | None:
    times = sums.times.get("latency")
    if times is None or times.n < FEWEST_REQUESTS:
        return None
    found = percentile(times.buckets, 0.95)
    return None if found is None else found / 1e6
