import numpy as np
import torch

from cultivar.trainer.novelty import fit_novelty, scores_of

RNG = np.random.default_rng(2)
KNOWN = (6 * np.eye(12)[RNG.integers(3, size=300)] + RNG.normal(0, 0.5, (300, 12))).astype(np.float32)
STRANGE = (6 * np.eye(12)[RNG.integers(5, 9, size=50)] + RNG.normal(0, 0.5, (50, 12))).astype(np.float32)
NOTHING = np.zeros((300, 4), np.float32)


def test_a_known_photo_is_nearest_to_itself() -> None:
    novelty = fit_novelty(KNOWN, 12, 1)
    assert np.allclose(scores_of(novelty, KNOWN, NOTHING), 0, atol=1e-5)


def test_what_lies_elsewhere_is_stranger_than_what_was_left_out() -> None:
    novelty = fit_novelty(KNOWN[:250], 3, 5)
    left_out = scores_of(novelty, KNOWN[250:], NOTHING[250:])
    elsewhere = scores_of(novelty, STRANGE, NOTHING[250:])
    assert elsewhere.min() > left_out.max()


def test_few_photos_are_enough() -> None:
    scores = scores_of(fit_novelty(KNOWN[:3], 128, 9), KNOWN, NOTHING)
    assert np.isfinite(scores).all()


def test_scores_lie_between_nought_and_two() -> None:
    novelty = fit_novelty(KNOWN, 6, 5)
    scores = novelty(torch.randn(200, 12) * 50, torch.zeros(200, 4))
    assert scores.shape == (200,)
    assert scores.min() >= -1e-5
    assert scores.max() <= 2 + 1e-5
