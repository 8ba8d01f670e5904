"""A pack of three classes and its photos: plain colours with a mark, so that a small network learns them in seconds."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw

from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack

COLOURS = {"Apple___scab": (200, 40, 40), "Apple___healthy": (220, 150, 60), "Maize___healthy": (60, 180, 60)}
THING = "thing"
COUNTS = MappingProxyType({"train": 16, "val": 6})
RECIPE: dict[str, object] = {
    "rejects": {"no_plant": [THING]},
    "backbone": "tiny",
    "stages": [{"size": 32, "epochs": 3}],
    "head_epochs": 0,
    "test_sizes": [32],
    "batch_size": 16,
    "learning_rate": 0.02,
    "head_rate": 1.0,
    "drop_rate": 0.0,
    "average": 0.5,
    "patience": 20,
    "mix": 0.2,
    "directions": 8,
    "refuse_known": 0.0,
}


def write_pack(folder: Path, **recipe: object) -> Pack:
    """A pack `garden` in `folder`/garden; `recipe` replaces members of its training section."""
    text = {"en": "x", "fr": "x"}
    home = folder / "garden"
    home.mkdir(parents=True)
    head = {
        "name": "garden",
        "title": text,
        "description": text,
        "task": "classify",
        "subject": "animal",
        "heads": [{"name": name, "kind": "softmax", "title": text} for name in ("plant", "condition")],
        "safety": text,
        "refusals": {
            code: {"message": text, "advice": text} for code in ("no_plant", "unknown_crop", "unusable_photo")
        },
        "training": RECIPE | recipe,
    }
    classes = []
    names: dict[str, dict[str, object]] = {"plant": {}, "condition": {}}
    for name in COLOURS:
        plant, condition = name.split("___")
        names["plant"][plant] = names["condition"][condition] = text
        labels = {"plant": plant, "condition": condition}
        classes.append({"name": name, "labels": labels, "title": text, "description": text})
    (home / "pack.yaml").write_text(json.dumps(head))  # JSON is YAML
    (home / "labels.yaml").write_text(json.dumps({"classes": classes, "names": names}))
    return load_pack(home)


def photo(label: str, number: int) -> Image.Image:
    """216 × 192 pixels: a leaf-like blob of the label's colour on grey with grain; a thing is striped."""
    rng = np.random.default_rng((number, len(label)))
    image = Image.new("RGB", (72, 64), (120, 120, 125))
    draw = ImageDraw.Draw(image)
    if label == THING:
        for x in range(int(rng.integers(8)), 72, 8):
            draw.line((x, 0, x, 64), fill=(20, 20, 160), width=4)
    else:
        shift = rng.integers(-6, 7, 2)
        draw.ellipse((14 + shift[0], 12 + shift[1], 58 + shift[0], 52 + shift[1]), fill=COLOURS[label])
    image = image.resize((216, 192))
    grain = rng.normal(0, 8, (192, 216, 3))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def write_photos(folder: Path, counts: Mapping[str, int] = COUNTS) -> Path:
    """`counts` photos of each label by split, with their index.csv; gives the folder back."""
    rows = []
    for label in (*COLOURS, THING):
        for split, count in counts.items():
            for number in range(count):
                path = Path(split, label, f"{number}.jpg")
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                photo(label, number + 1000 * (split == "val")).save(folder / path, quality=90)
                rows.append((path.as_posix(), label, split, f"{split}-{label}-{number}"))
    write_index(folder, rows)
    return folder


def write_index(folder: Path, rows: list[tuple[str, str, str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "label", "split", "group"))
        writer.writerows(rows)
