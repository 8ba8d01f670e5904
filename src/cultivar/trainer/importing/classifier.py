"""A classifier's graph to one that serves: logits for each head of the pack, from one answer over whole classes."""

from dataclasses import dataclass

import numpy as np

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing import classes, surgery
from cultivar.trainer.importing.graph import Array, Graph, names_in
from cultivar.trainer.importing.order import Order, Reading, input_of
from cultivar.vision.manifest import Input


@dataclass(frozen=True)
class Classifier:
    """`kind`: of the network's own output, see `surgery.classifier`."""

    content: bytes
    taken: Input
    output: str
    kind: str
    places: tuple[int, ...]


def classifier(graph: Graph, order: Order) -> Classifier:
    """Read, check and fit. ImportRefused says what does not fit."""
    flat = {name: one for name, one in graph.first.items() if one.ndim == 2}
    if len(flat) != 1:
        shapes = ", ".join(f"{name} {one.shape}" for name, one in graph.first.items())
        raise ImportRefused(f"A classifier has one output (n, labels); this network has {shapes}.")
    (output, first), *_ = flat.items()
    kind = kind_of(first)
    count = 2 if kind == "binary" else first.shape[1]
    labels = order.labels or names_in(graph.metadata)
    if not labels:
        raise ImportRefused(f"The file does not name its {count} labels. Give them in their order: --labels a,b,c.")
    if len(labels) != count:
        raise ImportRefused(f"The network tells {count} labels apart, but {len(labels)} are named.")
    ours = tuple(known.name for known in order.pack.classes)
    places = classes.places(labels, ours, order.renamed, drop_others=order.drop_others)
    content = surgery.classifier(graph.content, output, kind, places, order.pack)
    name, wide = graph.name, graph.wide and graph.dtype == "uint8"
    if graph.wide and not wide:
        content, name = surgery.colours_first(content, name)
    elif graph.dtype == "uint8" and not wide:
        raise ImportRefused("A uint8 input has the colours last (n, height, width, 3); export it so, or as float32.")
    taken = input_of(name, graph.size, _reading(graph, order), order.resize, detector=False, wide=wide)
    return Classifier(content, taken, output, kind, places)


def kind_of(first: Array) -> str:
    """`probabilities` that sum to 1, `binary` for one alone, else `logits`; told by an answer (1, labels)."""
    shares = bool((first >= 0).all() and (first <= 1).all())
    if first.shape[1] == 1:
        if not shares:
            raise ImportRefused("One output that is no probability: give it a sigmoid, or one output for each label.")
        return "binary"
    return "probabilities" if shares and bool(np.allclose(first.sum(1), 1, atol=1e-4)) else "logits"


def _reading(graph: Graph, order: Order) -> Reading:
    if order.reading:
        return order.reading
    if graph.dtype == "uint8":
        return "bytes"
    if graph.metadata.get("author") == "Ultralytics":
        return "yolo"
    raise ImportRefused(
        "The file does not say how it takes colours: add --input imagenet, half (-1 to 1), unit (0 to 1) or bytes "
        "(0 to 255)."
    )
