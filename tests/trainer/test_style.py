"""Exchanged statistics change how early features look, not what they are of."""

import numpy as np
import torch

from cultivar.trainer.backbones import Tiny
from cultivar.trainer.style import exchanged, with_statistics


def maps(seed: int) -> torch.Tensor:
    return torch.randn(4, 6, 9, 9, generator=torch.Generator().manual_seed(seed)) * (seed + 1) + seed


def test_all_of_its_own_changes_nothing() -> None:
    features = maps(1)
    same = with_statistics(features, maps(3), torch.ones(4, 1, 1, 1))
    torch.testing.assert_close(same, features)


def test_none_of_its_own_has_the_statistics_of_the_other() -> None:
    features, others = maps(1), maps(3)
    lent = with_statistics(features, others, torch.zeros(4, 1, 1, 1))
    torch.testing.assert_close(lent.mean((2, 3)), others.mean((2, 3)))
    torch.testing.assert_close(lent.std((2, 3)), others.std((2, 3)), rtol=1e-3, atol=1e-3)


def test_what_is_where_stays() -> None:
    features = maps(1)
    lent = with_statistics(features, maps(3), torch.full((4, 1, 1, 1), 0.5))
    for before, after in zip(features.flatten(0, 1), lent.flatten(0, 1), strict=True):
        assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9999


def test_batches_are_mixed_as_often_as_asked_and_no_hook_stays() -> None:
    network = Tiny().eval()
    images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    plain = network(images)
    rng = np.random.default_rng(0)
    changed = 0
    for _ in range(60):
        with exchanged(network, rng, 0.5):
            changed += not torch.equal(network(images), plain)
    assert 18 <= changed <= 42
    assert torch.equal(network(images), plain)
    with exchanged(network, rng, 0.0):
        assert torch.equal(network(images), plain)
