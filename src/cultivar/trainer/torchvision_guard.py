"""Lets torchvision built for CUDA import beside a CPU build of torch.

The torchvision of the public index links to CUDA. Beside a CPU torch its library does not load, the failure is
swallowed, and `import torchvision` (so timm's and Lightning's too) ends in "operator torchvision::nms does not exist".
A finder waits for that import, tries the library, and only if it does not load declares the operators and gives `nms`
in plain torch. `roi_align`, `deform_conv` and torchvision's own image decoder stay unavailable then.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_kept: list[object] = []  # a torch.library.Library ends with its last reference


def install() -> None:
    """Watch for the first import of torchvision; does nothing if it is imported already or is watched."""
    if "torchvision" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Steps aside once it has seen torchvision."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            spec = PathFinder.find_spec(fullname, path)
            if spec and spec.submodule_search_locations:
                _repair(Path(next(iter(spec.submodule_search_locations))))
        return None


def _repair(folder: Path) -> None:
    import torch  # noqa: PLC0415 - whoever imports torchvision pays for torch, nobody else

    ops: Any = torch.ops
    declare: Any = torch.library.Library
    try:
        for library in folder.glob("_C*.so"):
            ops.load_library(str(library))
    except OSError:
        operators = declare("torchvision", "DEF")
        for name in ("nms", "qnms"):
            operators.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        operators.impl("nms", _nms, "CPU")
        _kept.append(operators)
        import torchvision.extension  # noqa: PLC0415 - only now can it be imported
        import torchvision.ops.boxes  # noqa: PLC0415

        torchvision.extension._assert_has_ops = torchvision.ops.boxes._assert_has_ops = _nothing


def _nothing() -> None:
    """All operators that a guarded torchvision needs are there."""


def _nms(boxes: "torch.Tensor", scores: "torch.Tensor", iou_threshold: float) -> "torch.Tensor":
    """Greedy non-maximum suppression: indices of the kept boxes (x1, y1, x2, y2), best score first."""
    import torch  # noqa: PLC0415

    order = scores.sort(descending=True, stable=True).indices
    ranked = boxes[order]
    area = (ranked[:, 2:] - ranked[:, :2]).prod(1)
    kept, left = [], torch.arange(len(order))
    while left.numel():
        best, rest = left[0], left[1:]
        kept.append(best)
        low = torch.maximum(ranked[best, :2], ranked[rest, :2])
        high = torch.minimum(ranked[best, 2:], ranked[rest, 2:])
        shared = (high - low).clamp(min=0).prod(1)
        left = rest[shared / (area[best] + area[rest] - shared) <= iou_threshold]
    return order[torch.stack(kept)] if kept else order[:0]
