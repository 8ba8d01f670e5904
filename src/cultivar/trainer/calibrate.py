"""Temperatures (Guo et al. 2017), fitted on val with every source weighted alike."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOW, HIGH = 0.05, 20.0


def even_weights(sources: NDArray[np.str_]) -> Floats:
    """Weights that sum to 1, each source as heavy as the others in all."""
    names, place, counts = np.unique(sources, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / (counts[place] * len(names)))


def fit_temperature(logits: Floats, truth: NDArray[np.int64], weights: Floats) -> float:
    """T that makes the weighted log loss of softmax(logits / T) smallest, in 0.05..20."""

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        top = scaled.max(1, keepdims=True)
        total = np.log(np.exp(scaled - top).sum(1)) + top[:, 0]
        return float((weights * (total - scaled[np.arange(len(truth)), truth])).sum())

    return _smallest(loss)


def fit_sigmoid_temperature(logits: Floats, truth: Floats, weights: Floats) -> float:
    """The same for independent labels; `truth` is (n, labels) of 0 and 1."""

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        each = np.logaddexp(0, scaled) - truth * scaled
        return float((weights * each.sum(1)).sum())

    return _smallest(loss)


def _smallest(loss: Callable[[float], float]) -> float:
    """Golden-section search over log T; the losses here have one minimum."""
    golden = (np.sqrt(5) - 1) / 2
    low, high = float(np.log(LOW)), float(np.log(HIGH))
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))
