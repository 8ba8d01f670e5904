"""Reading a detector's outputs: ours beside Ultralytics, where that is installed, on the very same numbers.

`python -m bench.decoding` on heads drawn by code; `python -m bench.decoding NETWORK.onnx PHOTO...` on a YOLOv8
segmenter's own outputs. Both give boxes in photo pixels and, of a segmenter, outlines.
"""

import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tests.vision.heads import SIDE, crowd, prototypes

from cultivar.vision.decode import look
from cultivar.vision.geometry import PlainFrame, place
from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.tasks.detect import find

PHOTO = (640, 480)
Heads = tuple[Any, Any | None]

TURNS = 30


def ours(head: Any, masks: Any | None, side: int) -> Callable[[], object]:
    labels = head.shape[0] - 4 - (0 if masks is None else len(masks))
    names = tuple(map(str, range(labels)))
    spec = Boxes(layout="yolov8", output="o", prototypes=None if masks is None else "p", labels=names)
    taken = Input(width=side, height=side, resize="letterbox")
    outputs = {"o": head[None]} | ({} if masks is None else {"p": masks[None]})
    laid = [place(taken, *PHOTO)]
    return lambda: find(spec, taken, laid, outputs)


def theirs(head: Any, masks: Any | None, side: int) -> Callable[[], object]:
    """What its predictors do between the network and a `Results`, its outlines included."""
    torch, nms, ops = (import_module(name) for name in ("torch", "ultralytics.utils.nms", "ultralytics.utils.ops"))
    labels = head.shape[0] - 4 - (0 if masks is None else len(masks))

    def read() -> object:
        (rows,) = nms.non_max_suppression(torch.from_numpy(head[None]), 0.25, 0.45, nc=labels)
        found: object = rows
        if masks is not None and len(rows):
            shown = ops.process_mask(torch.from_numpy(masks), rows[:, 6:], rows[:, :4], (side, side), upsample=True)
            whole = PHOTO[::-1]
            found = [ops.scale_coords((side, side), ring, whole) for ring in ops.masks2segments(shown)]
        rows[:, :4] = ops.scale_boxes((side, side), rows[:, :4], PHOTO[::-1])
        return found

    return read


def compare(heads: list[Heads], side: int) -> dict[str, float]:
    """Median ms a photo of each, taken in turns."""
    readers: dict[str, list[Callable[[], object]]] = {"ours": [ours(*head, side) for head in heads]}
    try:
        readers["ultralytics"] = [theirs(*head, side) for head in heads]
    except ModuleNotFoundError:
        print("Ultralytics is not installed: ours alone")
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(TURNS):
        for name, read in readers.items():
            for one in read:
                began = time.perf_counter()
                one()
                taken[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def of_photos(network: Path, photos: list[Path]) -> tuple[list[Heads], int]:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    (port,) = session.get_inputs()
    side = int(port.shape[2])
    frame = PlainFrame(side, side, "letterbox", interpolation="bilinear")
    heads: list[Heads] = []
    for photo in photos:
        pixels = look(photo.read_bytes(), frame).transpose(2, 0, 1)[None].astype(np.float32) / 255
        head, *masks = session.run(None, {port.name: pixels})
        heads.append((head[0], masks[0][0] if masks else None))
    return heads, side


def show(what: str, taken: dict[str, float]) -> None:
    ratio = f", ratio {taken['ours'] / taken['ultralytics']:.2f}" if "ultralytics" in taken else ""
    print(f"{what:48}" + "  ".join(f"{name} {ms:.2f} ms" for name, ms in taken.items()) + ratio, flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        show(sys.argv[1], compare(*of_photos(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])))
    show("80 classes, boxes", compare([(crowd(seed), None) for seed in range(6)], SIDE))
    masked = [(crowd(seed, 4, 32), prototypes(seed, 32)) for seed in range(6)]
    show("4 classes, with masks", compare(masked, SIDE))
    show("no thing in sight", compare([(crowd(seed, things=0), None) for seed in range(6)], SIDE))
