"""From trained weights to a detector that can serve: export, check, calibrate, measure, report."""

import json
import logging
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cultivar.trainer.detect.drawn import draw_scene
from cultivar.trainer.detect.export import OUTPUT, PROTOTYPES, ServedDetector, check_parity, export
from cultivar.trainer.detect.figures import metrics, reference
from cultivar.trainer.detect.measure import Looker, MaskFit, Seen, drawn_masks, measure
from cultivar.trainer.detect.network import STRIDES, Detector
from cultivar.trainer.detect.order import DetectOrder
from cultivar.trainer.detect.report import write_card, write_report
from cultivar.trainer.detect.samples import Pool
from cultivar.trainer.detect.scene import Scene
from cultivar.trainer.detect.settle import best_confidence, calibrate, outcomes
from cultivar.trainer.detect.views import letterbox
from cultivar.trainer.export import round_weights
from cultivar.trainer.format import index_hash
from cultivar.trainer.manifest_file import LIBRARIES, file_hash
from cultivar.vision.manifest import Boxes, ClassLabel, Finder, Input, Manifest

log = logging.getLogger(__name__)
PARITY_PHOTOS = 16
DRAWN, DRAWN_SIDE, DRAWN_SEED = 40, 480, 9001


def finish(order: DetectOrder, network: Detector, pool: Pool) -> None:
    """Leave `export`/ and report.html in the run's folder. Raises ExportRefused if ONNX and torch do not agree."""
    folder, size = order.out / "export", order.recipe.serve_size
    folder.mkdir(parents=True, exist_ok=True)
    round_weights(network)
    served = ServedDetector(network)
    export(served, size, folder / order.file)
    parity = check_parity(served, folder / order.file, _sample(pool))
    log.info("torch and ONNX differ by at most %.1e", parity)
    taken = Input(width=size, height=size, resize="letterbox", interpolation="bilinear")
    looker, seen = settled(order, pool, Looker(folder / order.file, taken, bare(order)))
    about = {"data": describe_data(order, pool), "training": describe_training(order, parity)}
    figures = measured(order, looker, seen)
    if order.finder:
        _write_finder(order, looker, {**about, "metrics": figures})
    else:
        histograms = reference(seen, order.classes, order.min_confidence)
        _write_model(order, manifest(order, looker, about, figures, histograms))
    write_report(order.out / "report.html", order, looker, seen, figures, parity)


def _sample(pool: Pool) -> list[NDArray[np.uint8]]:
    """Val photos, spread over all of them, as the network takes them."""
    places = pool.places("val")
    chosen = places[:: max(1, len(places) // PARITY_PHOTOS)]
    return [letterbox(pool.store.scene(int(place)).pixels, pool.recipe.serve_size)[0] for place in chosen]


def bare(order: DetectOrder) -> Boxes:
    """Without calibration."""
    return Boxes(
        layout="yolox",
        output=OUTPUT,
        prototypes=PROTOTYPES if order.recipe.prototypes else None,
        labels=order.classes,
        strides=STRIDES,
        min_confidence=order.min_confidence,
        iou_threshold=order.iou_threshold,
    )


def settled(order: DetectOrder, pool: Pool, looker: Looker) -> tuple[Looker, list[Seen]]:
    """Calibrated on val, and what it then says of val."""
    val = [photo for photo in pool.photos if photo.record.split == "val"]

    def ask(one: Looker) -> list[Seen]:
        return measure(one, val, lambda photo: order.sources[photo.record.source].read(photo.record.path))

    found = calibrate(*outcomes([one.judged for one in ask(looker)], len(order.classes)))
    log.info("calibration: temperature %.3f, bias %.3f", found.temperature, found.bias)
    boxes = looker.boxes.model_copy(update={"temperature": found.temperature, "bias": found.bias})
    calibrated = looker.with_boxes(boxes)
    return calibrated, ask(calibrated)


def measured(order: DetectOrder, looker: Looker, seen: list[Seen]) -> dict[str, object]:
    """All figures of val, and of drawn things if masks are made."""
    recipe = order.recipe
    drawn: dict[str, MaskFit] = {}
    if recipe.prototypes and recipe.drawn:
        for name, bunch in (("apart", False), ("in bunches", True)):
            drawn[name] = drawn_masks(looker, test_drawings(bunch=bunch), order.min_confidence)
    figures = metrics(seen, order.classes, recipe.groups, order.min_confidence, order.iou_threshold, drawn)
    figures["best_confidence"] = best_confidence([one.judged for one in seen], len(order.classes))
    log.info("val: %s", {name: figures[name] for name in ("classes", "shown", "best_confidence")})
    return figures


def test_drawings(*, bunch: bool) -> list[Scene]:
    """Scenes with forty bananas that no training has seen, in bunches or not."""
    found: list[Scene] = []
    while sum(len(scene.boxes) for scene in found) < DRAWN:
        found.append(draw_scene(DRAWN_SIDE, np.random.default_rng((DRAWN_SEED, len(found))), bunch=bunch))
    return found


def describe_data(order: DetectOrder, pool: Pool) -> dict[str, object]:
    """Each source: the hash of its index, its photos and boxes by split."""
    photos = Counter((photo.record.source, photo.record.split) for photo in pool.photos)
    boxes: Counter[tuple[str, str]] = Counter()
    for photo in pool.photos:
        boxes[photo.record.source, photo.record.split] += len(photo.boxes)
    return {
        name: {
            "index_sha256": index_hash(source),
            **{split: photos[name, split] for split in ("train", "val")},
            **{f"{split}_boxes": boxes[name, split] for split in ("train", "val")},
        }
        for name, source in order.sources.items()
    }


def describe_training(order: DetectOrder, parity: float) -> dict[str, object]:
    weights = order.weights
    return {
        "recipe": order.recipe.model_dump(mode="json"),
        "seed": order.seed,
        "weights": {"file": weights.name, "sha256": file_hash(weights)} if weights else None,
        "libraries": {name: version(name) for name in (*LIBRARIES, "opencv-python-headless")},
        "parity": parity,
    }


def manifest(
    order: DetectOrder,
    looker: Looker,
    about: dict[str, dict[str, object]],
    figures: dict[str, object],
    histograms: dict[str, object],
) -> Manifest:
    file = order.out / "export" / order.file
    return Manifest(
        pack=order.pack.name,
        version=order.recipe.version,
        task="segment" if order.recipe.prototypes else "detect",
        file=file.name,
        sha256=file_hash(file),
        size_bytes=file.stat().st_size,
        input=looker.taken,
        classes=tuple(ClassLabel(name=name, labels={}) for name in order.classes),
        boxes=looker.boxes,
        view_side=order.recipe.view_side,
        licence=order.recipe.licence,
        data=about["data"],
        training=about["training"],
        metrics=figures,
        reference=histograms,
    )


def _write_model(order: DetectOrder, made: Manifest) -> None:
    folder = order.out / "export"
    write_card(folder / "CARD.md", f"{made.pack} {made.version}", order, made.size_bytes, made.metrics, made.data)
    (folder / "model.json").write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _write_finder(order: DetectOrder, looker: Looker, about: dict[str, object]) -> None:
    folder: Path = order.out / "export"
    file = folder / order.file
    size = file.stat().st_size
    made = Finder(file=file.name, sha256=file_hash(file), size_bytes=size, input=looker.taken, boxes=looker.boxes)
    title = f"{order.pack.name}: finder {order.recipe.version}"
    write_card(folder / "FINDER.md", title, order, size, about["metrics"], about["data"])
    content = {"finder": made.model_dump(mode="json"), "view_side": order.recipe.view_side, "about": about}
    (folder / "finder.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
