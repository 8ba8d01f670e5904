"""Sums over a stretch of time: of answers by model version, of requests, of a machine's load. Pure.

Everything adds up and is counted in whole numbers (times in microseconds, levels in millionths), so the order in which
things come does not matter. Times keep a histogram whose buckets grow by 2 %, levels one of twenty bins.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from cultivar.kernel.traffic import Count
from cultivar.monitoring.machine import Sample
from cultivar.monitoring.rules import MILLION, bucket
from cultivar.predictions.events import PhotoLooks, PredictionMade
from cultivar.vision.quality import SCALE
from cultivar.vision.reference import AXES, Axis, sharpness, size

Source = Literal["model", "requests", "machine"]

FINE: Final = 300
HOUR: Final = 3600
DAY: Final = 86400
WIDTHS: Final = (FINE, HOUR, DAY)
"""Seconds of a stretch; days are those of UTC."""

_SHARE: Final = Axis(0.0, 1.0)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Times:
    """Times in microseconds: their sum, extremes and counts by `rules.bucket`."""

    total: int = 0
    low: int | None = None
    high: int | None = None
    buckets: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        return self.buckets.total()

    def put(self, microseconds: int, times: int = 1) -> None:
        value = max(1, microseconds)
        self.total += value * times
        self.buckets[bucket(value)] += times
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)

    def merge(self, other: "Times") -> None:
        self.total += other.total
        self.buckets.update(other.buckets)
        self.low = min((end for end in (self.low, other.low) if end is not None), default=None)
        self.high = max((end for end in (self.high, other.high) if end is not None), default=None)


@dataclass(slots=True)
class Level:
    """A number on an axis: how often, its sum in millionths, the highest, and counts by bin."""

    n: int = 0
    total: int = 0
    high: int | None = None
    bins: Counter[int] = field(default_factory=Counter)

    def put(self, value: float, axis: Axis) -> None:
        millionths = round(value * MILLION)
        self.n += 1
        self.total += millionths
        self.bins[axis.bin(value)] += 1
        self.high = millionths if self.high is None else max(self.high, millionths)

    def merge(self, other: "Level") -> None:
        self.n += other.n
        self.total += other.total
        self.bins.update(other.bins)
        self.high = max((end for end in (self.high, other.high) if end is not None), default=None)


@dataclass(slots=True)
class Sums:
    """All that is known of one stretch. `tallies` count words by topic, such as classes or error codes."""

    tallies: dict[str, Counter[str]] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)

    def count(self, topic: str, word: str, times: int = 1) -> None:
        self.tallies.setdefault(topic, Counter())[word] += times

    def number(self, word: str) -> int:
        """How often something happened at all."""
        return self.tallies.get("all", Counter())[word]

    def time(self, name: str) -> Times:
        return self.times.setdefault(name, Times())

    def level(self, name: str) -> Level:
        return self.levels.setdefault(name, Level())

    def merge(self, other: "Sums") -> None:
        for topic, words in other.tallies.items():
            self.tallies.setdefault(topic, Counter()).update(words)
        for name, times in other.times.items():
            self.time(name).merge(times)
        for name, level in other.levels.items():
            self.level(name).merge(level)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where sums belong: a source's stretch of `seconds` from `start` on. A machine is named by its host."""

    seconds: int
    start: datetime
    source: Source
    name: str = ""
    version: str = ""


def floor(moment: datetime, seconds: int) -> datetime:
    """The beginning of the stretch of so many seconds that a moment lies in."""
    width = timedelta(seconds=seconds)
    return _EPOCH + (moment - _EPOCH) // width * width


def spread(moment: datetime, source: Source, name: str = "", version: str = "") -> list[Slot]:
    """The stretches that a moment lies in, the shortest first."""
    return [Slot(seconds, floor(moment, seconds), source, name, version) for seconds in WIDTHS]


def gather(facts: Iterable[Any]) -> dict[Slot, Sums]:
    """What answers add, by where it belongs."""
    fine: dict[Slot, Sums] = {}
    for fact in facts:
        if isinstance(fact, PredictionMade):
            slot = Slot(FINE, floor(fact.at, FINE), "model", fact.model, fact.model_version)
            count_answer(fine.setdefault(slot, Sums()), fact)
    found = dict(fine)
    for slot, sums in fine.items():
        for wide in spread(slot.start, slot.source, slot.name, slot.version)[1:]:
            found.setdefault(wide, Sums()).merge(sums)
    return found


def count_answer(sums: Sums, fact: PredictionMade) -> None:
    """Add one answer."""
    sums.count("all", "predictions")
    sums.count("all", "photos", len(fact.photos))
    for name, ms in (("inference", fact.inference_ms), ("queue", fact.queue_ms), ("decode", fact.decode_ms)):
        sums.time(name).put(round(ms * 1000))
    if fact.refusal is not None:
        sums.count("all", "refused")
        sums.count("refusals", fact.refusal)
    if fact.class_name is not None:
        sums.count("classes", fact.class_name)
    if fact.confidence is not None:
        sums.level("confidence").put(fact.confidence, AXES["confidence"])
    for photo in fact.photos:
        sums.count("all", "poor", is_poor(photo))
        for name, value in (("sharpness", photo.sharpness), ("exposure", photo.exposure), ("score", photo.score)):
            sums.level(f"quality.{name}").put(value, _SHARE)
        for name, value in on_axes(photo).items():
            sums.level(f"input.{name}").put(value, AXES[name])


def on_axes(photo: PhotoLooks) -> dict[str, float]:
    """A photo's place on each axis that is its own."""
    return {
        "brightness": photo.brightness,
        "sharpness": sharpness(photo.raw_sharpness),
        "size": size(photo.short_side),
    }


def is_poor(photo: PhotoLooks) -> bool:
    """Unusable, or warned of for its sharpness or its light; a small one is not poor for that."""
    return photo.score == 0 or photo.sharpness < SCALE.warn_sharpness or photo.exposure < SCALE.warn_exposure


def of_requests(counts: Mapping[Count, int]) -> Sums:
    """Requests since the last time; `latency` of those whose time is kept."""
    sums = Sums()
    for one, times in counts.items():
        sums.count("all", "requests", times)
        sums.count("all", "errors", times * (one.status >= 500))
        if one.code:
            sums.count("codes", one.code, times)
        if one.microseconds is not None:
            sums.time("latency").put(one.microseconds, times)
    return sums


def of_machine(sample: Sample) -> Sums:
    """One look at a machine; what it does not tell is left out."""
    sums = Sums()
    for name, share in sample.shares().items():
        sums.level(name).put(share, _SHARE)
    return sums


def dump(sums: Sums) -> dict[str, dict[str, Any]]:
    """The sums as three JSON columns."""
    return {
        "tallies": {topic: dict(sorted((+words).items())) for topic, words in sums.tallies.items()},
        "times": {name: [one.total, one.low, one.high, _keyed(one.buckets)] for name, one in sums.times.items()},
        "levels": {name: [one.n, one.total, one.high, _keyed(one.bins)] for name, one in sums.levels.items()},
    }


def parse(tallies: Mapping[str, Any], times: Mapping[str, Any], levels: Mapping[str, Any]) -> Sums:
    """What `dump` wrote."""
    return Sums(
        {topic: Counter(words) for topic, words in tallies.items()},
        {name: Times(total, low, high, _counter(kept)) for name, (total, low, high, kept) in times.items()},
        {name: Level(n, total, high, _counter(kept)) for name, (n, total, high, kept) in levels.items()},
    )


def merged(many: Iterable[Sums]) -> Sums:
    found = Sums()
    for one in many:
        found.merge(one)
    return found


def _keyed(counts: Counter[int]) -> dict[str, int]:
    return {str(place): count for place, count in sorted(counts.items())}


def _counter(counts: Mapping[str, int]) -> Counter[int]:
    return Counter({int(place): count for place, count in counts.items()})
