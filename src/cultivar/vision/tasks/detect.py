"""A detector's outputs for one photo, and for its tiles, to what was found, in pixels of the upright photo.

Calibration: Platt scaling of the score's log-odds, sigmoid(logit(score) / temperature + bias) (Platt 1999).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.geometry import Floats, Placement
from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.tasks.layouts import Candidates, Labels, Rows, candidates
from cultivar.vision.tasks.segment import outlines
from cultivar.vision.tasks.suppress import parts_of_others, suppress

Outputs = Mapping[str, NDArray[np.float32]]
CUT_PX: Final = 2.0
"""Pixels of the input: a box that ends so close to the edge of its tile is taken for cut off by it."""
PART: Final = 0.6
"""Share of a cut box that lies in a larger one, from which on it is a part of that."""
SMALLEST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Looking:
    """What a request may ask of a detector; None leaves it to the manifest.

    `min_confidence`: instances not over it are none, 0..1. `iou_threshold`: of two of one class that overlap by more,
    the less sure is dropped, 0..1.
    """

    min_confidence: float | None = None
    iou_threshold: float | None = None

    def filled(self, spec: Boxes) -> tuple[float, float]:
        """Both, with the manifest's where nothing is asked."""
        least = spec.min_confidence if self.min_confidence is None else self.min_confidence
        return least, spec.iou_threshold if self.iou_threshold is None else self.iou_threshold


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What one photo shows, the surest first, in its pixels, within its edges.

    `boxes`: (n, 4) x1, y1, x2, y2. `confidences`: (n,) calibrated. `labels`: (n,). `rings`: an outline (points, 2) of
    each, valid and not closed; None without masks.
    """

    boxes: Floats
    confidences: Floats
    labels: Labels
    rings: tuple[Floats, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)


AS_MADE: Final = Looking()
NOTHING: Final = Found(np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.intp))


def find(
    spec: Boxes, taken: Input, placements: Sequence[Placement], outputs: Outputs, looking: Looking = AS_MADE
) -> Found:
    """All instances of one photo.

    The outputs' first axis runs over what was looked at, the whole photo and then its tiles; `placements` say where
    each lies. What several of them show is merged. An instance whose mask is empty is none.
    """
    least, iou_threshold = looking.filled(spec)
    score = raw_score(spec, least)
    seen = [
        _seen(spec, taken, placement, outputs[spec.output][view], view, score, iou_threshold)
        for view, placement in enumerate(placements)
    ]
    whole = seen[0] if len(seen) == 1 else _merged(seen, placements, iou_threshold, spec.most)
    if spec.prototypes is None:
        return Found(whole.photo, confidence(spec, whole.net.scores), whole.net.labels)
    return _outlined(spec, taken, placements, outputs[spec.prototypes], whole)


def confidence(spec: Boxes, scores: Rows) -> Floats:
    """Calibrated, 0..1."""
    odds = scores.astype(np.float64).clip(SMALLEST, 1 - SMALLEST)
    calibrated: Floats = 1 / (1 + ((1 - odds) / odds) ** (1 / spec.temperature) * np.exp(-spec.bias))
    return calibrated


def raw_score(spec: Boxes, wanted: float) -> float:
    """The network's score whose calibrated confidence is `wanted`, 0..1."""
    inside = min(max(wanted, SMALLEST), 1 - SMALLEST)
    return float(1 / (1 + ((1 - inside) / inside * np.exp(spec.bias)) ** spec.temperature))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Candidates as the network sees them, their boxes in the photo, and the view (0 the whole) each stems from."""

    net: Candidates
    photo: Floats
    view: NDArray[np.intp]

    def pick(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        return replace(self, net=self.net.pick(which), photo=self.photo[which], view=self.view[which])


def _seen(
    spec: Boxes, taken: Input, placement: Placement, output: Rows, view: int, score: float, iou_threshold: float
) -> _Seen:
    """Suppressed within the view, clipped to what it shows of the photo; what lies in the padding alone is gone."""
    net = candidates(spec, taken, output, score)
    if spec.layout == "end2end":
        net = net.pick(np.argsort(-net.scores, kind="stable")[: spec.most])
    else:
        net = net.pick(suppress(net.boxes, net.scores, net.labels, iou_threshold, spec.most))
    u0, v0, u1, v1 = placement.target
    net = replace(net, boxes=net.boxes.clip((u0, v0, u0, v0), (u1, v1, u1, v1)))
    photo = placement.back(net.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
    seen = _Seen(net, photo, np.full(len(photo), view))
    left = (net.boxes[:, 2:] - net.boxes[:, :2]).min(axis=1) > 0
    return seen if left.all() else seen.pick(left)


def _merged(seen: Sequence[_Seen], placements: Sequence[Placement], iou_threshold: float, most: int) -> _Seen:
    """One list of all views: without the parts that the edges of tiles cut off, then suppressed together.

    Suppressed first, a part that is surer would drop the whole. A whole that is itself dropped takes no part with it.
    """
    nets = [one.net for one in seen]
    every = _Seen(
        Candidates(
            boxes=np.concatenate([net.boxes for net in nets]),
            scores=np.concatenate([net.scores for net in nets]),
            labels=np.concatenate([net.labels for net in nets]),
            coefficients=np.concatenate([net.coefficients for net in nets]),
        ),
        np.concatenate([one.photo for one in seen]),
        np.concatenate([one.view for one in seen]),
    )
    boxes, labels, anything = every.photo, every.net.labels, np.ones(len(every.view), np.bool_)
    parts = parts_of_others(boxes, labels, _cut(every, placements), anything, PART)
    standing = np.zeros_like(parts)
    standing[_kept(every, ~parts, iou_threshold, most)] = True
    parts = parts_of_others(boxes, labels, parts, standing, PART)
    return every.pick(_kept(every, ~parts, iou_threshold, most))


def _kept(seen: _Seen, which: NDArray[np.bool_], iou_threshold: float, most: int) -> NDArray[np.intp]:
    """The places in `seen` that are left when `which` are suppressed together, the surest first."""
    some, places = seen.pick(which), np.flatnonzero(which)
    kept: NDArray[np.intp] = places[suppress(some.photo, some.net.scores, some.net.labels, iou_threshold, most)]
    return kept


def _cut(seen: _Seen, placements: Sequence[Placement]) -> NDArray[np.bool_]:
    """Which boxes end at an edge of their tile that is no edge of the photo."""
    photo = np.array(placements[0].source)
    source = np.array([placement.source for placement in placements])
    target = np.array([placement.target for placement in placements])
    inner = np.abs(source - photo) > SMALLEST
    near = np.abs(seen.net.boxes - target[seen.view]) <= CUT_PX
    cut: NDArray[np.bool_] = (near & inner[seen.view]).any(axis=1)
    return cut


def _outlined(spec: Boxes, taken: Input, placements: Sequence[Placement], prototypes: Rows, seen: _Seen) -> Found:
    rings: list[Floats] = [np.zeros((0, 2))] * len(seen.view)
    for view in np.unique(seen.view).tolist():
        places = np.flatnonzero(seen.view == view)
        mine = seen.net.pick(places)
        traced = outlines(prototypes[view], mine.coefficients, mine.boxes, (taken.width, taken.height))
        for place, ring in zip(places.tolist(), traced, strict=True):
            rings[place] = placements[view].back(ring)
    shown = np.array([len(ring) > 0 for ring in rings], np.bool_)
    kept = seen.pick(shown)
    outline = tuple(ring for ring in rings if len(ring))
    return Found(kept.photo, confidence(spec, kept.net.scores), kept.net.labels, outline)
