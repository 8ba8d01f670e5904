"""What a detector's head might put out: crowds of boxes around a few things, with noise, drawn by a seed."""

import numpy as np

SIDE = 320


def crowd(seed: int, labels: int = 80, coefficients: int = 0, things: int = 12, side: int = SIDE) -> np.ndarray:
    """As YOLOv8 lays it out, float32 (4 + labels + coefficients, anchors); about 20 boxes a thing, and faint noise."""
    rng = np.random.default_rng(seed)
    anchors = sum((side // stride) ** 2 for stride in (8, 16, 32))
    rows = np.zeros((anchors, 4 + labels + coefficients))
    rows[:, :2] = rng.uniform(0, side, (anchors, 2))
    rows[:, 2:4] = rng.uniform(4, side / 2, (anchors, 2))
    rows[:, 4 : 4 + labels] = rng.beta(0.3, 12, (anchors, labels)) * 0.4
    rows[:, 4 + labels :] = rng.normal(0, 1, (anchors, coefficients))
    near = rng.permutation(anchors)[: things * 20].reshape(things, 20)
    for thing in near:
        size, label = rng.uniform(20, side / 2, 2), rng.integers(labels)
        rows[thing, :2] = rng.uniform(size / 2, side - size / 2) + rng.normal(0, 0.06, (20, 2)) * size
        rows[thing, 2:4] = size * rng.normal(1, 0.06, (20, 2))
        rows[thing, 4 + label] = rng.beta(2, 2, 20)
        rows[thing[:4], 4 + rng.integers(labels)] = rng.beta(3, 2, 4)
    return np.ascontiguousarray(rows.T, np.float32)


def prototypes(seed: int, count: int, side: int = SIDE) -> np.ndarray:
    """Smooth float32 (count, side / 4, side / 4)."""
    rng, cells = np.random.default_rng(seed), side // 4
    coarse = rng.normal(0, 1, (count, 9, 9))
    places = np.linspace(0, 7.999, cells)
    low, share = places.astype(int), places % 1
    rows = coarse[:, low] * (1 - share)[:, None] + coarse[:, low + 1] * share[:, None]
    return np.ascontiguousarray(rows[:, :, low] * (1 - share) + rows[:, :, low + 1] * share, np.float32)
