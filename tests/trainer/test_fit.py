import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.trainer.fit import mean_of, mix, rate_at


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_mixed_targets_stay_shares_and_pixels_stay_in_range(seed: int, count: int) -> None:
    x = torch.rand(count, 3, 16, 16) * 2 - 1
    targets = torch.eye(5)[torch.arange(count) % 5]
    before = x.clone()
    mixed, shares = mix(x, targets, np.random.default_rng(seed))
    assert torch.allclose(shares.sum(1), torch.ones(count), atol=1e-5)
    assert mixed.abs().max() <= 1 + 1e-5
    assert torch.equal(x, before)


def test_a_photo_mixed_with_itself_is_itself() -> None:
    x, targets = torch.rand(1, 3, 8, 8).repeat(4, 1, 1, 1), torch.eye(3)[[1, 1, 1, 1]]
    for seed in range(20):
        mixed, shares = mix(x, targets, np.random.default_rng(seed))
        assert torch.allclose(mixed, x, atol=1e-6)
        assert torch.allclose(shares, targets, atol=1e-6)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0.1, 1)), min_size=1, max_size=3))
def test_the_rate_rises_and_falls_in_every_cycle(cycles: list[tuple[int, float]]) -> None:
    rates = [rate_at(cycles, step) for step in range(sum(steps for steps, _ in cycles))]
    begin = 0
    for steps, top in cycles:
        part = rates[begin : begin + steps]
        assert min(part) > 0
        assert max(part) <= top * 1.002
        assert np.isclose(max(part), top, rtol=0.002)
        begin += steps
    assert rate_at(cycles, begin + 10) <= cycles[-1][1] * 0.0011


def test_the_mean_of_weights_keeps_counters() -> None:
    one = {"weight": torch.tensor([1.0, 3.0]), "batches": torch.tensor(7)}
    two = {"weight": torch.tensor([3.0, 5.0]), "batches": torch.tensor(9)}
    mean = mean_of([one, two])
    assert mean["weight"].tolist() == [2, 4]
    assert mean["batches"] == 7
    assert torch.equal(mean_of([one])["weight"], one["weight"])
