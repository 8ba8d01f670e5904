"""Whether the converted model says what the original says, in its own runtime, on pictures drawn for the purpose."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing.classifier import Classifier
from cultivar.trainer.importing.detector import Detector
from cultivar.vision.runtime.machine import Plan
from cultivar.vision.runtime.models import load_model

Array = NDArray[Any]
Answer = Callable[[NDArray[np.uint8]], Mapping[str, Array]]
"""The original's outputs for one picture, uint8 RGB (1, height, width, 3), by the names they have in the graph."""
LARGEST: Final = 1e-3
PICTURES: Final = 4
PLAN: Final = Plan("onnxruntime", ("CPUExecutionProvider",), decoders=1, lanes=1, threads=1, batch=1)


def pictures(size: tuple[int, int], count: int = PICTURES) -> NDArray[np.uint8]:
    """Leaves of a kind before grounds of a kind, noise on both; the same at every call. (count, height, width, 3)."""
    rng, (width, height) = np.random.default_rng(7), size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    drawn = np.empty((count, height, width, 3), np.uint8)
    for picture in drawn:
        ground = rng.uniform(40, 220, 3) + rng.uniform(-40, 40, 3) * (y / height)[..., None]
        for _ in range(6):
            cx, cy, a, b = rng.random(4) * (width, height, width / 4, height / 4)
            inside = ((x - cx) / (a + 4)) ** 2 + ((y - cy) / (b + 4)) ** 2 < 1
            ground[inside] = rng.uniform(0, 255, 3)
        picture[:] = np.clip(ground + rng.normal(0, 6, ground.shape), 0, 255)
    return drawn


def check(folder: Path, fitted: Detector | Classifier, original: Answer) -> float:
    """Largest difference of a score, or of a box in shares of the picture's side, through what serves.

    Raises ImportRefused at 1e-3 and above.
    """
    network = load_model(folder, PLAN).network
    compare = _boxes_apart if isinstance(fitted, Detector) else _classes_apart
    worst = 0.0
    for picture in pictures((fitted.taken.width, fitted.taken.height)):
        one = picture[None]
        worst = max(worst, compare(fitted, original(one), network.run(one)))  # type: ignore[arg-type]
    if not worst < LARGEST:
        raise ImportRefused(
            f"The converted model and the original differ by {worst:.2g} on drawn pictures; less than {LARGEST} is "
            "needed. Check --input."
        )
    return worst


def _classes_apart(fitted: Classifier, wanted: Mapping[str, Array], got: Mapping[str, Array]) -> float:
    said = wanted[fitted.output].astype(np.float64)
    if fitted.kind == "logits":
        said = _shares(said)
    elif fitted.kind == "binary":
        said = np.concatenate([1 - said, said], 1)
    picked = said[:, list(fitted.places)]
    picked = picked / np.maximum(picked.sum(1, keepdims=True), 1e-12)
    return float(np.abs(picked - _shares(got["joint"].astype(np.float64))).max())


def _shares(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    lifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(lifted / lifted.sum(1, keepdims=True))


def _boxes_apart(fitted: Detector, wanted: Mapping[str, Array], got: Mapping[str, Array]) -> float:
    layout, side = fitted.layout, float(max(fitted.taken.width, fitted.taken.height))
    before, after = wanted[layout.output][0], got[fitted.boxes.output][0]
    if layout.axis == 1:
        before, after = before.T, after.T
    if layout.kind == "end2end":
        return _rows_apart(before, after, fitted.places, side)
    scores = _apart(before[:, _columns(layout.first, fitted.places)], after[:, layout.first :][:, : len(fitted.places)])
    masks = _apart(wanted[layout.prototypes], got[layout.prototypes]) if layout.prototypes else 0.0
    objects = _apart(before[:, 4 : layout.first], after[:, 4 : layout.first])
    return max(scores, objects, masks, _apart(before[:, :4], after[:, :4]) / side)


def _columns(first: int, places: Sequence[int]) -> list[int]:
    return [first + place for place in places]


def _rows_apart(before: Array, after: Array, places: Sequence[int], side: float) -> float:
    """Rows that are kept, the surest first; near ties may stand in either order, so scores alone are compared there."""
    table = {float(place): number for number, place in enumerate(places)}
    kept = np.array([float(label) in table for label in before[:, 5]], bool)
    before, after = before[kept], after[after[:, 5] >= 0]
    if len(before) != len(after):
        return 1.0
    before, after = (rows[np.argsort(-rows[:, 4], kind="stable")] for rows in (before, after))
    sure = before[:, 4] > 0.05
    return max(_apart(before[:, 4], after[:, 4]), _apart(before[sure, :4], after[sure, :4]) / side)


def _apart(one: Array, other: Array) -> float:
    if one.shape != other.shape:
        return float("inf")
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max(initial=0.0))
