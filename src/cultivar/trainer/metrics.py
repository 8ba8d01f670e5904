"""Figures of merit, pure: arrays in, numbers out."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Z95 = 1.959963984540054
BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with Wilson's 95 % interval (Wilson 1927); rate and interval are None without a case."""

    hits: int
    n: int

    @property
    def rate(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.n:
            return None
        p, n, z2 = self.hits / self.n, self.n, Z95**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_dict(self) -> dict[str, object]:
        interval = self.interval
        return {"rate": self.rate, "n": self.n, "interval": None if interval is None else list(interval)}


def share(hits: Bools) -> Share:
    return Share(int(np.count_nonzero(hits)), int(hits.size))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, how confident on average, how often right."""

    count: int
    confidence: float
    right: float


def reliability(confidence: Floats, right: Bools, bins: int = BINS) -> list[Bin]:
    """Equal-width bins over 0..1; empty ones have zeros."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        count = int(inside.sum())
        means = (float(confidence[inside].mean()), float(right[inside].mean())) if count else (0.0, 0.0)
        found.append(Bin(count, *means))
    return found


def calibration_error(confidence: Floats, right: Bools, bins: int = BINS) -> float:
    """Expected calibration error: mean gap of confidence and accuracy, weighted by count (Guo et al. 2017)."""
    table = reliability(confidence, right, bins)
    return sum(b.count * abs(b.confidence - b.right) for b in table) / max(1, len(confidence))


def confusion(truth: Ints, said: Ints, size: int) -> Ints:
    """(size, size): row the truth, column what was said. Entries of -1 in `said` (refused) are left out."""
    kept = said >= 0
    table = np.zeros((size, size), np.int64)
    np.add.at(table, (truth[kept], said[kept]), 1)
    return table


@dataclass(frozen=True, slots=True)
class ClassFigures:
    precision: Share
    recall: Share

    @property
    def f1(self) -> float | None:
        both = self.precision.n + self.recall.n
        return 2 * self.recall.hits / both if both else None


def per_class(truth: Ints, said: Ints, size: int) -> list[ClassFigures]:
    """Precision and recall of each class; a refusal (-1) is a miss of the true class."""
    found = []
    for number in range(size):
        hit = int(np.count_nonzero((truth == number) & (said == number)))
        precision = Share(hit, int(np.count_nonzero(said == number)))
        found.append(ClassFigures(precision, Share(hit, int(np.count_nonzero(truth == number)))))
    return found


def macro_f1(figures: list[ClassFigures]) -> float | None:
    """Mean F1 of the classes that occur in the truth."""
    scores = [figure.f1 for figure in figures if figure.recall.n and figure.f1 is not None]
    return float(np.mean(scores)) if scores else None


def risk_coverage(confidence: Floats, right: Bools) -> tuple[Floats, Floats]:
    """Coverage and risk (share of wrong answers) when only the most confident are answered, for every coverage."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    count = np.arange(1, len(order) + 1)
    return count / max(1, len(order)), wrong / count
