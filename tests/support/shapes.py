"""Outlines and veins of leaves, in leaf coordinates: stalk at (0, -1), tip at (0, 1)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

MAPLE_HALF = [
    (0.03, -0.62), (0.20, -0.66), (0.42, -0.72), (0.40, -0.58), (0.66, -0.52), (0.60, -0.40), (0.74, -0.28),
    (0.50, -0.22), (0.56, -0.08), (0.84, 0.02), (0.82, 0.14), (0.98, 0.26), (0.78, 0.32), (0.78, 0.44), (0.58, 0.36),
    (0.36, 0.22), (0.26, 0.26), (0.34, 0.50), (0.30, 0.62), (0.20, 0.60), (0.14, 0.78), (0.06, 0.84), (0.0, 1.0),
]  # fmt: skip
MAPLE_VEINS = [((0, -0.62), (0, 0.9)), ((0, -0.62), (0.82, 0.22)), ((0, -0.62), (-0.82, 0.22)),
               ((0, -0.62), (0.60, -0.46)), ((0, -0.62), (-0.60, -0.46))]  # fmt: skip


@dataclass(frozen=True)
class Outline:
    """A closed edge, and veins as polylines, the midrib first."""

    edge: Points
    veins: list[Points]


def maple(rng: np.random.Generator) -> Outline:
    half = np.array(MAPLE_HALF)
    jitter = rng.normal(0, 0.015, half.shape)
    right, left = half + jitter, (half + jitter[::-1] * 0.8) * [-1, 1]
    veins = [np.linspace(start, end, 12) for start, end in MAPLE_VEINS]
    side = [
        np.linspace(main[k], main[k] + 0.22 * _turn(main[-1] - main[0], sign * 0.9), 6)
        for main in veins[:3]
        for k in (4, 6, 8)
        for sign in (1, -1)
    ]
    return Outline(_smooth(np.vstack([right, left[::-1]]), 2), veins + side)


def willow(rng: np.random.Generator) -> Outline:
    width = rng.uniform(0.20, 0.26)
    return _bladed(lambda t: width * np.sin(np.pi * t**0.75) ** 0.9, rng.uniform(-0.22, 0.22), pairs=13, rise=0.10)


def oak(rng: np.random.Generator) -> Outline:
    lobes, depth = rng.uniform(3.6, 4.6), rng.uniform(0.30, 0.40)

    def width(t: Points) -> Points:
        return 0.42 * np.sin(np.pi * t**1.25) ** 0.6 * (1 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * lobes * t)))

    return _bladed(width, rng.uniform(-0.08, 0.08), pairs=5, rise=0.16)


def lime(rng: np.random.Generator) -> Outline:
    """Heart-shaped."""
    width = rng.uniform(0.62, 0.74)
    return _bladed(lambda t: width * np.sin(np.pi * t**0.55) ** 0.8, rng.uniform(-0.05, 0.05), pairs=6, rise=0.22)


def lily(rng: np.random.Generator) -> Outline:
    """A round pad with a cut, as of a water lily."""
    turn = np.linspace(-np.pi / 2 + 0.22, 3 * np.pi / 2 - 0.22, 90)
    edge = np.column_stack([np.cos(turn), np.sin(turn)]) * 0.86 * (1 + 0.015 * rng.normal(size=(90, 1)))
    centre = np.array([0.0, -0.12])
    veins = [np.linspace(centre, edge[k] * 0.95, 10) for k in range(4, 90, 9)]
    return Outline(_smooth(np.vstack([edge, centre]), 3), veins)


def ginkgo(rng: np.random.Generator) -> Outline:
    """A fan with a notch; no pack learns it."""
    spread = rng.uniform(0.95, 1.15)
    turn = np.linspace(-spread, spread, 70)
    notch = 1 - 0.42 * np.exp(-((turn / 0.09) ** 2))
    wave = 1 + 0.03 * np.sin(turn * 15 + rng.uniform(0, 6))
    rim = np.column_stack([np.sin(turn), np.cos(turn) * 1.0]) * (1.3 * notch * wave)[:, None] + [0, -0.72]
    foot = np.array([0.0, -0.78])
    veins = [np.linspace(foot, foot + (rim[k] - foot) * 0.97, 8) for k in range(3, 70, 5)]
    return Outline(_smooth(np.vstack([rim, foot]), 2), veins)


def _bladed(width: Callable[[Points], Points], bend: float, *, pairs: int, rise: float) -> Outline:
    """A leaf around a midrib: `width(t)` is half the breadth at t (0 foot, 1 tip), `rise` the slope of side veins."""
    t = np.linspace(0, 1, 80)
    along = np.column_stack([bend * (np.sin(np.pi * t) - 0.3), 2 * t - 1])
    half = width(t)
    right, left = along + np.column_stack([half, 0 * t]), along - np.column_stack([half, 0 * t])
    veins = [along]
    for k in np.linspace(8, 66, pairs).astype(int):
        reach = min(79, k + int(80 * rise / 2) + 2)
        veins += [np.linspace(along[k], along[reach] + [sign * half[reach] * 0.85, 0], 8) for sign in (1, -1)]
    return Outline(np.vstack([right, left[::-1]]), veins)


def _turn(vector: Points, angle: float) -> Points:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos * vector[0] - sin * vector[1], sin * vector[0] + cos * vector[1]]) / np.linalg.norm(vector)


def _smooth(points: Points, times: int) -> Points:
    """Chaikin's corner cutting: a soft edge through the same corners."""
    for _ in range(times - 1):
        after = np.roll(points, -1, axis=0)
        points = np.column_stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after]).reshape(-1, 2)
    return points
