"""Affine maps of pictures."""

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", np.uint8, np.float32)
Matrix = NDArray[np.float64]


def warped(
    image: NDArray[Kind], matrix: Matrix, size: tuple[int, int], *, nearest: bool = False, fill: Sequence[float] = (0,)
) -> NDArray[Kind]:
    """`image` through `matrix` (2, 3) onto a canvas of `size` (width, height); beyond its edges lies `fill`."""
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    out = cv2.warpAffine(image, matrix, size, flags=how, borderValue=tuple(fill))
    return np.asarray(out, image.dtype)


def shift(across: float, down: float) -> Matrix:
    """The map that moves everything by so many pixels."""
    return np.array([[1, 0, across], [0, 1, down]], np.float64)
