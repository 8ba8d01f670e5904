import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.trainer.detect.settle import Calibration, best_confidence, calibrate, logit
from cultivar.vision.manifest import Boxes
from cultivar.vision.tasks.detect import confidence
from tests.trainer.detect.test_precision import grid, judged


@given(st.floats(0.5, 2.0), st.floats(-1.0, 1.0))
def test_scores_that_boast_or_hide_come_to_mean_what_happens(temperature: float, bias: float) -> None:
    rng = np.random.default_rng(7)
    truth = rng.uniform(0.05, 0.95, 20_000)
    right = rng.random(20_000) < truth
    scores = 1 / (1 + np.exp(-(logit(truth) - bias) * temperature))
    found = calibrate(scores, right)
    used = scores > 0.05
    assert np.abs(found.of(scores) - truth)[used].max() < 0.04


def test_serving_calibrates_as_the_trainer_does() -> None:
    found = Calibration(0.8, -0.3)
    boxes = Boxes(layout="yolox", output="boxes", labels=("a",), temperature=0.8, bias=-0.3)
    scores = np.linspace(0.01, 0.99, 50, dtype=np.float32)
    assert np.allclose(confidence(boxes, scores), found.of(scores.astype(np.float64)), atol=1e-6)


def test_nothing_to_learn_from_leaves_scores_as_they_are() -> None:
    for right in (np.zeros(5, bool), np.ones(5, bool)):
        assert calibrate(np.full(5, 0.5), right) == Calibration(1.0, 0.0)
    turned = calibrate(np.array([0.9, 0.8, 0.2, 0.1]), np.array([False, False, True, True]))
    assert turned == Calibration(1.0, 0.0)  # the surer, the more often wrong: no scaling helps


def test_the_best_confidence_parts_right_from_wrong() -> None:
    far = np.array([500.0, 500.0, 520.0, 510.0])
    photo = judged(2, [(grid(2)[0], 0, 0.8), (grid(2)[1], 0, 0.7), (far, 0, 0.43), (far + 90, 0, 0.41)])
    assert 0.43 <= best_confidence([photo], 1) <= 0.7
    assert best_confidence([photo], 1) == pytest.approx(0.45)
