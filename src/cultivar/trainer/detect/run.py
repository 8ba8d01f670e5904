"""A detector's training run: a folder in which each stage leaves its result, as a classifier's.

- store/: all pictures decoded, outlined and drawn, a cache
- checkpoints/last.ckpt after each epoch
- weights.safetensors: the averaged weights; training is done
- export/: model.onnx, model.json, CARD.md, which go into the pack; of a finder finder.onnx, finder.json, FINDER.md
- report.html
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import lightning
import torch
from safetensors.torch import load_file, save_file

from cultivar.trainer import interrupt
from cultivar.trainer.detect.boxes import read_boxes
from cultivar.trainer.detect.drawn import STAGES
from cultivar.trainer.detect.finish import finish
from cultivar.trainer.detect.fit import DetectLearner, as_input, fit
from cultivar.trainer.detect.network import Detector
from cultivar.trainer.detect.order import DetectOrder
from cultivar.trainer.detect.recipe import AFTER, DetectRecipe
from cultivar.trainer.detect.samples import Pool, WholeViews
from cultivar.trainer.detect.store import open_store
from cultivar.trainer.detect.weights import load_coco, restore_norms
from cultivar.trainer.errors import BadData, BadRecipe, BadWeights
from cultivar.trainer.finder import with_finder
from cultivar.trainer.format import read_index
from cultivar.trainer.manifest_file import file_hash
from cultivar.trainer.run import put
from cultivar.vision.manifest import read_manifest

NORM_PHOTOS = 96


def run(order: DetectOrder) -> Path:
    """Do what is missing; the folder with the finished model."""
    order.out.mkdir(parents=True, exist_ok=True)
    same_order(order)
    pool = read_pool(order)
    network = trained(order, pool)
    interrupt.check()
    export = order.out / "export"
    if not all((export / name).is_file() for name in files(order)) or not (order.out / "report.html").is_file():
        finish(order, network, pool)
    return export


def files(order: DetectOrder) -> tuple[str, ...]:
    """What goes into the pack; the last names the others."""
    return ("finder.onnx", "FINDER.md", "finder.json") if order.finder else ("model.onnx", "CARD.md", "model.json")


def install(order: DetectOrder) -> None:
    """Put the finished model into its pack; of a finder also into the manifest that stands there."""
    folder = order.pack.folder
    for name in files(order):
        put(order.out / "export" / name, folder / name)
    manifest = folder / "model.json"
    if order.finder and manifest.is_file():
        part = folder / ".model.json.part"
        part.write_text(with_finder(read_manifest(manifest), folder).model_dump_json(indent=1) + "\n", encoding="utf-8")
        part.replace(manifest)


def read_pool(order: DetectOrder) -> Pool:
    """All photos of all sources; BadData names a class without a box in train or val."""
    records = [record for source in order.sources.values() for record in read_index(source)]
    photos = read_boxes(records, order.sources, order.recipe, order.classes)
    for split in ("train", "val"):
        seen = {int(number) for photo in photos if photo.record.split == split for number in photo.classes}
        if missing := [name for number, name in enumerate(order.classes) if number not in seen]:
            raise BadData(f"{split} has no box of {missing[0]!r} ({len(missing)} classes without one)")
    stages = drawn_classes(order.recipe, order.classes)
    store = open_store(order.out / "store", photos, order.sources, order.recipe, order.seed)
    return Pool(photos, store, order.recipe, stages)


def drawn_classes(recipe: DetectRecipe, classes: Sequence[str]) -> tuple[int, ...]:
    """The numbers of the classes that drawn stages are read as; BadRecipe if scenes are drawn and these not named."""
    if recipe.drawn and (len(recipe.drawn_as) != STAGES or not set(recipe.drawn_as) <= set(classes)):
        raise BadRecipe(f"training.drawn_as must name {STAGES} classes, of dark green, light green, yellow and brown")
    return tuple(classes.index(name) for name in recipe.drawn_as)


def trained(order: DetectOrder, pool: Pool) -> Detector:
    """The network with the averaged weights; trains it, or goes on with that, if need be."""
    done = order.out / "weights.safetensors"
    lightning.seed_everything(order.seed, verbose=False)
    network = Detector(order.recipe.network, len(order.classes), order.recipe.prototypes)
    if not done.is_file():
        _start(network, order, pool)
        best = fit(DetectLearner(network, pool, order.seed), order.out / "checkpoints", progress=order.progress)
        part = done.with_suffix(".part")
        save_file(best, part)
        part.replace(done)
    network.load_state_dict(load_file(done))
    return network.eval()


def _start(network: Detector, order: DetectOrder, pool: Pool) -> None:
    """Pretrained weights, where there are any for this network."""
    if order.recipe.network != "yolox_nano":
        return
    if order.weights is None:
        raise BadWeights("yolox_nano starts from its COCO weights; name their ONNX file with --weights")
    load_coco(network, order.weights, order.recipe.like)
    places = pool.places("train")
    views = WholeViews(pool.store, places[:: max(1, len(places) // NORM_PHOTOS)], order.recipe.serve_size)
    restore_norms(network, as_input(torch.stack([views[i][0] for i in range(len(views))])))


def same_order(order: DetectOrder) -> None:
    """A folder belongs to one order; another one would go on from the wrong weights."""
    wanted = {
        "pack": order.pack.name,
        "file": order.file,
        "recipe": order.recipe.model_dump(mode="json", exclude=set(AFTER)),
        "classes": list(order.classes),
        "seed": order.seed,
        "data": sorted(order.sources),
        "weights": file_hash(order.weights) if order.weights else None,
    }
    file = order.out / "order.json"
    if not file.is_file():
        order.out.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(wanted, indent=1))
        return
    before: Mapping[str, object] = json.loads(file.read_text())
    if changed := [name for name in wanted if before.get(name) != wanted[name]]:
        raise BadData(f"{order.out} holds another run ({', '.join(changed)} differ); give another --out or remove it")
