"""Sums, rates and percentiles. Pure: no clock, no database.

What is counted is a sum of whole numbers, so it comes out the same in whatever order facts arrive, and what is taken
back leaves no trace: confidences are counted in millionths, times in microseconds. Extremes are no sums: what is taken
back stays in them, and they are shown only where the histogram still holds such a time.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from cultivar.feedback.events import About, FeedbackChanged, FeedbackGiven, FeedbackWithdrawn, Verdict
from cultivar.monitoring.schemas import InferenceMs, Rate
from cultivar.predictions.events import PredictionDeleted, PredictionMade

MILLION = 1_000_000
Z95 = 1.959963984540054

ERROR = 0.01
"""Percentiles are within 1 % of the true ones (DDSketch; Masson, Rim, Lee, VLDB 2019)."""
_GAMMA = (1 + ERROR) / (1 - ERROR)


def wilson(successes: int, n: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share (Wilson 1927), or None when there is nothing to count."""
    if n == 0:
        return None
    share, z2 = successes / n, Z95 * Z95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def rate(successes: int, n: int) -> Rate:
    """A share with its count and interval; rate and interval are None without a count."""
    interval = wilson(successes, n)
    if interval is None:
        return Rate(rate=None, n=0, interval=None)
    return Rate(rate=successes / n, n=n, interval=(round(interval[0], 6), round(interval[1], 6)))


def mean(total: int, n: int) -> float | None:
    """The mean of what is counted in millionths; None of nothing."""
    return round(total / n / MILLION, 6) if n else None


def bucket(microseconds: int) -> int:
    """The place of a time in a histogram whose buckets grow by a factor of 1.0202."""
    return math.ceil(math.log(max(1, microseconds)) / math.log(_GAMMA))


def bucket_middle(index: int) -> float:
    """The time, in microseconds, that is within 1 % of all in this bucket."""
    return float(2 * _GAMMA**index / (_GAMMA + 1))


def merged(histograms: Iterable[Mapping[int, int]]) -> Counter[int]:
    """Histograms added up; what has been taken back leaves no bucket behind."""
    total: Counter[int] = Counter()
    for histogram in histograms:
        for index, count in histogram.items():
            total[index] += count
    return Counter({index: count for index, count in total.items() if count})


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The time below which `share` of the times lie, in microseconds (nearest rank)."""
    total = sum(histogram.values())
    rank = max(1, math.ceil(share * total))
    seen = 0
    for index in sorted(histogram):
        seen += histogram[index]
        if seen >= rank:
            return bucket_middle(index)
    return None


def extreme(known: int | None, end: int) -> float:
    """The lowest or highest time, from the one that was ever seen and the histogram's bucket at that end.

    Exact as long as nothing was taken back, within 2 % of the true one after that.
    """
    return float(known) if known is not None and bucket(known) == end else bucket_middle(end)


def inference_ms(
    total: int, n: int, lowest: float | None, highest: float | None, histogram: Mapping[int, int]
) -> InferenceMs:
    """What times in microseconds come to, in milliseconds; all None without a count."""
    if n <= 0 or lowest is None or highest is None:
        return InferenceMs()
    mean_us = total / n
    lowest, highest = min(lowest, mean_us), max(highest, mean_us)
    marks = {
        name: min(highest, max(lowest, percentile(histogram, share) or lowest)) / 1000
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    return InferenceMs(mean=mean_us / 1000, min=lowest / 1000, max=highest / 1000, **marks)


@dataclass(frozen=True, slots=True)
class Key:
    """What a count is of. `owner_id` None: all people together. `class_name` None: all classes and refusals.

    `correct_class_name`: wrong answers alone, of which people said that they are this class.
    """

    day: date
    model: str
    model_version: str
    owner_id: UUID | None
    class_name: str | None = None
    correct_class_name: str | None = None


@dataclass(slots=True)
class Delta:
    """What comes to a count: sums by column, times by bucket, and the times themselves for the extremes."""

    sums: Counter[str] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    lowest: int | None = None
    highest: int | None = None

    def add(self, other: "Delta") -> None:
        for name, value in other.sums.items():
            self.sums[name] += value
        for index, value in other.times.items():
            self.times[index] += value
        if other.lowest is not None and other.highest is not None:
            self.lowest = other.lowest if self.lowest is None else min(self.lowest, other.lowest)
            self.highest = other.highest if self.highest is None else max(self.highest, other.highest)


def gather(facts: Iterable[Any]) -> dict[Key, Delta]:
    """All that a batch of facts adds, by what it is added to."""
    gathered: dict[Key, Delta] = {}
    for fact in facts:
        for key, delta in _deltas(fact):
            gathered.setdefault(key, Delta()).add(delta)
    return gathered


def _deltas(fact: Any) -> Iterator[tuple[Key, Delta]]:
    match fact:
        case PredictionMade():
            yield from _prediction(fact, fact.at, [None, fact.owner_id] if fact.owner_id else [None], +1)
        case PredictionDeleted():
            yield from _prediction(fact, fact.made_at, [fact.owner_id], -1)
            if fact.has_feedback:
                said = Verdict(fact.is_correct, fact.satisfied, None, fact.correct_class_name)
                yield from _feedback(fact, fact.made_at, [fact.owner_id], said, -1)
        case FeedbackGiven(about=about, said=said):
            yield from _feedback(about, about.made_at, _owners(about), said, +1)
        case FeedbackChanged(about=about, before=before, said=said):
            yield from _feedback(about, about.made_at, _owners(about), before, -1)
            yield from _feedback(about, about.made_at, _owners(about), said, +1)
        case FeedbackWithdrawn(about=about, before=before):
            yield from _feedback(about, about.made_at, _owners(about), before, -1)


def _owners(about: About) -> list[UUID | None]:
    return [None, about.owner_id] if about.owner_id else [None]


def _prediction(
    fact: PredictionMade | PredictionDeleted, at: datetime, owners: Iterable[UUID | None], sign: int
) -> Iterator[tuple[Key, Delta]]:
    time = max(1, round(fact.inference_ms * 1000))
    confidence = round((fact.confidence or 0.0) * MILLION)
    for owner in owners:
        whole = Delta(
            Counter(predictions=sign, refused=sign * (fact.refusal is not None), inference_us=sign * time),
            Counter({bucket(time): sign}),
            *((time, time) if sign > 0 else (None, None)),
        )
        yield _key(fact, at, owner), whole
        if fact.class_name is not None:
            sums = Counter(predictions=sign, confidence=sign * confidence)
            yield _key(fact, at, owner, fact.class_name), Delta(sums)


def _feedback(
    about: About | PredictionDeleted, at: datetime, owners: Iterable[UUID | None], said: Verdict, sign: int
) -> Iterator[tuple[Key, Delta]]:
    right, wrong = said.is_correct is True, said.is_correct is False
    sums = {"feedback": sign, "correct": sign * right, "incorrect": sign * wrong}
    pleased = {"satisfied": sign * (said.satisfied is True), "unsatisfied": sign * (said.satisfied is False)}
    confidence = sign * round((about.confidence or 0.0) * MILLION)
    sureness = {"confidence_correct": right * confidence, "confidence_incorrect": wrong * confidence}
    for owner in owners:
        yield _key(about, at, owner), Delta(Counter(sums | pleased))
        if about.class_name is not None:
            yield _key(about, at, owner, about.class_name), Delta(Counter(sums | sureness))
            if wrong and said.correct_class_name is not None:
                yield _key(about, at, owner, about.class_name, said.correct_class_name), Delta(Counter(incorrect=sign))


def _key(about: About | PredictionMade | PredictionDeleted, at: datetime, owner: UUID | None, *class_names: str) -> Key:
    return Key(at.astimezone(UTC).date(), about.model, about.model_version, owner, *class_names)


def window(today: date, days: int) -> list[date]:
    """The last `days` days in UTC, today among them, oldest first."""
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
