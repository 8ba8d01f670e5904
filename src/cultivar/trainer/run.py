"""A training run: a folder in which each stage leaves its result, and a later start does only what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import lightning
import numpy as np
import torch

from cultivar.packs.schemas import Pack
from cultivar.trainer import backbones
from cultivar.trainer.errors import BadData
from cultivar.trainer.fit import Learner, fit
from cultivar.trainer.format import open_source, read_index
from cultivar.trainer.network import Network
from cultivar.trainer.photos import load_photos
from cultivar.trainer.recipe import Recipe, any_match, recipe_of, target_index
from cultivar.trainer.samples import Data


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    pack: Pack
    sources: tuple[Path, ...]
    out: Path
    weights: Path | None
    seed: int
    progress: bool


def read_data(order: Order, recipe: Recipe) -> Data:
    """All photos of all sources; BadData names a label that the pack does not place."""
    sources = {source.name: source for source in map(open_source, order.sources)}
    if len(sources) != len(order.sources):
        raise BadData("two sources have the same name, which is the name their photos are reported under")
    records = [record for source in sources.values() for record in read_index(source)]
    targets = [target_index(record.label, order.pack, recipe) for record in records]
    for record, target in zip(records, targets, strict=True):
        if target is None:
            raise BadData(f"{record.source}: {record.label!r} is no class of {order.pack.name} and none of its rejects")
    classes = len(order.pack.classes)
    to_cut = [
        target is not None and target < classes and recipe.slice(record.source).pastes
        for record, target in zip(records, targets, strict=True)
    ]
    photos = load_photos(order.out / "photos", records, sources, to_cut)
    return Data(records, np.int64(targets), photos)


def new_learner(order: Order, recipe: Recipe, data: Data) -> Learner:
    lightning.seed_everything(order.seed, verbose=False)
    network = Network(order.pack, recipe)
    backbones.load_weights(network.backbone, recipe.backbone, order.weights)
    network = network.to(memory_format=torch.channels_last)
    return Learner(order.pack, recipe, network, data, order.seed)


def train(order: Order) -> None:
    recipe = recipe_of(order.pack)
    data = read_data(order, recipe)
    learner = new_learner(order, recipe, data)
    fit(learner, order.out / "checkpoints", progress=order.progress)
