"""Which anchors answer for which box: SimOTA (Ge et al. 2021, YOLOX)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

REACH = 2.5
"""Cells from a box's centre within which an anchor counts as near it."""
BEST = 10
FAR = 1e5
IOU_COST = 3.0


@dataclass(frozen=True, slots=True)
class Assigned:
    """Anchors that answer for a box: their numbers, the boxes' numbers, and the intersection over union by then."""

    anchors: Tensor
    boxes: Tensor
    ious: Tensor


def pair_ious(one: Tensor, other: Tensor) -> Tensor:
    """Intersection over union of boxes (n, 4) and (m, 4), each x1, y1, x2, y2 -> (n, m)."""
    top, low = torch.maximum(one[:, None, :2], other[None, :, :2]), torch.minimum(one[:, None, 2:], other[None, :, 2:])
    both = (low - top).clamp(min=0).prod(2)
    areas = (one[:, 2:] - one[:, :2]).prod(1)[:, None] + (other[:, 2:] - other[:, :2]).prod(1)[None]
    return both / (areas - both).clamp(min=1e-6)


def corners_of(boxes: Tensor) -> Tensor:
    """Centre and size -> x1, y1, x2, y2."""
    half = boxes[..., 2:4] / 2
    return torch.cat([boxes[..., :2] - half, boxes[..., :2] + half], -1)


@torch.no_grad()
def assign(
    placed: Tensor, objectness: Tensor, scores: Tensor, centres: Tensor, strides: Tensor, boxes: Tensor, classes: Tensor
) -> Assigned:
    """For one picture.

    `placed` (anchors, 4) x1, y1, x2, y2 as said now; `objectness` (anchors,) and `scores` (anchors, labels) logits;
    `centres` (anchors, 2) and `strides` (anchors, 1) in pixels; `boxes` (n, 4) and `classes` (n,) the truth.
    """
    inside, near = _inside(centres, boxes), _near(centres, strides, boxes)
    candidates = torch.nonzero((inside | near).any(0)).squeeze(1)
    ious = pair_ious(boxes, placed[candidates])
    said = (scores[candidates].sigmoid() * objectness[candidates, None].sigmoid()).sqrt()
    wanted = functional.one_hot(classes, scores.shape[1]).float()
    loss = functional.binary_cross_entropy(
        said[None].expand(len(boxes), -1, -1), wanted[:, None].expand(-1, len(candidates), -1), reduction="none"
    ).sum(2)
    both = (inside & near)[:, candidates]
    cost = loss - IOU_COST * ious.clamp(min=1e-8).log() + FAR * ~both
    chosen = torch.zeros_like(cost, dtype=torch.bool)
    top = min(BEST, len(candidates))
    counts = ious.topk(top, 1).values.sum(1).int().clamp(min=1)
    order = cost.topk(int(counts.max()) if len(counts) else 0, 1, largest=False).indices
    taken = torch.arange(order.shape[1])[None] < counts[:, None]
    chosen.scatter_(1, order, taken)
    many = chosen.sum(0) > 1
    if many.any():  # an anchor answers for the cheapest of them
        cheapest = cost[:, many].argmin(0)
        chosen[:, many] = False
        chosen[cheapest, torch.nonzero(many).squeeze(1)] = True
    box, column = torch.nonzero(chosen, as_tuple=True)
    return Assigned(candidates[column], box, ious[box, column])


def _inside(centres: Tensor, boxes: Tensor) -> Tensor:
    """(boxes, anchors): the anchor's centre lies in the box."""
    x, y = centres[None, :, 0], centres[None, :, 1]
    return (x > boxes[:, None, 0]) & (x < boxes[:, None, 2]) & (y > boxes[:, None, 1]) & (y < boxes[:, None, 3])


def _near(centres: Tensor, strides: Tensor, boxes: Tensor) -> Tensor:
    """(boxes, anchors): the anchor's centre lies within REACH cells of the box's, on each axis."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    return ((centres[None] - middle[:, None]).abs() < REACH * strides[None]).all(2)
