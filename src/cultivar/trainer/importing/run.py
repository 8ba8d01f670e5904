"""An import from end to end: the file read in its own way, fitted to the pack, described, compared."""

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cultivar.packs.schemas import Pack
from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing import parity
from cultivar.trainer.importing.classifier import Classifier, classifier
from cultivar.trainer.importing.detector import Detector, detector
from cultivar.trainer.importing.graph import Array, Graph, names_in, read_graph
from cultivar.trainer.importing.order import Order
from cultivar.trainer.importing.source import Source
from cultivar.vision.manifest import ClassLabel, Head, Input, Joint, Licence, Manifest
from cultivar.vision.runtime.models import network_input

VIEW_SIDE: Final = 640
UNKNOWN: Final = "Not stated."
LIBRARIES: Final = ("cultivar", "onnx", "onnxruntime", "numpy")


def bring(order: Order) -> Manifest:
    """Write `model.onnx`, `model.json` and `CARD.md` into `order.out`. Raises ImportRefused, TrustNeeded."""
    source = _read(order)
    graph = Graph(source.content, order.size)
    told = replace(order, labels=order.labels or source.labels, reading=order.reading or source.reading)
    classify = order.pack.task == "classify"
    if classify and order.tiling:
        raise ImportRefused("--tiles: only a detector looks at tiles.")
    fitted: Detector | Classifier = classifier(graph, told) if classify else detector(graph, told)
    order.out.mkdir(parents=True, exist_ok=True)
    (order.out / "model.onnx").write_bytes(fitted.content)
    described = describe(order, graph, source, fitted)
    _write(order.out, described)
    worst = parity.check(order.out, fitted, source.answer or _again(graph, fitted.taken))
    described = described.model_copy(update={"metrics": {"parity": worst}})
    _write(order.out, described)
    (order.out / "CARD.md").write_text(card(order, described, worst), encoding="utf-8")
    return described


def _read(order: Order) -> Source:
    """By the file's ending; what needs a large library is loaded only then."""
    kind = order.file.suffix.lower()
    if not order.file.is_file():
        raise ImportRefused(f"{order.file} is no file.")
    if kind == ".onnx":
        return Source(read_graph(order.file, order.size).content, origin={"kind": "onnx"})
    if kind in {".pt", ".pth"}:
        from cultivar.trainer.importing.yolo import from_checkpoint  # noqa: PLC0415  torch

        return from_checkpoint(order)
    if kind == ".keras":
        from cultivar.trainer.importing.kerasfile import from_keras  # noqa: PLC0415  Keras and torch

        return from_keras(order)
    raise ImportRefused(f"{order.file.name}: only .onnx, .pt and .keras are read.")


def _again(graph: Graph, taken: Input) -> parity.Answer:
    """The given graph itself, as it was before anything changed."""

    def answer(picture: NDArray[np.uint8]) -> dict[str, Array]:
        given: Array = network_input(taken, picture)
        return graph.run(given.transpose(0, 2, 3, 1) if graph.wide and taken.dtype == "float32" else given)

    return answer


def describe(order: Order, graph: Graph, source: Source, fitted: Detector | Classifier) -> Manifest:
    """The manifest; what nobody measured is left out."""
    pack, sha256 = order.pack, hashlib.sha256(fitted.content).hexdigest()
    licence = order.licence or source.licence or graph.metadata.get("license")
    common = {
        "pack": pack.name,
        "version": order.version or f"imported-{sha256[:8]}",
        "task": pack.task,
        "sha256": sha256,
        "size_bytes": len(fitted.content),
        "input": fitted.taken,
        "view_side": view_side(pack),
        "classes": tuple(ClassLabel(name=known.name, labels=dict(known.labels)) for known in pack.classes),
        "licence": Licence(weights=licence or UNKNOWN, doubts="" if licence else "The file states no licence."),
        "data": {},
        "training": {"imported": _origin(order, graph, source)},
        "metrics": {},
        "reference": {},
    }
    if isinstance(fitted, Detector):
        return Manifest(**common, boxes=fitted.boxes, tiling=order.tiling)
    heads = tuple(
        Head(name=one.name, kind=one.kind, output=one.name, labels=pack.head_labels(one.name)) for one in pack.heads
    )
    return Manifest(**common, heads=heads, joint=Joint(output="joint"))


def view_side(pack: Pack) -> int:
    """Of the picture that what is outlined, or a leaf, is measured on; 0 where the pack measures neither."""
    return VIEW_SIDE if pack.task == "segment" or pack.severity else 0


def _origin(order: Order, graph: Graph, source: Source) -> dict[str, object]:
    """What can be said of where it comes from; labels in the network's own words."""
    return {
        "file": order.file.name,
        "sha256": hashlib.sha256(order.file.read_bytes()).hexdigest(),
        **source.origin,
        "made_by": graph.session.get_modelmeta().producer_name,
        "description": graph.metadata.get("description", ""),
        "labels": list(order.labels or source.labels or names_in(graph.metadata)),
        "renamed": dict(order.renamed),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _write(folder: Path, described: Manifest) -> None:
    text = json.dumps(described.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / "model.json").write_text(text, encoding="utf-8")


def card(order: Order, described: Manifest, worst: float) -> str:
    """What is known of the model, and that nothing was measured."""
    taken = described.input
    names = ", ".join(known.name for known in described.classes)
    return f"""# {order.pack.name} {described.version}

Imported from `{order.file.name}`, not trained here.

- Input: {taken.width} x {taken.height} px, {taken.resize}, {taken.channels}
- Classes: {names}
- The converted model and the original differ by at most {worst:.2g} on drawn pictures.
- Licence of the weights: {described.licence.weights} {described.licence.doubts}

Its accuracy was not measured on photos, its confidence is not calibrated here, and it refuses no photo by itself.
"""
