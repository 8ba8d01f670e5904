"""Tiny ONNX detectors and classifiers: real graphs of every layout, whose answers depend on the picture."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cultivar.trainer.importing.layout import cells

SIDE = 64
GRID = cells((SIDE, SIDE))
MASKS = 4


def detector(
    kind: str,
    labels: int,
    *,
    masks: int = 0,
    batch: int | str = 1,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """A detector of `kind` for pictures of 64 x 64: scores are sigmoids, boxes lie in the picture."""
    suppressed = kind == "end2end"
    rows = {"yolov8": GRID, "yolov5": 3 * GRID, "yolox": GRID, "end2end": 20}[kind]
    scores = {"yolov8": labels, "end2end": 1}.get(kind, 1 + labels)
    nodes, tables = _raw(rows, scores, masks, reach=3 if kind == "yolox" else SIDE)
    parts = ["placed", "score", *(["label"] if suppressed else []), *(["mask"] if masks else [])]
    if suppressed:
        numbers = (np.arange(rows) % labels).astype(np.float32)[None, :, None]
        tables += [_table("numbers", numbers), _table("naught", np.zeros(1, np.float32))]
        nodes += [_node("Mul", ["score", "naught"], "nothing"), _node("Add", ["nothing", "numbers"], "label")]
    nodes.append(_node("Concat", parts, "found", axis=2))
    if kind == "yolov8":
        nodes.append(_node("Transpose", ["found"], "output0", perm=[0, 2, 1]))
    last = "output0" if kind == "yolov8" else "found"
    outputs = [helper.make_tensor_value_info(last, TensorProto.FLOAT, [batch, None, None])]
    if masks:
        nodes += [_node("MaxPool", ["images"], "small", kernel_shape=[4, 4], strides=[4, 4])]
        nodes += [_node("Conv", ["small", "mixed"], "output1")]
        tables.append(_table("mixed", np.random.default_rng(3).normal(0, 1, (masks, 3, 1, 1)).astype(np.float32)))
        outputs.append(helper.make_tensor_value_info("output1", TensorProto.FLOAT, [batch, masks, None, None]))
    taken = helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, SIDE, SIDE])
    return _model(nodes, [taken], outputs, tables, metadata)


def _raw(rows: int, scores: int, masks: int, reach: float) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """`placed` (n, rows, 4), the same at every picture; `score` and `mask`, which grow with the picture's mean."""
    rng = np.random.default_rng(0)
    boxes = rng.uniform(0, reach, (1, rows, 4)).astype(np.float32)
    rest = rng.normal(0, 2, (rows, scores + masks)).astype(np.float32)
    tables = [_table("axes", np.array([1, 2, 3])), _table("flat", np.array([-1, 1, 1])), _table("rest", rest)]
    tables += [_table("boxes", boxes), _table("zero", np.zeros((1, rows, 4), np.float32))]
    tables += [_table("widths", np.array([scores, masks] if masks else [scores]))]
    nodes = [
        _node("ReduceMean", ["images", "axes"], "shade", keepdims=1),
        _node("Reshape", ["shade", "flat"], "level"),
        _node("Mul", ["level", "rest"], "raw"),
        _node("Mul", ["level", "zero"], "nought"),
        _node("Add", ["nought", "boxes"], "placed"),
        _node("Split", ["raw", "widths"], ["score_raw", *(["mask"] if masks else [])], axis=2),
        _node("Sigmoid", ["score_raw"], "score"),
    ]
    return nodes, tables


def classifier(
    labels: int,
    *,
    last: str = "",
    wide: bool = False,
    dtype: int = TensorProto.FLOAT,
    batch: int | str = "n",
    metadata: Mapping[str, str] | None = None,
    side: int | str = SIDE,
) -> bytes:
    """(n, labels) from the mean colour; `last`: Softmax or Sigmoid on top. `wide`: colours last."""
    rng = np.random.default_rng(1)
    nodes = [_node("Cast", ["image"], "numbers", to=TensorProto.FLOAT)]
    nodes += [_node("ReduceMean", ["numbers", "axes"], "colour", keepdims=0)]
    nodes += [_node("Gemm", ["colour", "weights", "bias"], "scores" if not last else "raw")]
    if last:
        nodes.append(_node(last, ["raw"], "scores"))
    gain = 4 / 255 if dtype == TensorProto.UINT8 else 4
    tables = [_table("axes", np.array([1, 2] if wide else [2, 3]))]
    tables += [_table("weights", (gain * rng.normal(0, 1, (3, labels))).astype(np.float32))]
    tables += [_table("bias", rng.normal(0, 0.3, labels).astype(np.float32))]
    shape = [batch, side, side, 3] if wide else [batch, 3, side, side]
    taken = helper.make_tensor_value_info("image", dtype, shape)
    given = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, labels])
    return _model(nodes, [taken], [given], tables, metadata)


def ultralytics(names: Sequence[str], **more: str) -> dict[str, str]:
    """What Ultralytics writes into a file."""
    said = {"author": "Ultralytics", "names": str(dict(enumerate(names))), "imgsz": str([SIDE, SIDE]), "stride": "32"}
    return said | {"license": "AGPL-3.0 License (https://ultralytics.com/license)"} | more


def _node(kind: str, inputs: Sequence[str], output: str | Sequence[str], **attributes: object) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output] if isinstance(output, str) else output, **attributes)


def _table(name: str, values: NDArray[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(values, name)


def _model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    tables: Sequence[onnx.TensorProto],
    metadata: Mapping[str, str] | None,
) -> bytes:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, tables)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, dict(metadata or {}))
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
