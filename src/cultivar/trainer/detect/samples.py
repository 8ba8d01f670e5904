"""Which pictures an epoch shows; all of it follows from seed and epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from cultivar.trainer.detect.boxes import Boxed
from cultivar.trainer.detect.network import PROTOTYPE_STRIDE
from cultivar.trainer.detect.recipe import DetectRecipe
from cultivar.trainer.detect.scene import Scene, empty
from cultivar.trainer.detect.store import Store
from cultivar.trainer.detect.views import GREY, framed, joined, laid, letterbox, light, seen_through, turned
from cultivar.trainer.recipe import any_match


class Target(NamedTuple):  # Lightning moves tuples from machine to device, but no frozen dataclass
    """What is in one picture: boxes (n, 4) of x1, y1, x2, y2, classes (n,), owners of prototype size, whole (n,)."""

    boxes: Tensor
    classes: Tensor
    owner: Tensor
    whole: Tensor


Sample = tuple[Tensor, Target]
Batch = tuple[Tensor, list[Target]]


@dataclass(frozen=True, slots=True)
class Pool:
    """Everything that can be shown."""

    photos: Sequence[Boxed]
    store: Store
    recipe: DetectRecipe
    drawn_classes: tuple[int, ...] = ()
    """Of the stages that are drawn."""

    def places(self, split: str, *, background: bool = False) -> NDArray[np.int64]:
        """Numbers of the photos of a split, with boxes or, if so asked, without."""
        chosen = [
            place
            for place, photo in enumerate(self.photos)
            if photo.record.split == split and any_match(photo.record.label, self.recipe.backgrounds) == background
        ]
        return np.array(chosen, np.int64)

    def drawing(self, number: int) -> Scene:
        """A drawn scene, its stages read as classes."""
        scene = self.store.scene(number)
        return replace(scene, classes=np.array(self.drawn_classes, np.int64)[scene.classes])

    @property
    def drawn(self) -> NDArray[np.int64]:
        return np.arange(len(self.photos), len(self.store))


def weights(photos: Sequence[Boxed], balance: float) -> NDArray[np.float64]:
    """Share with which each photo is drawn: the rarer the classes of its boxes, the likelier; in all 1."""
    count = np.bincount(np.concatenate([photo.classes for photo in photos])) + 1.0
    raw = np.array([np.mean(count[photo.classes] ** -balance) if len(photo.classes) else 0.0 for photo in photos])
    return np.asarray(raw / raw.sum())


class Views(Dataset[Sample]):
    """One epoch of random pictures."""

    def __init__(self, pool: Pool, seed: int, epoch: int) -> None:
        self.pool, self.seed, self.epoch = pool, seed, epoch
        self.stage = pool.recipe.stage_at(epoch)
        self.photos, self.grounds = pool.places("train"), pool.places("train", background=True)
        self.shares = weights([pool.photos[i] for i in self.photos], pool.recipe.balance)
        self.cuttable = np.array([self._cuttable(int(place)) for place in self.photos])

    def _cuttable(self, place: int) -> bool:
        """Every box has a trusted outline of a whole thing."""
        whole = self.pool.store.scene(place).whole
        return len(whole) > 0 and bool(whole.all()) and not self.pool.photos[place].partial

    def __len__(self) -> int:
        return self.pool.recipe.draws

    def __getitem__(self, step: int) -> Sample:
        recipe, size = self.pool.recipe, self.stage.size
        rng = np.random.default_rng((self.seed, self.epoch, step))
        if rng.random() < recipe.mosaic * self.stage.strength:
            scene = joined([self._one(rng) for _ in range(4)], size, recipe.zoom, rng)
        else:
            scene = self._alone(self._one(rng), rng)
        pixels = seen_through(light(scene.pixels, recipe.colour, rng), rng)
        return torch.from_numpy(np.array(pixels)), target(scene)

    def _alone(self, scene: Scene, rng: Generator) -> Scene:
        fill = (GREY,) * 3 if rng.random() < 0.6 else tuple(rng.uniform(0, 255, 3))
        low, high = self.pool.recipe.zoom
        near = max(0.2, 1 - self.stage.strength)  # a later, milder stage shows more photos just as they will come
        ends = (0.9, 1.0) if rng.random() < near else (low, high)
        zoom = float(np.exp(rng.uniform(*np.log(ends))))
        return framed(scene, self.stage.size, self.stage.size, zoom, rng, fill)

    def _one(self, rng: Generator) -> Scene:
        recipe, chance = self.pool.recipe, rng.random() / max(self.stage.strength, 1e-9)
        scene = self._picked(recipe, chance, rng)
        return turned(scene, rng, turns=recipe.turns)

    def _picked(self, recipe: DetectRecipe, chance: float, rng: Generator) -> Scene:
        store, grounds = self.pool.store, self.grounds
        if len(grounds) and chance < recipe.empty:
            return empty(store.scene(int(rng.choice(grounds))).pixels)
        if len(self.pool.drawn) and chance < recipe.empty + recipe.drawings:
            return self.pool.drawing(int(rng.choice(self.pool.drawn)))
        place = int(rng.choice(len(self.photos), p=self.shares))
        scene = store.scene(int(self.photos[place]))
        paste = recipe.empty + recipe.drawings + recipe.paste
        if len(grounds) and self.cuttable[place] and recipe.empty + recipe.drawings <= chance < paste:
            scene = laid(scene, store.scene(int(rng.choice(grounds))).pixels, rng)
        return scene


def target(scene: Scene) -> Target:
    half = PROTOTYPE_STRIDE // 2
    owner = np.ascontiguousarray(scene.owner[half::PROTOTYPE_STRIDE, half::PROTOTYPE_STRIDE])
    arrays = (scene.boxes.astype(np.float32), scene.classes, owner, scene.whole)
    return Target(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))


class WholeViews(Dataset[tuple[Tensor, int]]):
    """Photos as serving sees them, each with its number."""

    def __init__(self, store: Store, places: NDArray[np.int64], size: int) -> None:
        self.store, self.places, self.size = store, places, size

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, step: int) -> tuple[Tensor, int]:
        place = int(self.places[step])
        return torch.from_numpy(letterbox(self.store.scene(place).pixels, self.size)[0].copy()), place


def together(samples: Sequence[Sample]) -> Batch:
    return torch.stack([pixels for pixels, _ in samples]), [found for _, found in samples]
