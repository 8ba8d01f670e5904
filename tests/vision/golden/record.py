"""Ask Ultralytics what `test_parity.py` compares with, and write it to `ultralytics.json`.

    python -m tests.vision.golden.record WEIGHTS_AND_PHOTOS

Run where `ultralytics` is installed (AGPL-3.0; not needed to test). The folder holds `weights/`,
`banana_ripening_boxes.tar` and `cats_dogs.tar`. Both sides see the same pixels, those of our own decoding.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import ultralytics
from ultralytics import YOLO
from ultralytics.utils.nms import non_max_suppression

from cultivar.vision.decode import look, see
from cultivar.vision.geometry import PlainFrame
from tests.vision.golden.parity import CASES, GOLDEN, NETWORKS, Network, read_photos
from tests.vision.heads import crowd


def synthetic() -> list[list[list[float]]]:
    found = []
    for case in CASES:
        head = torch.from_numpy(crowd(case.seed, case.labels, case.coefficients))[None]
        options = {"conf_thres": case.min_confidence, "iou_thres": case.iou_threshold, "nc": case.labels}
        found.append(rounded(non_max_suppression(head, **options)[0][:, :6].numpy()))
    return found


def photos(network: Network, folder: Path) -> dict[str, list[list[float]]]:
    """Boxes in photo pixels of all photos, by their names."""
    model = YOLO(folder / "weights" / network.file, task=network.task)
    options = {"conf": 0.25, "iou": 0.45, "imgsz": network.side, "verbose": False, "device": "cpu", "save": False}
    model.predict(np.zeros((network.side, network.side, 3), np.uint8), **options)
    predictor, frame = model.predictor, PlainFrame(network.side, network.side, "letterbox", interpolation="bilinear")
    found = {}
    for name, data in read_photos(folder):
        facts = see(data, frame).facts
        pixels = torch.from_numpy(np.ascontiguousarray(look(data, frame).transpose(2, 0, 1)))[None].float() / 255
        predictor.batch = ([name], None, None)
        whole = [np.zeros((facts.height, facts.width, 3), np.uint8)]
        found[name] = rounded(predictor.postprocess(predictor.inference(pixels), pixels, whole)[0].boxes.data.numpy())
    return found


def rounded(rows: np.ndarray) -> list[list[float]]:
    """x1, y1, x2, y2, confidence, label, the surest first."""
    best = rows[np.argsort(-rows[:, 4], kind="stable")]
    return [[*np.round(row[:4], 2).tolist(), round(float(row[4]), 5), int(row[5])] for row in best.astype(float)]


if __name__ == "__main__":
    shared = Path(sys.argv[1])
    torch.set_grad_enabled(mode=False)
    content = {
        "ultralytics": ultralytics.__version__,
        "synthetic": synthetic(),
        "photos": {network.file: photos(network, shared) for network in NETWORKS},
    }
    GOLDEN.write_text(json.dumps(content, separators=(",", ":")) + "\n")
