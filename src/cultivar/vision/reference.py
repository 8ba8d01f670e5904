"""On which scales photos and confidences are counted: by the trainer for `manifest.reference`, in service for drift.

Both must agree, or the two histograms cannot be compared.
"""

from dataclasses import dataclass
from math import log1p, log2
from typing import Final

BINS: Final = 20


@dataclass(frozen=True, slots=True)
class Axis:
    """`BINS` bins of one width from `low` to `high`; what lies outside is in the first or the last."""

    low: float
    high: float

    def bin(self, value: float) -> int:
        """The bin of a value, 0..19."""
        return min(max(int((value - self.low) / (self.high - self.low) * BINS), 0), BINS - 1)

    def edges(self) -> list[float]:
        """The ends of the bins, in rising order, one more than there are bins."""
        return [self.low + (self.high - self.low) * step / BINS for step in range(BINS + 1)]


AXES: Final = {
    "confidence": Axis(0.0, 1.0),
    "brightness": Axis(0.0, 255.0),
    "sharpness": Axis(0.0, 12.0),
    "size": Axis(4.0, 14.0),
}
"""Calibrated confidence; mean luma; log(1 + variance of the Laplacian); log2 of the short side in pixels."""


def sharpness(raw: float) -> float:
    """Where a variance of the Laplacian lies on its axis."""
    return log1p(raw)


def size(short_side: int) -> float:
    """Where a short side in pixels lies on its axis."""
    return log2(max(1, short_side))
