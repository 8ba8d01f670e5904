"""Calibration of a detector on val: a confidence is to be the share of such boxes that are right.

Platt scaling (Platt 1999) of the score's log-odds: sigmoid(logit(score) / temperature + bias), the two by Newton's
method on the log loss. A detection is right if it takes a free box of its class at an IoU of 0.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cultivar.trainer.detect.precision import Judged, hits

Floats = NDArray[np.float64]
FLOOR = 0.02
"""Scores below say nothing that is ever shown, and are many."""
ROUNDS, RIDGE = 50, 1e-3


@dataclass(frozen=True, slots=True)
class Calibration:
    temperature: float
    bias: float

    def of(self, scores: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(logit(scores) / self.temperature + self.bias))))


def logit(scores: Floats) -> Floats:
    inside = np.clip(scores, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(inside / (1 - inside)))


def outcomes(photos: Sequence[Judged], classes: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Confidence and success of every detection of every class."""
    every = [hits(photo, number, 0.5) for photo in photos for number in range(classes)]
    return np.concatenate([h.confidences for h in every]), np.concatenate([h.right for h in every])


def calibrate(scores: Floats, right: NDArray[np.bool_]) -> Calibration:
    """From raw scores and what came of them; the identity if there is nothing to learn from, or no order in it."""
    used = scores >= FLOOR
    x, y = logit(scores[used]), right[used].astype(np.float64)
    if not 0 < y.sum() < len(y):
        return Calibration(1.0, 0.0)
    slope, bias = 1.0, 0.0
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(slope * x + bias, -60, 60)))  # beyond, it is 0 or 1 to the last digit
        slack = p * (1 - p)
        gradient = np.array([((p - y) * x).sum() + RIDGE * (slope - 1), (p - y).sum() + RIDGE * bias])
        curve = np.array([[(slack * x * x).sum() + RIDGE, (slack * x).sum()], [(slack * x).sum(), slack.sum() + RIDGE]])
        step = np.clip(np.linalg.solve(curve, gradient), -1, 1)  # a whole step may leap past the end and never return
        slope, bias = slope - float(step[0]), bias - float(step[1])
        if np.abs(step).max() < 1e-9:
            break
    return Calibration(1 / slope, bias) if slope > 0.05 and np.isfinite(bias) else Calibration(1.0, 0.0)


def best_confidence(photos: Sequence[Judged], classes: int) -> float:
    """The confidence at which F1 over all boxes is best, in steps of 0.05."""
    confidences, right = outcomes(photos, classes)
    total = sum(len(photo.boxes) for photo in photos)
    grid = np.arange(0.1, 0.9, 0.05)
    scores = [2 * (right & (confidences > t)).sum() / max(1, total + (confidences > t).sum()) for t in grid]
    return round(float(grid[int(np.argmax(scores))]), 2)
