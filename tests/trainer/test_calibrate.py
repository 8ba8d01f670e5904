import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.trainer.calibrate import even_weights, fit_sigmoid_temperature, fit_temperature


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=50))
def test_every_source_weighs_alike(names: list[str]) -> None:
    sources = np.array(names)
    weights = even_weights(sources)
    assert weights.sum() == pytest.approx(1)
    totals = [weights[sources == name].sum() for name in set(names)]
    assert totals == pytest.approx([1 / len(totals)] * len(totals))


@settings(max_examples=15)
@given(st.floats(0.3, 4.0))
def test_a_known_temperature_is_found_again(temperature: float) -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (20_000, 4))
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = (rng.random((len(logits), 1)) > shares.cumsum(1)).sum(1).clip(max=3)
    weights = np.full(len(truth), 1 / len(truth))
    assert fit_temperature(logits * temperature, truth, weights) == pytest.approx(temperature, rel=0.06)


def test_a_known_temperature_of_independent_labels_is_found_again() -> None:
    rng = np.random.default_rng(6)
    logits = rng.normal(0, 2, (20_000, 3))
    truth = (rng.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(float)
    weights = np.full(len(truth), 1 / len(truth))
    assert fit_sigmoid_temperature(logits * 2.5, truth, weights) == pytest.approx(2.5, rel=0.06)
