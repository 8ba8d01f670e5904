"""What a detector's answers to a batch cost."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from cultivar.trainer.detect.assign import Assigned, assign, corners_of
from cultivar.trainer.detect.network import PROTOTYPE_STRIDE, cells, place
from cultivar.trainer.detect.outline import UNSURE
from cultivar.trainer.detect.samples import Target

BOX, MASK, CLOSE = 5.0, 2.0, 1.0
MASKS_PER_PICTURE = 24


@dataclass(frozen=True, slots=True)
class Losses:
    """Sums over the batch by kind, each per matched anchor."""

    box: Tensor
    objectness: Tensor
    classes: Tensor
    close: Tensor
    mask: Tensor

    @property
    def total(self) -> Tensor:
        return BOX * self.box + self.objectness + self.classes + CLOSE * self.close + MASK * self.mask


def losses(
    raw: Tensor, prototypes: Tensor | None, targets: list[Target], size: int, labels: int, *, close: bool
) -> Losses:
    """`raw`, `prototypes` as the network gives them for pictures of (size, size)."""
    corners, strides = cells(size, size)
    placed = corners_of(place(raw[..., :4], corners, strides))
    centres = (corners + 0.5) * strides
    wanted_objectness = torch.zeros_like(raw[..., 4])
    zero = raw.sum() * 0 + (0 if prototypes is None else prototypes.sum() * 0)  # every weight has its gradient
    box, classes, nearness, mask, count, masks = zero, zero, zero, zero, 0, 0
    for i, truth in enumerate(targets):
        if not len(truth.boxes):
            continue
        scores = raw[i, :, 5 : 5 + labels]
        match = assign(placed[i], raw[i, :, 4], scores, centres, strides, truth.boxes, truth.classes)
        wanted_objectness[i, match.anchors] = 1.0
        goal = truth.boxes[match.boxes]
        box = box + (1 - _ious(placed[i, match.anchors], goal).square()).sum()
        share = functional.one_hot(truth.classes[match.boxes], labels) * match.ious[:, None]
        classes = classes + functional.binary_cross_entropy_with_logits(scores[match.anchors], share, reduction="sum")
        if close:
            nearness = nearness + _close(
                raw[i, match.anchors, :4], goal, corners[match.anchors], strides[match.anchors]
            )
        count += len(match.anchors)
        if prototypes is not None:
            some = _some(match)
            mask = mask + _mask_loss(raw[i, some.anchors, 5 + labels :], prototypes[i], truth, some.boxes)
            masks += len(some.anchors)
    objectness = functional.binary_cross_entropy_with_logits(raw[..., 4], wanted_objectness, reduction="sum")
    matched = max(1, count)
    return Losses(box / matched, objectness / matched, classes / matched, nearness / matched, mask / max(1, masks))


def _ious(one: Tensor, other: Tensor) -> Tensor:
    """Of boxes in pairs, (n, 4) x1, y1, x2, y2 each."""
    sides = (torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])).clamp(min=0)
    both = sides.prod(1)
    areas = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1)
    return both / (areas - both).clamp(min=1e-6)


def _close(raw: Tensor, goal: Tensor, corners: Tensor, strides: Tensor) -> Tensor:
    """L1 in the network's own numbers."""
    middle, sides = (goal[:, :2] + goal[:, 2:]) / 2, goal[:, 2:] - goal[:, :2]
    wanted = torch.cat([middle / strides - corners, (sides / strides + 1e-8).log()], 1)
    return (raw - wanted).abs().sum()


def _some(match: Assigned) -> Assigned:
    """At most so many of the matched anchors as masks are learned from in one picture, by chance."""
    if len(match.anchors) <= MASKS_PER_PICTURE:
        return match
    kept = torch.randperm(len(match.anchors))[:MASKS_PER_PICTURE]
    return Assigned(match.anchors[kept], match.boxes[kept], match.ious[kept])


def _mask_loss(mixing: Tensor, prototypes: Tensor, truth: Target, boxes: Tensor) -> Tensor:
    """Summed over the anchors: cross-entropy and Dice inside each box; where no outline is known, projections alone.

    `mixing` (k, prototypes), `prototypes` (prototypes, h, w), `boxes` (k,) numbers of the truth's boxes.
    """
    logits = torch.einsum("kp,phw->khw", mixing, prototypes)
    inside = _windows(truth.boxes[boxes] / PROTOTYPE_STRIDE, logits.shape[1], logits.shape[2])
    owner = truth.owner[None]
    mine = (owner == (boxes + 1).to(owner.dtype)[:, None, None]).float()
    known = inside * (owner != UNSURE)
    whole = truth.whole[boxes]
    each = functional.binary_cross_entropy_with_logits(logits, mine, reduction="none")
    cross = (each * known).sum((1, 2)) / known.sum((1, 2)).clamp(min=1)
    shares = logits.sigmoid()
    exact = cross + _dice((shares * known).flatten(1), (mine * known).flatten(1))
    return torch.where(whole, exact, _projections(shares * inside, inside)).sum()


def _windows(boxes: Tensor, height: int, width: int) -> Tensor:
    """(k, height, width): 1 where a cell's centre lies in the box, grown by a cell."""
    x, y = torch.arange(width) + 0.5, torch.arange(height) + 0.5
    across = (x[None] > boxes[:, 0:1] - 1) & (x[None] < boxes[:, 2:3] + 1)
    down = (y[None] > boxes[:, 1:2] - 1) & (y[None] < boxes[:, 3:4] + 1)
    return (down[:, :, None] & across[:, None, :]).float()


def _dice(said: Tensor, wanted: Tensor) -> Tensor:
    """1 - Dice coefficient of rows (Milletari et al. 2016)."""
    return 1 - (2 * (said * wanted).sum(1) + 1) / (said.square().sum(1) + wanted.square().sum(1) + 1)


def _projections(shares: Tensor, inside: Tensor) -> Tensor:
    """A mask must reach all sides of its box (the projection term of BoxInst, Tian et al. 2021)."""
    return _dice(shares.amax(1), inside.amax(1)) + _dice(shares.amax(2), inside.amax(2))
