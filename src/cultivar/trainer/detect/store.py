"""All pictures decoded, outlined and drawn once, into memory maps, so that an epoch costs none of that."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cultivar.trainer.detect.boxes import Boxed
from cultivar.trainer.detect.drawn import draw_scene
from cultivar.trainer.detect.outline import owners
from cultivar.trainer.detect.recipe import DetectRecipe
from cultivar.trainer.detect.scene import Scene
from cultivar.trainer.errors import BadData
from cultivar.trainer.format import Source
from cultivar.trainer.photos import decode

LONG_SIDE, DRAWN_SIDE = 480, 320


@dataclass(frozen=True, slots=True)
class Store:
    """Scenes by number: the photos in the order of their records, then what was drawn."""

    flat: NDArray[np.uint8]
    """Of each scene its pixels, then its owners."""
    offsets: NDArray[np.int64]
    parts: Mapping[str, NDArray[np.generic]]

    def __len__(self) -> int:
        return len(self.offsets)

    def scene(self, number: int) -> Scene:
        height, width = (int(side) for side in self.parts["shapes"][number])
        start, area = int(self.offsets[number]), height * width
        first, last = (int(v) for v in self.parts["first_box"][number : number + 2])
        boxes, classes, whole = (self.parts[name][first:last] for name in ("boxes", "classes", "whole"))
        pixels = self.flat[start : start + 3 * area].reshape(height, width, 3)
        owner = self.flat[start + 3 * area : start + 4 * area].reshape(height, width)
        return Scene(pixels, boxes.astype(np.float32), classes.astype(np.int64), owner, whole.astype(bool))


def open_store(
    folder: Path, photos: Sequence[Boxed], sources: Mapping[str, Source], recipe: DetectRecipe, seed: int
) -> Store:
    """Read the store in `folder`, made first if it is not that of these photos and this recipe."""
    listing = [[p.record.source, p.record.path, p.boxes.tolist(), p.classes.tolist()] for p in photos]
    wanted = [listing, recipe.drawn, recipe.prototypes > 0, seed]
    key = hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    facts = folder / "store.json"
    if not facts.is_file() or json.loads(facts.read_text())["key"] != key:
        folder.mkdir(parents=True, exist_ok=True)
        facts.unlink(missing_ok=True)
        _write(folder, _scenes(photos, sources, recipe, seed))
        facts.write_text(json.dumps({"key": key}))  # last: only a whole store has it
    parts = dict(np.load(folder / "store.npz"))
    areas = parts["shapes"].prod(1).astype(np.int64) * 4
    return Store(np.memmap(folder / "store.u8", np.uint8, mode="r"), np.cumsum(areas) - areas, parts)


def _scenes(photos: Sequence[Boxed], sources: Mapping[str, Source], recipe: DetectRecipe, seed: int) -> Iterator[Scene]:
    for photo in photos:
        record = photo.record
        try:
            pixels = decode(sources[record.source].read(record.path), LONG_SIDE)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise BadData(f"{record.source}/{record.path} cannot be read as a photo: {error}") from error
        height, width = pixels.shape[:2]
        boxes = photo.boxes * np.array([width, height, width, height], np.float32)
        owner, whole = np.zeros((height, width), np.uint8), np.zeros(len(boxes), bool)
        if recipe.prototypes and len(boxes):
            owner, whole = owners(pixels, boxes)
        yield Scene(pixels, boxes, photo.classes, owner, whole)
    for number in range(recipe.drawn):
        yield draw_scene(DRAWN_SIDE, np.random.default_rng((seed, 11, number)))


def _write(folder: Path, scenes: Iterator[Scene]) -> None:
    shapes, counts = [], [0]
    boxes, classes, whole = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.int64)], [np.zeros(0, bool)]
    with (folder / "store.u8").open("wb") as out:
        for scene in scenes:
            out.write(scene.pixels.tobytes())
            out.write(scene.owner.tobytes())
            shapes.append(scene.size)
            counts.append(len(scene.boxes))
            boxes.append(scene.boxes)
            classes.append(scene.classes)
            whole.append(scene.whole)
    np.savez(
        folder / "store.npz",
        shapes=np.array(shapes),
        first_box=np.cumsum(counts),
        boxes=np.concatenate(boxes),
        classes=np.concatenate(classes),
        whole=np.concatenate(whole),
    )
