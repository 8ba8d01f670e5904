"""How much of a leaf is dead: leaf and lesions told apart by colour, relative to the leaf's own green."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]


class LesionRule(BaseModel):
    """The constants; a pack may change them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(default=512, ge=64, le=2048)
    """Long side, in pixels, at which a picture is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class LeafMeasure:
    """One leaf. Masks and `bbox` (x1, y1, x2, y2) are in pixels of the picture that was given; shares are of the leaf.

    `whole`: all of it is in the picture. `spread`: standard error of logit(necrosis), from measuring it again with
    stricter and laxer limits. Without a leaf, `bbox` is None, the masks are empty and all else is 0.
    """

    bbox: Box | None
    whole: bool
    coverage: float
    """Share of the picture that the leaf takes."""
    necrosis: float
    streaks: float
    spread: float
    leaf_mask: Mask
    necrosis_mask: Mask
    streak_mask: Mask


def measure_leaf(pixels: Pixels, rule: LesionRule, box: Box | None = None) -> LeafMeasure:
    """Measure the largest leaf in a picture, RGB uint8 (height, width, 3), or the one in `box`."""
    raise NotImplementedError
