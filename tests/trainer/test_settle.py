import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from cultivar.trainer.settle import Score, thresholds

VALUES = some.arrays(np.float64, 60, elements=st.floats(0, 1).map(lambda v: round(v, 2)))


@given(
    VALUES, VALUES, some.arrays(bool, 60).filter(lambda known: known.any()), st.integers(0, 2**31), st.floats(0, 0.4)
)
def test_thresholds_refuse_no_more_known_photos_than_they_may(
    slots: np.ndarray, strange: np.ndarray, known: np.ndarray, seed: int, budget: float
) -> None:
    scores = [Score("no_plant", slots, 0.3, 0.25), Score("unknown_crop", strange, 0.0, 1.0, output=True)]
    weights = np.random.default_rng(seed).random(int(known.sum())) + 0.01
    weights /= weights.sum()
    limits = thresholds(scores, known, weights, budget)
    refused = (slots >= limits[0]) | (strange >= limits[1])
    assert weights[refused[known]].sum() <= budget + 1e-6
    assert limits[0] >= 0.3


def test_the_last_rule_takes_what_is_left() -> None:
    strange = np.linspace(0, 1, 100)
    limits = thresholds([Score("unknown_crop", strange, 0.0, 1.0)], np.ones(100, bool), np.full(100, 0.01), 0.05)
    assert (strange >= limits[0]).sum() == 5
