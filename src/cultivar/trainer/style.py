"""MixStyle (Zhou, Yang, Qiao, Xiang 2021): photos of a batch lend each other the statistics of their early features."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch
from numpy.random import Generator
from torch import Tensor, nn

STAGES = (0, 1, 2)
"""Behind these stages of the backbone; later ones say what is seen, not how."""


@contextmanager
def exchanged(backbone: nn.Module, rng: Generator, share: float) -> Iterator[None]:
    """While it is open, the backbone's early features have mixed statistics: in this share of batches, else never."""
    if rng.random() >= share:
        yield
        return

    def mixed(_module: nn.Module, _images: object, features: Tensor) -> Tensor:
        order = torch.from_numpy(rng.permutation(len(features)))
        own = torch.from_numpy(rng.beta(0.3, 0.3, (len(features), 1, 1, 1))).to(features)
        return with_statistics(features, features[order], own)

    blocks = cast("nn.Sequential", backbone.blocks)
    hooks = [blocks[stage].register_forward_hook(mixed) for stage in STAGES]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def with_statistics(features: Tensor, others: Tensor, own: Tensor) -> Tensor:
    """Each map's mean and deviation replaced by a mixture: `own` parts of its own, the rest of the other photo's."""
    mean, deviation = (part.detach() for part in _statistics(features))
    other_mean, other_deviation = (part.detach() for part in _statistics(others))
    wanted_mean = own * mean + (1 - own) * other_mean
    wanted_deviation = own * deviation + (1 - own) * other_deviation
    return (features - mean) / deviation * wanted_deviation + wanted_mean


def _statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of every map, (n, channels, 1, 1)."""
    return features.mean((2, 3), keepdim=True), (features.var((2, 3), keepdim=True) + 1e-5).sqrt()
