"""Tiny detectors that find coloured squares: real ONNX graphs of a few hundred bytes, with their manifests.

The input is looked at in 4 x 4 cells; a cell that is red or green is a thing as large as the cell.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tests.vision.graphs import graph as classifier
from tests.vision.graphs import manifest_fields

SIDE: Final = 64
CELL: Final = SIDE // 4
LABELS: Final = ("red", "green")
RED, GREEN, GREY = (200, 20, 20), (20, 200, 20), (90, 90, 90)


def graph(*, masks: bool = False, batch: int | str = "n") -> bytes:
    """`out` (n, 4 + 2 [+ 1], 16) as YOLOv8 lays it out; `masks` (n, 1, 16, 16): over 0 where red or green."""
    middles = np.arange(4) * CELL + CELL / 2
    y, x = (axis.ravel() for axis in np.meshgrid(middles, middles, indexing="ij"))
    boxes = np.stack((x, y, *np.full((2, 16), CELL)))[None].astype(np.float32)
    colours = np.array([[1, 0, -1], [0, 1, -1]], np.float32).reshape(2, 3, 1, 1) / 255
    nodes = [
        helper.make_node("Cast", ["image"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["wide"], ["pixels"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["pixels"], ["cells"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Conv", ["cells", "colours"], ["shades"]),
        helper.make_node("Clip", ["shades", "none", "all"], ["scores"]),
        helper.make_node("Reshape", ["scores", "flat"], ["rows"]),
        helper.make_node("ReduceMax", ["rows", "over"], ["best"], keepdims=1),
        helper.make_node("Mul", ["best", "none"], ["nothing"]),
        helper.make_node("Add", ["nothing", "boxes"], ["placed"]),
        helper.make_node("Concat", ["placed", "rows", *(["mix"] if masks else [])], ["out"], axis=1),
    ]
    tables: dict[str, Any] = {"colours": colours, "none": np.float32(0), "all": np.float32(1), "boxes": boxes}
    tables |= {"flat": np.array([0, 2, 16]), "over": np.array([1])}
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, [batch, 6 + masks, 16])]
    if masks:
        tables |= {"one": np.float32(1), "least": np.float32(0.3)}
        nodes[-1:-1] = [
            helper.make_node("Add", ["nothing", "one"], ["mix"]),
            helper.make_node("AveragePool", ["pixels"], ["fine"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Conv", ["fine", "colours"], ["tints"]),
            helper.make_node("ReduceMax", ["tints", "over"], ["strongest"], keepdims=1),
            helper.make_node("Sub", ["strongest", "least"], ["masks"]),
        ]
        outputs.append(helper.make_tensor_value_info("masks", TensorProto.FLOAT, [batch, 1, 16, 16]))
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [batch, SIDE, SIDE, 3])
    constants = [numpy_helper.from_array(np.asarray(table), name) for name, table in tables.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "squares", [image], outputs, constants),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=10,
    )
    onnx.checker.check_model(model)
    return model.SerializeToString()


def boxes(**changes: Any) -> dict[str, Any]:
    return {"layout": "yolov8", "output": "out", "labels": LABELS, **changes}


def write_detector(folder: Path, *, masks: bool = False, weights: bytes | None = None, **changes: Any) -> Path:
    """A detector's folder that holds together; gives it back."""
    weights = graph(masks=masks) if weights is None else weights
    fields = manifest_fields(weights=weights) | {
        "task": "segment" if masks else "detect",
        "input": {"width": SIDE, "height": SIDE, "resize": "letterbox"},
        "heads": [],
        "joint": None,
        "refusals": [],
        "classes": [{"name": name, "labels": {}} for name in LABELS],
        "boxes": boxes(prototypes="masks" if masks else None),
    }
    return _write(folder, {"model.onnx": weights}, fields | changes)


def write_with_finder(folder: Path, **changes: Any) -> Path:
    """The classifier of `graphs`, with the detector before it."""
    weights, finder = classifier(), graph()
    found = {
        "file": "finder.onnx",
        "sha256": hashlib.sha256(finder).hexdigest(),
        "size_bytes": len(finder),
        "input": {"width": SIDE, "height": SIDE, "resize": "letterbox"},
        "boxes": boxes(),
    }
    fields = manifest_fields(weights=weights) | {"finder": found, "view_side": 256}
    return _write(folder, {"model.onnx": weights, "finder.onnx": finder}, fields | changes)


def squares(*placed: tuple[tuple[int, int, int], int, int], side: int = 256, size: int = 64) -> Image.Image:
    """Grey, sharp, with squares of (colour, left, top)."""
    image = Image.new("RGB", (side, side), GREY)
    for colour, left, top in placed:
        image.paste(colour, (left, top, left + size, top + size))
    grain = np.random.default_rng(0).normal(0, 12, (side, side, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def _write(folder: Path, files: dict[str, bytes], fields: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "model.json").write_text(json.dumps(fields))
    return folder
