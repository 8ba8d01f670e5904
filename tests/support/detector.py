"""The pack `drawn-fruit`: the rules of `banana-ripeness` with a real network that finds what `fruit.py` draws.

The network learns nothing: coloured things on a grey sheet are told apart by growing labels (max-pooling within the
mask until every fruit has one), and classed by their redness and their share of brown. It speaks as a YOLOv8 with
masks does, each fruit twice (the second time smaller and less sure), so that suppression has something to do.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from cultivar.kernel.settings import Settings
from cultivar.packs.service import load_pack
from cultivar.vision.manifest import Manifest
from tests.support.fruit import CLASSES

NAME: Final = "drawn-fruit"
SIDE: Final = 192
GRID: Final = SIDE // 2
MOST: Final = 24
"""Fruits it can find in a picture."""
COLOURED, DARK = 40.0, 60.0
"""Largest minus smallest of red, green and blue from which a pixel is fruit; largest below which it is rot."""
REDNESS: Final = (-0.07, 0.02, 0.085)
"""(red - green) / (red + green) of the first three classes, in their order."""
BROWN_REDNESS, BROWN_SHARE = 0.14, 0.25


def drawn_fruit(packs_dir: Path, **changes: object) -> Path:
    """Write `packs_dir/drawn-fruit`, pack and model, and give it back; `changes` replace members of the manifest."""
    folder, source = packs_dir / NAME, Settings().packs_dir / "banana-ripeness"
    folder.mkdir(parents=True)
    shutil.copy(source / "labels.yaml", folder)
    rules = yaml.safe_load((source / "pack.yaml").read_text(encoding="utf-8"))
    rules |= {"name": NAME, "min_confidence": 0.25, "iou_threshold": 0.45}
    rules.pop("training", None)
    (folder / "pack.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    write_detector(folder, **changes)
    load_pack(folder)
    return folder


def write_detector(folder: Path, *, pack: str = NAME, version: str = "1.0.0", **changes: object) -> Manifest:
    """Write `model.onnx` and `model.json`."""
    weights = _model().SerializeToString()
    (folder / "model.onnx").write_bytes(weights)
    content: dict[str, object] = {
        "pack": pack,
        "version": version,
        "task": "segment",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights),
        "input": {"width": SIDE, "height": SIDE, "resize": "letterbox", "interpolation": "bilinear"},
        "classes": [{"name": name, "labels": {}} for name in CLASSES],
        "boxes": {
            "layout": "yolov8",
            "output": "found",
            "prototypes": "prototypes",
            "labels": CLASSES,
            "min_confidence": 0.25,
        },
        "view_side": 640,
        "licence": {"weights": "MIT"},
        "data": {},
        "training": {},
        "metrics": {"map50": None},
        "reference": {},
    }
    manifest = Manifest.model_validate(content | changes)
    (folder / "model.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    return manifest


class _Graph:
    """Nodes and constants in the order they are made; a step's name is that of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, values: object, dtype: type = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def step(self, kind: str, *given: str, out: str = "", **settings: object) -> str:
        name = out or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(given), [name], **settings))
        return name

    def number(self, truth: str) -> str:
        return self.step("Cast", truth, to=TensorProto.FLOAT)

    def total(self, values: str, axis: int) -> str:
        return self.step("ReduceSum", values, self.constant([axis], np.int64), keepdims=0)


def _model() -> onnx.ModelProto:
    make = _Graph()
    fruit, features = _pixels(make)
    soft = make.step("AveragePool", fruit, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    make.step("Mul", make.step("Sub", soft, make.constant(0.5)), make.constant(16.0), out="prototypes")
    member = _instances(make, fruit)
    _found(make, _box(make, member), _scores(make, member, features))
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", SIDE, SIDE, 3])
    shapes = {"found": ["n", 4 + len(CLASSES) + 1, 2 * MOST], "prototypes": ["n", 1, SIDE, SIDE]}
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(make.nodes, "fruit", [image], given, make.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def _pixels(make: _Graph) -> tuple[str, str]:
    """Fruit or not, (n, 1, SIDE, SIDE); and on the grid (n, GRID * GRID, 4): inside, peel, brown, peel * redness."""
    image = make.step("Transpose", make.number("image"), perm=[0, 3, 1, 2])
    red, green = (make.step("Gather", image, make.constant([channel], np.int64), axis=1) for channel in (0, 1))
    most, least = (make.step(kind, image, make.constant([1], np.int64)) for kind in ("ReduceMax", "ReduceMin"))
    coloured = make.step("GreaterOrEqual", make.step("Sub", most, least), make.constant(COLOURED))
    dark = make.step("Less", most, make.constant(DARK))
    fruit = make.number(make.step("Or", coloured, dark))
    bright = make.step("Max", make.step("Add", red, green), make.constant(1.0))
    redness = make.step("Div", make.step("Sub", red, green), bright)
    is_brown = make.step("Greater", redness, make.constant(BROWN_REDNESS))
    lit = make.step("GreaterOrEqual", most, make.constant(100.0))
    peel = make.number(make.step("And", lit, make.step("Not", is_brown)))
    parts = [fruit, peel, make.number(is_brown), make.step("Mul", peel, redness)]
    pooled = make.step("AveragePool", make.step("Concat", *parts, axis=1), kernel_shape=[2, 2], strides=[2, 2])
    flat = make.step("Reshape", pooled, make.constant([0, 4, GRID * GRID], np.int64))
    columns = make.step("Transpose", flat, perm=[0, 2, 1])
    inside = make.step("Gather", columns, make.constant([0], np.int64), axis=2)
    whole = make.number(make.step("Greater", inside, make.constant(0.99)))
    return fruit, make.step("Mul", columns, whole)


def _instances(make: _Graph, fruit: str) -> str:
    """Which cells of the grid belong to which fruit, (n, MOST, GRID * GRID) of 0 and 1; rows without a fruit are 0."""
    there = make.step("MaxPool", fruit, kernel_shape=[2, 2], strides=[2, 2])
    names = make.constant(np.arange(1, GRID * GRID + 1).reshape(1, 1, GRID, GRID))
    label = own = make.step("Mul", there, names)
    for _ in range(GRID):
        label = make.step("Mul", make.step("MaxPool", label, kernel_shape=[3, 3], pads=[1, 1, 1, 1]), there)
    root = make.step("Mul", own, make.number(make.step("Equal", label, own)))
    flat = make.step("Reshape", root, make.constant([0, GRID * GRID], np.int64))
    best = make.step("TopK", flat, make.constant([MOST], np.int64), axis=1)
    make.nodes[-1].output.append("places")
    row = make.step("Unsqueeze", best, make.constant([2], np.int64))
    cells = make.step("Reshape", label, make.constant([0, 1, GRID * GRID], np.int64))
    real = make.step("Greater", row, make.constant(0.0))
    return make.number(make.step("And", make.step("Equal", row, cells), real))


def _box(make: _Graph, member: str) -> list[str]:
    """Centre x, centre y, width, height in input pixels, (n, MOST) each."""
    y, x = np.divmod(np.arange(GRID * GRID), GRID)
    ends: dict[str, str] = {}
    for name, values in (("x1", GRID - x), ("x2", x + 1), ("y1", GRID - y), ("y2", y + 1)):
        far = make.step("Mul", member, make.constant(values))
        ends[name] = make.step("ReduceMax", far, make.constant([2], np.int64), keepdims=0)
    sides = []
    for low, high in (("x1", "x2"), ("y1", "y2")):
        start = make.step("Sub", make.constant(GRID), ends[low])
        size = make.step("Mul", make.step("Relu", make.step("Sub", ends[high], start)), make.constant(2.0))
        sides.append((make.step("Add", start, ends[high]), size))
    (middle_x, width), (middle_y, height) = sides
    return [middle_x, middle_y, width, height]


def _scores(make: _Graph, member: str, features: str) -> list[str]:
    """Each class's probability, (n, MOST) each; 0 where there is no fruit, small where it is tiny."""
    sums = make.step("MatMul", member, features)
    inside, peel, brown, red = (make.step("Gather", sums, make.constant(k, np.int64), axis=2) for k in range(4))
    redness = make.step("Div", red, make.step("Add", peel, make.constant(1e-6)))
    share = make.step("Div", brown, make.step("Add", inside, make.constant(1e-6)))
    logits = []
    for middle in REDNESS:
        off = make.step("Div", make.step("Sub", redness, make.constant(middle)), make.constant(0.02))
        logits.append(make.step("Neg", make.step("Mul", off, off)))
    over = make.step("Sub", share, make.constant(BROWN_SHARE))
    logits.append(make.step("Mul", over, make.constant(40.0)))
    rows = [make.step("Unsqueeze", one, make.constant([1], np.int64)) for one in logits]
    shares = make.step("Softmax", make.step("Concat", *rows, axis=1), axis=1)
    sure = make.step("Div", inside, make.step("Add", inside, make.constant(4.0)))
    scored = make.step("Mul", shares, make.step("Unsqueeze", sure, make.constant([1], np.int64)))
    return [make.step("Gather", scored, make.constant(k, np.int64), axis=1) for k in range(len(CLASSES))]


def _found(make: _Graph, box: list[str], scores: list[str]) -> None:
    """The YOLOv8 output: every fruit, then every fruit once more, a tenth narrower and less sure; coefficient 1."""
    one = make.step("Add", make.step("Mul", scores[0], make.constant(0.0)), make.constant(1.0))
    narrow = [box[0], box[1], make.step("Mul", box[2], make.constant(0.9)), box[3]]
    unsure = [make.step("Mul", score, make.constant(0.9)) for score in scores]
    copies = [
        make.step("Concat", *(make.step("Unsqueeze", row, make.constant([1], np.int64)) for row in rows), axis=1)
        for rows in ([*box, *scores, one], [*narrow, *unsure, one])
    ]
    make.step("Concat", *copies, axis=2, out="found")
