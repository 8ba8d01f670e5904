"""A training run: a folder in which each stage leaves its result, and a later start does only what is missing.

- photos/: all photos decoded, a cache
- checkpoints/: last.ckpt after each epoch, best.ckpt
- weights.safetensors: the averaged weights; training is done
- export/: model.onnx, model.json, CARD.md, which go into the pack
- report.html: for those who may see the photos
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import lightning
import numpy as np
from safetensors.torch import load_file, save_file
from torch import Tensor

from cultivar.packs.schemas import Pack
from cultivar.trainer import backbones, interrupt
from cultivar.trainer.errors import BadData
from cultivar.trainer.finish import finish
from cultivar.trainer.fit import Learner, fit
from cultivar.trainer.format import Source, open_source, read_index
from cultivar.trainer.manifest_file import file_hash
from cultivar.trainer.network import Network, channels_last
from cultivar.trainer.photos import load_photos
from cultivar.trainer.probe import fit_heads
from cultivar.trainer.recipe import AFTER, Recipe, recipe_of, target_index
from cultivar.trainer.samples import Data

FILES = ("model.onnx", "model.json", "CARD.md")


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line."""

    pack: Pack
    data: tuple[Path, ...]
    out: Path
    weights: Path | None
    seed: int
    progress: bool

    @cached_property
    def recipe(self) -> Recipe:
        return recipe_of(self.pack)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """By the name under which their photos are reported; BadData if two share one."""
        found = {source.name: source for source in map(open_source, self.data)}
        if len(found) != len(self.data):
            raise BadData("two sources have the same name; photos are reported under it, so each needs its own")
        return found


def run(order: Order) -> Path:
    """Do what is missing; the folder with the finished model."""
    order.out.mkdir(parents=True, exist_ok=True)
    _same_order(order)
    data = read_data(order)
    network = trained(order, data)
    interrupt.check()
    export = order.out / "export"
    if not all((export / name).is_file() for name in FILES) or not (order.out / "report.html").is_file():
        finish(order.pack, order.recipe, network, data, order.sources, order.out, order.seed, order.weights)
    return export


def install(export: Path, pack: Pack) -> None:
    """Put the finished model into its pack, the manifest last: it names the others' hash."""
    for name in ("model.onnx", "CARD.md", "model.json"):
        put(export / name, pack.folder / name)


def put(file: Path, place: Path) -> None:
    """Copy `file` to `place` in one step."""
    part = place.with_name(f".{place.name}.part")
    shutil.copyfile(file, part)
    part.replace(place)


def read_data(order: Order) -> Data:
    """All photos of all sources; BadData names a label that the pack does not place, or a split without photos."""
    records = [record for source in order.sources.values() for record in read_index(source)]
    targets = []
    for record in records:
        target = target_index(record.label, order.pack, order.recipe)
        if target is None:
            raise BadData(f"{record.source}: {record.label!r} is no class of {order.pack.name} and none of its rejects")
        targets.append(target)
    for split in ("train", "val"):
        seen = {target for record, target in zip(records, targets, strict=True) if record.split == split}
        if missing := [known.name for i, known in enumerate(order.pack.classes) if i not in seen]:
            raise BadData(f"{split} has no photo of {missing[0]!r} ({len(missing)} classes without one)")
    known = len(order.pack.classes)
    to_cut = [t < known and order.recipe.slice(r.slice).pastes for r, t in zip(records, targets, strict=True)]
    photos = load_photos(order.out / "photos", records, order.sources, to_cut)
    return Data(records, np.array(targets, np.int64), photos)


def trained(order: Order, data: Data) -> Network:
    """The network with the averaged weights; trains it, or goes on with that, if need be."""
    done = order.out / "weights.safetensors"
    lightning.seed_everything(order.seed, verbose=False)
    network = Network(order.pack, order.recipe)
    if not done.is_file():
        backbones.load_weights(network.backbone, order.recipe.backbone, order.weights)
        best = _learnt(order, network, data)
        part = done.with_suffix(".part")
        save_file(best, part)
        part.replace(done)
    network.load_state_dict(load_file(done))
    return channels_last(network).eval()


def _learnt(order: Order, network: Network, data: Data) -> dict[str, Tensor]:
    """The weights: of the heads alone, or of all epoch by epoch."""
    if order.recipe.probe_views:
        return fit_heads(
            order.pack, order.recipe, channels_last(network).eval(), data, order.seed, order.out / "features"
        )
    learner = Learner(order.pack, order.recipe, channels_last(network), data, order.seed)
    return fit(learner, order.out / "checkpoints", progress=order.progress)


def _same_order(order: Order) -> None:
    """A folder belongs to one order; another one would go on from the wrong weights."""
    wanted = {
        "pack": order.pack.name,
        "recipe": order.recipe.model_dump(mode="json", exclude=set(AFTER)),
        "classes": [known.name for known in order.pack.classes],
        "seed": order.seed,
        "data": sorted(order.sources),
        "weights": file_hash(order.weights) if order.weights else None,
    }
    file = order.out / "order.json"
    if not file.is_file():
        file.write_text(json.dumps(wanted, indent=1))
        return
    before: Mapping[str, object] = json.loads(file.read_text())
    if changed := [name for name in wanted if before.get(name) != wanted[name]]:
        raise BadData(f"{order.out} holds another run ({', '.join(changed)} differ); give another --out or remove it")
