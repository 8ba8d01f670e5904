"""A detector's photos as Ultralytics reads them: pictures, and a line of text for each thing in them."""

from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

from cultivar.trainer.detect.samples import Pool
from cultivar.trainer.detect.scene import Scene

INSET: Final = 0.15
"""Corners of an outline that nobody knows are cut by this share of the box's sides."""
QUALITY: Final = 95


def write_dataset(folder: Path, pool: Pool, classes: tuple[str, ...], *, masks: bool) -> Path:
    """Write every scene of the pool; drawn ones are for training. The `data.yaml` to train from."""
    drawn = set(map(int, pool.drawn))
    for number in range(len(pool.store)):
        split = "train" if number in drawn else pool.photos[number].record.split
        for part in ("images", "labels"):
            (folder / part / split).mkdir(parents=True, exist_ok=True)
        scene = pool.store.scene(number)
        Image.fromarray(np.asarray(scene.pixels)).save(folder / "images" / split / f"{number}.jpg", quality=QUALITY)
        text = "".join(f"{line}\n" for line in lines(scene, masks=masks))
        (folder / "labels" / split / f"{number}.txt").write_text(text)
    described = {"path": str(folder), "train": "images/train", "val": "images/val", "names": dict(enumerate(classes))}
    file = folder / "data.yaml"
    file.write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")
    return file


def lines(scene: Scene, *, masks: bool) -> list[str]:
    """One for each box: its class and its centre, width and height as shares; with masks its outline instead."""
    size = np.array(scene.size[::-1], np.float64)
    found = []
    for number, (box, label) in enumerate(zip(scene.boxes, scene.classes, strict=True)):
        if masks:
            points = outline(scene, number) / size
        else:
            low, high = box[:2] / size, box[2:] / size
            points = np.stack([(low + high) / 2, high - low])
        found.append(f"{int(label)} " + " ".join(f"{value:.5f}" for value in np.clip(points, 0, 1).ravel()))
    return found


def outline(scene: Scene, number: int) -> NDArray[np.float64]:
    """(n, 2) of x, y round one thing; where its outline is not known, its box with the corners cut."""
    if scene.whole[number]:
        ring = _longest_ring(scene.owner == number + 1)
        if ring is not None:
            return ring
    x1, y1, x2, y2 = (float(value) for value in scene.boxes[number])
    dx, dy = INSET * (x2 - x1), INSET * (y2 - y1)
    corners = [(x1 + dx, y1), (x2 - dx, y1), (x2, y1 + dy), (x2, y2 - dy)]
    corners += [(x2 - dx, y2), (x1 + dx, y2), (x1, y2 - dy), (x1, y1 + dy)]
    return np.array(corners)


def _longest_ring(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    import cv2  # noqa: PLC0415  it comes with the extras alone

    rings, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    best = max(rings, key=len, default=None)
    return None if best is None or len(best) < 3 else np.asarray(best[:, 0], np.float64) + 0.5
