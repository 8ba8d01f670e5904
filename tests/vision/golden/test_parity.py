"""Our boxes beside those of Ultralytics, recorded by `record.py`, on heads drawn by code and on 100 photos."""

import json
from pathlib import Path

import numpy as np
import pytest

from cultivar.vision.decode import look, see
from cultivar.vision.geometry import place
from cultivar.vision.manifest import Boxes, Input
from cultivar.vision.runtime.machine import Wish, plan
from cultivar.vision.runtime.models import Network as Loaded
from cultivar.vision.runtime.models import boxes_read, open_network
from cultivar.vision.tasks.detect import Found, Looking, find
from tests.vision.golden import parity
from tests.vision.golden.parity import CASES, GOLDEN, NETWORKS, Case, Network
from tests.vision.heads import SIDE, crowd

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
RECORDED = json.loads(GOLDEN.read_text())
PLAIN = {"dtype": "float32", "resize": "letterbox", "interpolation": "bilinear", "mean": (0, 0, 0), "std": (1, 1, 1)}
SOME = {"yolov8n-seg.int8.onnx": 100, "yolo26n.int8.onnx": 8}
"""Photos tried again of the 100 that were recorded: the larger network takes its time."""


def ious(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    low, high = np.maximum(ours[:, :2], theirs[:, :2]), np.minimum(ours[:, 2:], theirs[:, 2:])
    shared = (high - low).clip(min=0).prod(axis=1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (ours, theirs)]
    return shared / (areas[0] + areas[1] - shared)


def assert_same(found: Found, recorded: list[list[float]]) -> None:
    """One for one: label, IoU >= 0.99, confidence within 1e-3; those that are equally sure in any order."""
    theirs = np.array(recorded).reshape(-1, 6)
    assert len(found) == len(theirs)
    left = set(range(len(theirs)))
    for box, sure, label in zip(found.boxes, found.confidences, found.labels, strict=True):
        same = ious(np.tile(box, (len(theirs), 1)), theirs[:, :4])
        close = (same >= 0.99) & (np.abs(theirs[:, 4] - sure) <= 1e-3) & (theirs[:, 5] == label)
        left.remove(next(place for place in np.flatnonzero(close).tolist() if place in left))
    assert not left


@pytest.mark.parametrize("case", CASES, ids=str)
def test_crowds_drawn_by_code_give_the_recorded_boxes(case: Case) -> None:
    spec = Boxes(layout="yolov8", output="out", labels=tuple(map(str, range(case.labels))), min_confidence=1e-6)
    taken = Input(width=SIDE, height=SIDE, resize="letterbox")
    outputs = {"out": crowd(case.seed, case.labels, case.coefficients)[None]}
    looking = Looking(case.min_confidence, case.iou_threshold)
    found = find(spec, taken, [place(taken, SIDE, SIDE)], outputs, looking)
    recorded = np.array(RECORDED["synthetic"][CASES.index(case)])
    recorded[:, :4] = recorded[:, :4].clip(0, SIDE)
    assert_same(found, recorded.tolist())


def opened(network: Network, weights: Path) -> tuple[Loaded, Boxes]:
    labels = tuple(map(str, range(80)))
    if network.task == "segment":
        spec = Boxes(layout="yolov8", output="output0", prototypes="output1", labels=labels)
    else:
        spec = Boxes(layout="end2end", output="output0", labels=labels)
    taken = Input(name="images", width=network.side, height=network.side, **PLAIN)
    settings = plan(Wish(threads=2), 1, ("CPUExecutionProvider",))
    return open_network(taken, weights.read_bytes(), settings, boxes_read(spec)), spec


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not SHARED.exists(), reason="the photos and the weights are not part of the project")
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.file)
def test_photos_give_the_recorded_boxes(network: Network) -> None:
    loaded, spec = opened(network, SHARED / "weights" / network.file)
    photos = list(parity.read_photos(SHARED))
    compared = 0
    for name, data in photos[:: len(photos) // SOME[network.file]]:
        facts = see(data, loaded.taken).facts
        outputs = loaded.run(look(data, loaded.taken)[None])
        found = find(spec, loaded.taken, [place(loaded.taken, facts.width, facts.height)], outputs)
        assert_same(found, RECORDED["photos"][network.file][name])
        compared += len(found)
    assert compared >= 8
