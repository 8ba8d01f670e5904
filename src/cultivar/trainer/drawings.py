"""Charts and small pictures for the report, as data URLs."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cultivar.trainer.metrics import Bin

GREEN, RED, GREY = "#2f7d4f", "#b3432b", "#8a8f98"


def picture(data: bytes, side: int = 160) -> str:
    """A photo's bytes as a small JPEG."""
    with Image.open(BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((side, side))
    memory = BytesIO()
    image.save(memory, "JPEG", quality=80)
    return _url("image/jpeg", memory.getvalue())


def reliability_chart(bins: Sequence[Bin]) -> str:
    """Confidence against accuracy; the size of a dot is the number of answers."""
    figure, axes = _figure(3.4, 3.2)
    filled = [b for b in bins if b.count]
    most = max((b.count for b in filled), default=1)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.plot([b.confidence for b in filled], [b.right for b in filled], color=GREEN, linewidth=1)
    sizes = [12 + 120 * b.count / most for b in filled]
    axes.scatter([b.confidence for b in filled], [b.right for b in filled], sizes, GREEN)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share right")
    return _png(figure)


def risk_chart(curves: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> str:
    """Share of wrong answers when only the most confident are given."""
    figure, axes = _figure(4.2, 3.2)
    for (name, (coverage, risk)), colour in zip(curves.items(), (GREEN, RED, GREY, "#3b6ea5", "#b8860b"), strict=False):
        axes.plot(coverage, risk, label=name, color=colour, linewidth=1.4)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="share answered", ylabel="share wrong")
    axes.legend(frameon=False, fontsize=8)
    return _png(figure)


def precision_chart(confidence: NDArray[np.float64], right: NDArray[np.bool_], total: int) -> str:
    """Precision against recall of detections, as the confidence from which on they are shown falls."""
    order = np.argsort(-confidence, kind="stable")
    true, count = np.cumsum(right[order]), np.arange(1, len(order) + 1)
    figure, axes = _figure(4.2, 3.2)
    axes.plot(true / max(1, total), true / count, color=GREEN, linewidth=1.4)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    return _png(figure)


def confusion_chart(table: NDArray[np.int64], names: Sequence[str]) -> str:
    """Rows are the truth, columns what was said."""
    side = max(3.5, 0.24 * len(names) + 2.2)
    figure, axes = _figure(side, side)
    rows = table / np.maximum(1, table.sum(1, keepdims=True))
    axes.imshow(rows, cmap="Greens", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(table), strict=True):
        dark = rows[row, column] > 0.6
        colour = "white" if dark else "black"
        axes.text(column, row, str(table[row, column]), ha="center", va="center", fontsize=5, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    return _png(figure)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure((width, height), layout="constrained")
    return figure, figure.add_subplot()


def _png(figure: Figure) -> str:
    memory = BytesIO()
    figure.savefig(memory, format="png", dpi=130)
    return _url("image/png", memory.getvalue())


def _url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
