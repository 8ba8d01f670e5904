"""Drawn bananas as a data set: photos with boxes as YOLO lays them out, and a pack that learns them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.trainer.detect.drawn import draw_scene
from cultivar.trainer.detect.scene import Scene, boxes_of
from tests.trainer.small import write_index

NAMES = ("unripe", "turning", "yellow", "brown")
"""What the source calls the boxes of the stages 0 to 3."""
CLASSES = ("Green", "Yellow", "Brown")
COLOURS = ((30, 90, 30), (110, 190, 60), (240, 210, 40), (90, 50, 20))
RECIPE: dict[str, object] = {
    "labels": {"unripe": "Green", "turning": "Green", "yellow": "Yellow", "brown": "Brown"},
    "backgrounds": ["none"],
    "network": "tiny",
    "prototypes": 8,
    "frozen_stages": 0,
    "drawn": 24,
    "drawn_as": ["Green", "Green", "Yellow", "Brown"],
    "stages": [{"size": 96, "epochs": 2}],
    "serve_size": 96,
    "batch_size": 8,
    "draws": 32,
    "learning_rate": 0.004,
    "average": 0.9,
}


def train(home: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The trainer as `cultivar train` starts it, on `home`/bunch and `home`/boxes."""
    given = ["--pack", str(home / "bunch"), "--data", str(home / "boxes"), "--out", str(home / "out"), *more]
    command = [sys.executable, "-m", "cultivar.trainer", *given]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)


def scene(number: int, size: int = 160) -> Scene:
    return draw_scene(size, np.random.default_rng((1, number)))


def write_pack(folder: Path, **recipe: object) -> Pack:
    """A pack `bunch` in `folder`/bunch; `recipe` replaces members of its training section."""
    text = {"en": "x", "fr": "x"}
    home = folder / "bunch"
    home.mkdir(parents=True)
    head = {
        "name": "bunch",
        "title": text,
        "description": text,
        "task": "segment",
        "subject": "animal",
        "min_confidence": 0.2,
        "refusals": {code: {"message": text, "advice": text} for code in ("no_plant", "unusable_photo")},
        "training": RECIPE | recipe,
    }
    classes = [{"name": name, "title": text, "description": text} for name in CLASSES]
    (home / "pack.yaml").write_text(json.dumps(head))  # JSON is YAML
    (home / "labels.yaml").write_text(json.dumps({"classes": classes}))
    return load_pack(home)


def plain(number: int, size: int = 160) -> Scene:
    """One or two ellipses on grey, each in the colour of its stage: what a small network learns in half a minute."""
    rng = np.random.default_rng((2, number))
    y, x = np.mgrid[0:size, 0:size]
    pixels, owner = np.full((size, size, 3), rng.uniform(110, 150)), np.zeros((size, size), np.uint8)
    stages = rng.integers(4, size=int(rng.integers(1, 3)))
    for place, stage in enumerate(stages):
        across, down = size * (0.27 + 0.46 * place + rng.uniform(-0.04, 0.04)), size * rng.uniform(0.35, 0.65)
        wide, high = size * rng.uniform(0.12, 0.2), size * rng.uniform(0.15, 0.3)
        inside = ((x - across) / wide) ** 2 + ((y - down) / high) ** 2 < 1
        pixels[inside], owner[inside] = COLOURS[stage], place + 1
    pixels += rng.normal(0, 5, pixels.shape)
    boxes, whole = boxes_of(owner, len(stages)), np.ones(len(stages), bool)
    return Scene(pixels.clip(0, 255).astype(np.uint8), boxes, stages.astype(np.int64), owner, whole)


def write_boxes(folder: Path, train: int = 24, val: int = 12, make: Callable[[int], Scene] = scene) -> Path:
    """Pictures by split, every fourth of noise alone and labelled `none`; gives the folder back."""
    rows = []
    for split, count in (("train", train), ("val", val)):
        (folder / split / "images").mkdir(parents=True)
        (folder / split / "labels").mkdir()
        for number in range(count):
            path = f"{split}/images/{number}.jpg"
            one = make(number + 1000 * (split == "val"))
            label = "none" if number % 4 == 3 else "bananas"
            pixels = one.pixels if label == "bananas" else np.random.default_rng(number).integers(0, 256, (160, 160, 3))
            Image.fromarray(pixels.astype(np.uint8)).save(folder / path, quality=92)
            if label == "bananas":
                (folder / split / "labels" / f"{number}.txt").write_text(lines(one))
            rows.append((path, label, split, f"{split}-{number}"))
    (folder / "data.yaml").write_text(json.dumps({"names": list(NAMES)}))
    write_index(folder, rows)
    return folder


def lines(one: Scene) -> str:
    """Boxes as YOLO writes them."""
    height, width = one.size
    return "".join(
        f"{label} {(x1 + x2) / 2 / width} {(y1 + y2) / 2 / height} {(x2 - x1) / width} {(y2 - y1) / height}\n"
        for label, (x1, y1, x2, y2) in zip(one.classes.tolist(), one.boxes.tolist(), strict=True)
    )
