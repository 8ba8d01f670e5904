"""Scores of heads and labels as they are told. Pure."""

from collections.abc import Mapping

from cultivar.predictions.found import HeadScores, LabelScore
from cultivar.vision.answer import HeadAnswer

SHOWN_IN_FULL = 10
"""A head with at most this many labels shows them all."""


def share(value: float) -> float:
    """Six digits are more than any calibration holds, and keep answers short."""
    return min(1.0, max(0.0, round(value, 6)))


def heads_of(
    heads: Mapping[str, HeadAnswer], labels: Mapping[str, str] | None = None, threshold: float = 0.0, top_k: int = 5
) -> dict[str, HeadScores]:
    """Each head with what `labels` says of it, else the first of its ranking; what is below `threshold` is left out."""
    named = labels or {}
    return {name: _head(head, named.get(name, head.label), threshold, top_k) for name, head in heads.items()}


def _head(head: HeadAnswer, label: str, threshold: float, top_k: int) -> HeadScores:
    shown = head.top if len(head.top) <= SHOWN_IN_FULL else head.top[:top_k]
    top = [
        LabelScore(label=scored.label, confidence=share(scored.confidence))
        for scored in shown
        if scored.confidence >= threshold
    ]
    confidence = next(scored.confidence for scored in head.top if scored.label == label)
    return HeadScores(label=label, confidence=share(confidence), top=top)
