import numpy as np
import pytest
import torch

from cultivar.trainer.novelty import fit_novelty, scores_of

RNG = np.random.default_rng(2)
CLASSES = RNG.integers(3, size=300)
KNOWN = (6 * np.eye(12)[CLASSES] + RNG.normal(0, 0.5, (300, 12))).astype(np.float32)
STRANGE = (6 * np.eye(12)[RNG.integers(5, 9, size=50)] + RNG.normal(0, 0.5, (50, 12))).astype(np.float32)


@pytest.mark.parametrize("widths", [(12,), (4, 8)])
def test_what_lies_elsewhere_is_stranger_than_what_was_left_out(widths: tuple[int, ...]) -> None:
    novelty = fit_novelty(KNOWN[:250], CLASSES[:250], widths, 12)
    assert scores_of(novelty, STRANGE).min() > scores_of(novelty, KNOWN[250:]).max()


def test_a_known_photo_scores_about_one() -> None:
    novelty = fit_novelty(KNOWN[:250], CLASSES[:250], (12,), 12)
    assert scores_of(novelty, KNOWN[250:]).mean() == pytest.approx(1, abs=0.1)


def test_the_centre_of_a_class_is_no_surprise() -> None:
    centres = np.stack([KNOWN[place == CLASSES].mean(0) for place in range(3)])
    assert scores_of(fit_novelty(KNOWN, CLASSES, (12,), 12), centres).max() < 0.05


@pytest.mark.parametrize("photos", [2, 3, 9])
def test_few_photos_are_enough(photos: int) -> None:
    scores = scores_of(fit_novelty(KNOWN[:photos], CLASSES[:photos], (12,), 256), KNOWN)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


def test_a_feature_that_never_changes_is_let_be() -> None:
    known = KNOWN.copy()
    known[:, 3] = 1
    assert np.isfinite(scores_of(fit_novelty(known, CLASSES, (12,), 12), torch.randn(9, 12).numpy())).all()
