"""Tiny networks that answer by colour: real ONNX graphs of a few hundred bytes, with their manifests."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cultivar.vision.manifest import Manifest

SIDE: Final = 16
CLASSES: Final = (
    ("Apple___scab", {"plant": "Apple", "signs": "scab"}),
    ("Maize___rot", {"plant": "Maize", "signs": "rot"}),
    ("Apple___rot", {"plant": "Apple", "signs": "rot"}),
    ("Banana___rot", {"plant": "Banana", "signs": "rot"}),
)
WIDTHS: Final = {"plant": 3, "signs": 2, "joint": 6}


def manifest_fields(
    *, joint: bool = True, temperature: float = 1.0, weights: bytes = b"", **changes: Any
) -> dict[str, Any]:
    """Three plants, two signs (sigmoid), four classes, two reject slots; red is Apple, green Maize, blue Banana."""
    rules = [{"code": "unknown_crop", "source": "output", "output": "strangeness", "threshold": 0.875}]
    rejects = [{"code": "no_plant", "source": "rejects", "threshold": 0.5}]
    return {
        "pack": "tiny",
        "version": "1.0.0",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights) or 1,
        "input": {"width": SIDE, "height": SIDE},
        "heads": [
            _head("plant", "softmax", ["Apple", "Maize", "Banana"], temperature),
            _head("signs", "sigmoid", ["scab", "rot"], temperature),
        ],
        "classes": [{"name": name, "labels": labels} for name, labels in CLASSES],
        "joint": {"output": "joint", "temperature": temperature, "rejects": ["nothing", "pet"]} if joint else None,
        "refusals": [*rules, *(rejects if joint else [])],
        "licence": {"weights": "MIT"},
        **{part: {} for part in ("data", "training", "metrics", "reference")},
        **changes,
    }


def manifest(**options: Any) -> Manifest:
    return Manifest.model_validate(manifest_fields(**options))


def graph(*, dtype: str = "uint8", side: int | None = SIDE, gain: float = 0.1, batch: int | str = "n") -> bytes:
    """Logits are linear in the mean colour, `strangeness` is the mean shade / 250: white is strange."""
    wide = dtype == "uint8"
    shape = [batch, side, side, 3] if wide else [batch, 3, side, side]
    kind = TensorProto.UINT8 if wide else TensorProto.FLOAT
    axes = numpy_helper.from_array(np.array([1, 2] if wide else [2, 3], np.int64), "axes")
    nodes = [
        helper.make_node("Cast", ["image"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "axes"], ["colour"], keepdims=0),
        helper.make_node("MatMul", ["colour", "shade"], ["strangeness"]),
    ]
    tables = [axes, numpy_helper.from_array(np.full(3, 1 / 750, np.float32), "shade")]
    for name, width in WIDTHS.items():
        nodes.append(helper.make_node("MatMul", ["colour", f"{name}_of"], [name]))
        tables.append(numpy_helper.from_array(np.eye(3, width, dtype=np.float32) * gain, f"{name}_of"))
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, width]) for name, width in WIDTHS.items()]
    outputs.append(helper.make_tensor_value_info("strangeness", TensorProto.FLOAT, [batch]))
    body = helper.make_graph(nodes, "tiny", [helper.make_tensor_value_info("image", kind, shape)], outputs, tables)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_model(folder: Path, weights: bytes | None = None, **options: Any) -> Path:
    """A model folder that holds together; gives it back."""
    weights = graph() if weights is None else weights
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(weights)
    (folder / "model.json").write_text(json.dumps(manifest_fields(weights=weights, **options)))
    return folder


def _head(name: str, kind: str, labels: list[str], temperature: float) -> dict[str, Any]:
    return {"name": name, "kind": kind, "output": name, "labels": labels, "temperature": temperature}
