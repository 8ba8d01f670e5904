"""What the outputs of a detector mean, told by their shapes and by what they hold. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cultivar.trainer.errors import ImportRefused
from cultivar.vision.manifest import Boxes

Kind = Literal["yolov5", "yolov8", "yolox", "end2end"]
STRIDES = (8, 16, 32)
MOST_KEPT = 1000
"""Rows of an output that is suppressed already, at most."""
FAR = 64.0
"""Centres of boxes in cells stay far below this; in pixels they go beyond."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`labels`: how many the network tells apart. `axis`: of `output`, on which the scores lie, from `first` on."""

    kind: Kind
    output: str
    prototypes: str | None
    labels: int
    coefficients: int
    axis: int
    first: int

    def boxes(self, labels: tuple[str, ...], min_confidence: float, iou_threshold: float) -> Boxes:
        return Boxes(
            layout=self.kind,
            output=self.output,
            prototypes=self.prototypes,
            labels=labels,
            min_confidence=min_confidence,
            iou_threshold=iou_threshold,
        )


def cells(size: tuple[int, int], strides: tuple[int, ...] = STRIDES) -> int:
    """Cells of all grids of a picture (width, height)."""
    return sum((size[0] // stride) * (size[1] // stride) for stride in strides)


def layout_of(outputs: Mapping[str, NDArray[Any]], size: tuple[int, int], names: int, *, suppressed: bool) -> Layout:
    """The layout of a detector that answered `outputs` to one picture of `size` (width, height).

    `names`: how many labels are known, 0 if unknown. `suppressed`: the file says that it needs no suppression.
    ImportRefused if the shapes are none that we know.
    """
    flat = {name: one for name, one in outputs.items() if one.ndim == 3}
    masks = {name: one for name, one in outputs.items() if one.ndim == 4}
    if len(flat) != 1 or len(masks) > 1:
        raise ImportRefused(f"These outputs are no detector's that we read: {_shapes(outputs)}.")
    (output, found), *_ = flat.items()
    prototypes = next(iter(masks), None)
    m = masks[prototypes].shape[1] if prototypes else 0
    rows, columns = found.shape[1:]
    grid = cells(size)
    if suppressed or (columns == 6 + m and rows <= min(MOST_KEPT, grid - 1)):
        return _fits(Layout("end2end", output, prototypes, names, m, 2, 5), columns == 6 + m, outputs)
    if columns in {grid, grid + cells(size, (64,))}:
        return _counted(Layout("yolov8", output, prototypes, rows - 4 - m, m, 1, 4), names, outputs)
    if rows in {3 * grid, 3 * (grid + cells(size, (64,)))}:
        return _counted(Layout("yolov5", output, prototypes, columns - 5 - m, m, 2, 5), names, outputs)
    if rows == grid:
        kind: Kind = "yolov5" if float(np.abs(found[..., :2]).max()) > FAR else "yolox"
        return _counted(Layout(kind, output, prototypes, columns - 5 - m, m, 2, 5), names, outputs)
    raise ImportRefused(f"These outputs are no detector's that we read: {_shapes(outputs)}.")


def _counted(layout: Layout, names: int, outputs: Mapping[str, NDArray[Any]]) -> Layout:
    if names and layout.labels != names:
        raise ImportRefused(f"The network tells {layout.labels} labels apart, but {names} are named.")
    return _fits(layout, layout.labels > 0, outputs)


def _fits(layout: Layout, fits: bool, outputs: Mapping[str, NDArray[Any]]) -> Layout:
    if not fits:
        raise ImportRefused(f"These outputs are no detector's that we read: {_shapes(outputs)}.")
    return layout


def _shapes(outputs: Mapping[str, NDArray[Any]]) -> str:
    return ", ".join(f"{name} {one.shape}" for name, one in outputs.items())
