"""Ultralytics' networks, built from its own descriptions and filled with weights: the extra `yolo`, which is AGPL-3.0.

Only the trainer's processes import it; a server never does.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cultivar.kernel.extras import ExtraMissing
from cultivar.trainer.errors import ImportRefused, TrustNeeded
from cultivar.trainer.importing.checkpoint import Checkpoint, read_checkpoint
from cultivar.trainer.importing.graph import Array, Graph
from cultivar.trainer.importing.order import Order
from cultivar.trainer.importing.source import Source

LICENCE: Final = "AGPL-3.0 (made with Ultralytics; https://ultralytics.com/license)"
NAME: Final = re.compile(r"yolo(v\d{1,2}|\d{1,2})[nsmlxtbce](-p6|-p2)?(-seg|-cls)?(-p6|-p2)?")
KINDS: Final = {"": "DetectionModel", "-seg": "SegmentationModel", "-cls": "ClassificationModel"}
BRANCH: Final = re.compile(r"\.cv3\.0\.2\.weight$")
"""The last layer of a detector's first classifying branch."""
SIDE: Final = 640
OFFLINE: Final = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}


def is_yolo(architecture: str) -> bool:
    """Whether this is a name of one of Ultralytics' networks: `yolo12n`, `yolov8n-seg`."""
    return NAME.fullmatch(architecture) is not None


@contextmanager
def workshop(*, verbose: bool = False) -> Iterator[Path]:
    """A folder that is gone afterwards, in which Ultralytics may write; it fetches and installs nothing."""
    if find_spec("ultralytics") is None:
        raise ExtraMissing(
            "Checkpoints of Ultralytics need an extra: pip install 'cultivar[yolo]' (AGPL-3.0). Or export the model to "
            "ONNX where it was made: yolo export model=best.pt format=onnx"
        )
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="cultivar-yolo-") as name:
        os.environ |= OFFLINE | {"YOLO_CONFIG_DIR": name, "YOLO_VERBOSE": str(verbose).lower()}
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def network(architecture: str, labels: int) -> Any:
    """The untrained network of this name. ImportRefused for a name that is none of Ultralytics'."""
    if not is_yolo(architecture):
        raise ImportRefused(f"{architecture!r} is no network that Ultralytics describes. Export the model to ONNX.")
    from ultralytics.nn import tasks  # noqa: PLC0415  an extra

    kind = next(name for suffix, name in reversed(KINDS.items()) if suffix in architecture)
    try:
        return getattr(tasks, kind)(f"{architecture}.yaml", ch=3, nc=labels, verbose=False)
    except FileNotFoundError as error:
        raise ImportRefused(f"This Ultralytics describes no {architecture}.") from error


def filled(architecture: str, checkpoint: Checkpoint, labels: int) -> Any:
    """The network of this name with the checkpoint's weights, every one in its place."""
    made = network(architecture, labels)
    given = {name.removeprefix("module."): one for name, one in checkpoint.weights.items()}
    _widen(made, given, architecture)
    wanted = made.state_dict()
    if odd := [name for name in wanted.keys() | given.keys() if _shape(wanted, name) != _shape(given, name)]:
        raise ImportRefused(
            f"The weights are not those of {architecture} with {labels} labels: {min(odd)} and {len(odd) - 1} more "
            "differ. Name another --architecture, or export the model to ONNX."
        )
    made.load_state_dict(given, strict=True)
    return made.float().eval()


def labels_in(checkpoint: Checkpoint) -> int:
    """How many labels a detector's weights tell apart, 0 if they are none."""
    return next((one.shape[0] for name, one in checkpoint.weights.items() if BRANCH.search(name)), 0)


def _widen(made: Any, given: dict[str, Tensor], architecture: str) -> None:
    """Fine-tuned networks keep the width that the labels of the first training gave to their classifying branch."""
    width = next((one.shape[1] for name, one in given.items() if BRANCH.search(name)), None)
    head = made.model[-1]
    if width is None or not hasattr(head, "cv3") or head.cv3[0][-1].in_channels == width:
        return
    donor = network(architecture, width).model[-1]
    for name in ("cv3", "one2one_cv3"):
        branches = getattr(head, name, None)
        wide = getattr(donor, name, None)
        if branches is not None and wide is not None:
            for old, new in zip(branches, wide, strict=True):
                new[-1] = torch.nn.Conv2d(new[-1].in_channels, old[-1].out_channels, 1)
            setattr(head, name, wide)


def _shape(tensors: dict[str, Tensor], name: str) -> tuple[int, ...] | None:
    return tuple(tensors[name].shape) if name in tensors else None


def from_checkpoint(order: Order) -> Source:
    """A trusted checkpoint of Ultralytics, built anew from its weights. Raises TrustNeeded, ImportRefused."""
    if not order.trust:
        raise TrustNeeded(
            f"{order.file.name} is a pickle, which can run code when it is read. If you know where it comes from, add "
            "--trust: then its tensors are read and nothing else. Or export it to ONNX where it was made: "
            f"yolo export model={order.file.name} format=onnx"
        )
    return built(order, read_checkpoint(order.file))


def built(order: Order, checkpoint: Checkpoint) -> Source:
    """The checkpoint's network as ONNX, with its own answers in torch to compare with."""
    architecture = order.architecture or checkpoint.architecture
    labels = order.labels or checkpoint.names
    if not architecture:
        raise ImportRefused("The file does not say which network it is: add --architecture, such as yolov8n-seg.")
    if not labels:
        raise ImportRefused("The file does not name its labels. Give them in their order: --labels a,b,c.")
    side = order.size or checkpoint.size or SIDE
    with workshop() as folder:
        made = filled(architecture, checkpoint, len(labels))
        made.names = dict(enumerate(labels))
        content = exported(made, architecture, side, folder)
    return Source(
        content,
        labels=labels,
        licence=LICENCE,
        answer=_answer(made, Graph(content)),
        origin={"kind": "checkpoint", "architecture": architecture},
    )


def exported(made: Any, architecture: str, side: int, folder: Path) -> bytes:
    """ONNX by Ultralytics' own exporter; `made` stays as it is."""
    from ultralytics import YOLO  # noqa: PLC0415  an extra
    from ultralytics.utils import DEFAULT_CFG_DICT  # noqa: PLC0415  an extra

    whole = YOLO(f"{architecture}.yaml", verbose=False)
    whole.model = made
    made.task, made.args = whole.task, {**DEFAULT_CFG_DICT, "imgsz": side, "task": whole.task}
    made.pt_path = str(folder / "made.pt")
    return Path(whole.export(format="onnx", imgsz=side, simplify=False, opset=17, verbose=False)).read_bytes()


def _answer(made: Any, graph: Graph) -> Any:
    """What the network says in torch, its tensors told apart by the shapes of the graph's outputs."""
    shapes = {name: one.shape for name, one in graph.first.items()}

    def answer(picture: NDArray[np.uint8]) -> dict[str, Array]:
        given = torch.from_numpy(picture.transpose(0, 3, 1, 2).astype(np.float32) / 255)
        with torch.inference_mode():
            said = [one.numpy() for one in _flat(made(given))]
        found = {name: one for name, shape in shapes.items() for one in reversed(said) if one.shape == shape}
        if len(found) != len(shapes):
            raise ImportRefused("The network in torch and the exported one answer in different shapes.")
        return found

    return answer


def _flat(said: Any) -> Iterator[Tensor]:
    if isinstance(said, Tensor):
        yield said
    elif isinstance(said, dict):
        for one in said.values():
            yield from _flat(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from _flat(one)
