"""What Ultralytics and our decoding are both asked."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GOLDEN = Path(__file__).with_name("ultralytics.json")
PHOTOS = {"banana_ripening_boxes.tar": ("val/images/", 50), "cats_dogs.tar": ("val/", 50)}
"""Photos of an archive: those whose names begin so, the first of them by name."""


@dataclass(frozen=True)
class Case:
    """A head's output drawn by code."""

    seed: int
    labels: int
    coefficients: int = 0
    min_confidence: float = 0.25
    iou_threshold: float = 0.45


@dataclass(frozen=True)
class Network:
    file: str
    task: str
    side: int


CASES = (
    *(Case(seed, 80) for seed in range(4)),
    *(Case(seed, 4, 32) for seed in range(4, 8)),
    *(Case(seed, 1, iou_threshold=0.7) for seed in range(8, 12)),
    *(Case(seed, 20, 8, min_confidence=0.05, iou_threshold=0.3) for seed in range(12, 16)),
)
NETWORKS = (Network("yolov8n-seg.int8.onnx", "segment", 320), Network("yolo26n.int8.onnx", "detect", 640))


def read_photos(folder: Path) -> Iterator[tuple[str, bytes]]:
    for archive, (begins, count) in PHOTOS.items():
        with tarfile.open(folder / archive) as tar:
            names = sorted(name for name in tar.getnames() if name.startswith(begins) and name.endswith(".jpg"))
            for name in names[:count]:
                member = tar.extractfile(name)
                assert member is not None
                yield name, member.read()
