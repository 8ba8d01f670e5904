"""One picture to learn from: pixels, boxes, classes, and whose each pixel is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cultivar.trainer.detect.outline import UNSURE, around

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scene:
    """`owner` (h, w): 0 nobody's, k + 1 that of box k, UNSURE in two boxes. `whole`: boxes whose outline is known."""

    pixels: Pixels
    boxes: NDArray[np.float32]
    """(n, 4) of x1, y1, x2, y2 in pixels."""
    classes: NDArray[np.int64]
    owner: NDArray[np.uint8]
    whole: NDArray[np.bool_]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def only(self, kept: NDArray[np.bool_]) -> "Scene":
        """Without the other boxes; what was theirs is nobody's that is known."""
        if kept.all():
            return self
        number = np.zeros(256, np.uint8)
        number[1 : len(kept) + 1] = np.where(kept, np.cumsum(kept), UNSURE)
        number[UNSURE] = UNSURE
        return Scene(self.pixels, self.boxes[kept], self.classes[kept], number[self.owner], self.whole[kept])


def empty(pixels: Pixels) -> Scene:
    """A picture of nothing that is looked for."""
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(pixels.shape[:2], np.uint8), np.zeros(0, bool)
    return Scene(pixels, *none)


def boxes_of(owner: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """The box around each owner's pixels (count, 4), zeros where it has none."""
    found = [around(owner == number + 1) for number in range(count)]
    return np.stack(found) if found else np.zeros((0, 4), np.float32)
