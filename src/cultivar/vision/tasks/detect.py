"""A detector's outputs to instances in pixels of the upright photo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Looking:
    """What a request may ask of a detector; None leaves it to the manifest.

    `min_confidence`: instances below it are none, 0..1. `iou_threshold`: of two of one class that overlap by more, the
    less sure is dropped, 0..1.
    """

    min_confidence: float | None = None
    iou_threshold: float | None = None
