"""Photos with boxes to learn from: `index.csv` beside `images/` and `labels/` as YOLO lays them out.

A photo `X/images/name.jpg` has its boxes in `X/labels/name.txt`, a line each of label number, centre x, y, width and
height as shares of the photo; `data.yaml` has the labels' names. Photos of background labels have no such file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import yaml
from numpy.typing import NDArray

from cultivar.trainer.detect.recipe import DetectRecipe
from cultivar.trainer.errors import BadData
from cultivar.trainer.format import Record, Source
from cultivar.trainer.recipe import any_match

INSIDE = 0.5
"""Share of a defect's area that lies in another box, from which on it belongs to that."""


@dataclass(frozen=True, slots=True)
class Boxed:
    """A photo's boxes: (n, 4) of x1, y1, x2, y2 as shares of the photo, and class numbers. `defects` likewise.

    `partial`: one of the boxes is a defect that stands for the whole thing, so what lies round it is the same thing.
    """

    record: Record
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    defects: NDArray[np.float32]
    partial: bool = False


def read_boxes(
    records: Sequence[Record], sources: Mapping[str, Source], recipe: DetectRecipe, classes: Sequence[str]
) -> list[Boxed]:
    """The boxes of every record; BadData names what cannot be placed."""
    names = {name: _names(source) for name, source in sources.items() if _has_boxes(name, records, recipe)}
    return [
        nothing(record)
        if any_match(record.label, recipe.backgrounds)
        else _boxed(record, sources[record.source], names[record.source], recipe, classes)
        for record in records
    ]


def nothing(record: Record) -> Boxed:
    return Boxed(record, np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros((0, 4), np.float32))


def _has_boxes(name: str, records: Sequence[Record], recipe: DetectRecipe) -> bool:
    return any(r.source == name and not any_match(r.label, recipe.backgrounds) for r in records)


def _names(source: Source) -> list[str]:
    try:
        names = yaml.safe_load(source.read("data.yaml"))["names"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise BadData(f"{source.name}/data.yaml has no list `names`") from error
    return [str(name) for name in (names.values() if isinstance(names, dict) else names)]


def _boxed(record: Record, source: Source, names: Sequence[str], recipe: DetectRecipe, classes: Sequence[str]) -> Boxed:
    path = PurePosixPath(record.path)
    file = str(path.parent.parent / "labels" / f"{path.stem}.txt")
    labels, boxes = [], []
    for number, line in enumerate(source.read(file).decode().splitlines(), start=1):
        if line.strip():
            label, box = _line(line, f"{source.name}/{file}, line {number}", names)
            labels.append(label)
            boxes.append(box)
    shares = np.clip(np.array(boxes, np.float32).reshape(-1, 4), 0, 1)
    kept = np.array([not d for d in belongs(shares, labels, recipe.defects)], bool)
    numbers = [_class(label, recipe, classes, source) for label, keep in zip(labels, kept, strict=True) if keep]
    partial = any(label in recipe.defects for label, keep in zip(labels, kept, strict=True) if keep)
    return Boxed(record, shares[kept], np.array(numbers, np.int64), shares[~kept], partial)


def _line(line: str, where: str, names: Sequence[str]) -> tuple[str, tuple[float, float, float, float]]:
    try:
        label, x, y, width, height = line.split()
        cx, cy, w, h = (float(part) for part in (x, y, width, height))
        name = names[int(label)]
    except (ValueError, IndexError) as error:
        raise BadData(f"{where}: {line!r} is no label number and box of four shares") from error
    if not (w > 0 and h > 0 and np.isfinite([cx, cy, w, h]).all()):
        raise BadData(f"{where}: the box has no area")
    return name, (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)


def _class(label: str, recipe: DetectRecipe, classes: Sequence[str], source: Source) -> int:
    name = recipe.labels.get(label, label)
    if name not in classes:
        raise BadData(f"{source.name}: boxes of {label!r} are no class; name theirs under training.labels")
    return classes.index(name)


def belongs(boxes: NDArray[np.float32], labels: Sequence[str], defects: Sequence[str]) -> list[bool]:
    """Whether each box is a defect that lies mostly inside a box of another kind."""
    hosts = boxes[[label not in defects for label in labels]]
    found = []
    for box, label in zip(boxes, labels, strict=True):
        sides = np.clip(np.minimum(hosts[:, 2:], box[2:]) - np.maximum(hosts[:, :2], box[:2]), 0, None)
        area = float((box[2:] - box[:2]).prod())
        found.append(label in defects and bool((sides.prod(1) > INSIDE * area).any()))
    return found
