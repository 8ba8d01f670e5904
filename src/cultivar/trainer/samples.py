"""Which photos an epoch shows, and how each is shown; all of it follows from seed and epoch."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from cultivar.trainer.augment import Paste, augment, other_camera, whole
from cultivar.trainer.format import Record
from cultivar.trainer.photos import Photos
from cultivar.trainer.recipe import Recipe, any_match


@dataclass(frozen=True, slots=True)
class Data:
    """Everything that can be drawn: records, their places in the joint, their pixels."""

    records: Sequence[Record]
    targets: NDArray[np.int64]
    photos: Photos

    def places(self, split: str) -> NDArray[np.int64]:
        return np.array([i for i, record in enumerate(self.records) if record.split == split], np.int64)


def draws(data: Data, recipe: Recipe) -> NDArray[np.float64]:
    """How often each photo is seen in an epoch, on average; 0 for val."""
    train = data.places("train")
    counts = Counter((data.records[i].slice, data.targets[i]) for i in train)
    weights = np.zeros(len(data.records))
    by_source: dict[str, list[int]] = defaultdict(list)
    for i in train:
        by_source[data.records[i].slice].append(int(i))
    for source, places in by_source.items():
        rule = recipe.slice(source)
        raw = np.array([counts[source, data.targets[i]] ** -rule.balance for i in places])
        weights[places] = raw / raw.mean() * rule.draws
    return weights


def epoch_order(weights: NDArray[np.float64], seed: int, epoch: int) -> NDArray[np.int64]:
    """Places in the order they are shown: each floor(weight) times, and once more by chance for the rest."""
    rng = np.random.default_rng((seed, epoch, 1))
    times = np.floor(weights + rng.random(len(weights))).astype(np.int64)
    return rng.permutation(np.repeat(np.arange(len(weights)), times))


class TrainViews(Dataset[tuple[Tensor, int]]):
    """One epoch of random views."""

    def __init__(self, data: Data, recipe: Recipe, seed: int, epoch: int) -> None:
        self.data, self.recipe, self.seed, self.epoch = data, recipe, seed, epoch
        self.order = epoch_order(draws(data, recipe), seed, epoch)
        self.stage = recipe.stage_at(epoch)
        train = data.places("train")
        self.backgrounds = [int(i) for i in train if any_match(data.records[i].label, recipe.backgrounds)]
        sources = defaultdict(set)
        for i in train:
            sources[int(data.targets[i])].add(data.records[i].slice)
        self.shared = {target for target, names in sources.items() if len(names) > 1}

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, step: int) -> tuple[Tensor, int]:
        place = int(self.order[step])
        rng = np.random.default_rng((self.seed, self.epoch, 2, step))
        view = augment(
            self.data.photos.pixels(place),
            self.stage.size,
            rng,
            smallest_crop=1 - self.stage.strength * (1 - self.recipe.smallest_crop),
            turns=self.recipe.turns,
            before=self._paste(place, rng),
            strength=self.recipe.light,
        )
        return torch.from_numpy(view), int(self.data.targets[place])

    def _paste(self, place: int, rng: np.random.Generator) -> Paste | None:
        rule = self.recipe.slice(self.data.records[place].slice)
        share = rule.paste_shared if int(self.data.targets[place]) in self.shared else rule.paste
        mask = self.data.photos.mask(place)
        if mask is None or not self.backgrounds or rng.random() >= share * self.stage.strength:
            return None
        return Paste(mask, self.data.photos.pixels(self.backgrounds[int(rng.integers(len(self.backgrounds)))]))


class WholeViews(Dataset[tuple[Tensor, int]]):
    """Photos as serving sees them, or, with a number in `shift`, as one more camera would have taken them.

    Gives the place in the list beside the pixels.
    """

    def __init__(self, data: Data, places: NDArray[np.int64], size: int, shift: int | None = None) -> None:
        self.data, self.places, self.size, self.shift = data, places, size, shift

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, step: int) -> tuple[Tensor, int]:
        place = int(self.places[step])
        pixels = self.data.photos.pixels(place)
        if self.shift is not None:
            pixels = other_camera(pixels, np.random.default_rng((self.shift, place)))
        return torch.from_numpy(whole(pixels, self.size).copy()), place
