"""A real network of a few hundred numbers for any pack: it answers by the photo's mean colour, and at once."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cultivar.packs.schemas import Pack
from cultivar.vision.manifest import Manifest

SIDE = 32


def write_model(pack: Pack, folder: Path, *, version: str = "1.0.0", seed: int = 0, **changes: object) -> Manifest:
    """Write `model.onnx` and `model.json`; `changes` replace members of the manifest."""
    outputs = {f"{head.name}_logits": len(pack.head_labels(head.name)) for head in pack.heads}
    outputs["joint"] = len(pack.classes) + 1
    weights = _graph(outputs, seed).SerializeToString()
    (folder / "model.onnx").write_bytes(weights)
    code = next(code for code in pack.refusals if code != "unusable_photo")
    content: dict[str, object] = {
        "pack": pack.name,
        "version": version,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights),
        "input": {"width": SIDE, "height": SIDE},
        "heads": [
            {
                "name": head.name,
                "kind": head.kind,
                "output": f"{head.name}_logits",
                "labels": pack.head_labels(head.name),
            }
            for head in pack.heads
        ],
        "classes": [{"name": known.name, "labels": known.labels} for known in pack.classes],
        "joint": {"output": "joint", "rejects": [code]},
        "refusals": [{"code": code, "source": "rejects", "threshold": 0.99}],
        "licence": {"weights": "MIT"},
        "data": {},
        "training": {"seed": seed},
        "metrics": {"accuracy": None},
        "reference": {},
    }
    manifest = Manifest.model_validate(content | changes)
    (folder / "model.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    return manifest


def _graph(outputs: dict[str, int], seed: int) -> onnx.ModelProto:
    rng = np.random.default_rng(seed)
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", SIDE, SIDE, 3])
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["pixels", "axes"], ["colour"], keepdims=0),
        helper.make_node("Div", ["colour", "white"], ["shade"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([1, 2]), "axes"),
        numpy_helper.from_array(np.float32(255), "white"),
    ]
    for name, labels in outputs.items():
        nodes.append(helper.make_node("Gemm", ["shade", f"{name}_w", f"{name}_b"], [name]))
        constants.append(numpy_helper.from_array(rng.normal(0, 6, (3, labels)).astype(np.float32), f"{name}_w"))
        constants.append(numpy_helper.from_array(rng.normal(0, 1, labels).astype(np.float32), f"{name}_b"))
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", labels]) for name, labels in outputs.items()]
    graph = helper.make_graph(nodes, "tiny", [image], given, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
