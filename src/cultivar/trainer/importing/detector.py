"""A detector's graph to one that serves: its labels are the pack's classes, in the pack's order."""

from dataclasses import dataclass

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing import classes, surgery
from cultivar.trainer.importing.graph import Graph, names_in
from cultivar.trainer.importing.layout import Layout, layout_of
from cultivar.trainer.importing.order import Order, Reading, input_of
from cultivar.vision.manifest import Boxes, Input


@dataclass(frozen=True)
class Detector:
    """`places`: of the pack's classes among the network's labels. The graph is the given one where nothing changed."""

    content: bytes
    taken: Input
    boxes: Boxes
    layout: Layout
    places: tuple[int, ...]


def detector(graph: Graph, order: Order) -> Detector:
    """Read, check and fit. ImportRefused says what does not fit."""
    if graph.wide or graph.dtype != "float32":
        raise ImportRefused("A detector takes float32 pictures with the colours first (n, 3, height, width).")
    labels = order.labels or names_in(graph.metadata)
    suppressed = graph.metadata.get("end2end") == "True"
    layout = layout_of(graph.first, graph.size, len(labels), suppressed=suppressed)
    _same_task(layout, order)
    if not labels:
        known = f" It tells {layout.labels} labels apart." if layout.labels else ""
        raise ImportRefused(f"The file does not name its labels.{known} Give them in their order: --labels a,b,c.")
    ours = tuple(known.name for known in order.pack.classes)
    places = classes.places(labels, ours, order.renamed, drop_others=order.drop_others)
    content, output = graph.content, layout.output
    if places != tuple(range(len(labels))):
        counted = Layout(
            layout.kind, output, layout.prototypes, len(labels), layout.coefficients, layout.axis, layout.first
        )
        content, output = surgery.pick_labels(content, counted, places)
    taken = input_of(graph.name, graph.size, _reading(graph, layout, order), order.resize, detector=True)
    pack = order.pack
    boxes = layout.boxes(ours, pack.min_confidence, pack.iou_threshold).model_copy(update={"output": output})
    return Detector(content, taken, boxes, layout, places)


def _same_task(layout: Layout, order: Order) -> None:
    has = "segment" if layout.prototypes else "detect"
    if has != order.pack.task:
        masks = "has masks" if layout.prototypes else "has no masks"
        raise ImportRefused(f"{order.pack.name} is a pack to {order.pack.task}, and this network {masks}.")


def _reading(graph: Graph, layout: Layout, order: Order) -> Reading:
    if order.reading:
        return order.reading
    if layout.kind == "yolox":
        return "yolox"
    if layout.kind == "yolov5" and "stride" not in graph.metadata and layout.prototypes is None:
        raise ImportRefused(
            "The file does not say how it takes colours: add --input yolo (RGB from 0 to 1) or --input yolox "
            "(BGR from 0 to 255)."
        )
    return "yolo"
