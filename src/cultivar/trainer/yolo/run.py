"""A training run of Ultralytics in a folder of ours; what it ends with is imported like anybody's checkpoint.

- ultralytics/weights/last.pt after each epoch, best.pt at the end
- export/: model.onnx, model.json, CARD.md, which go into the pack
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cultivar.trainer.detect.finish import describe_data, describe_training
from cultivar.trainer.detect.order import DetectOrder
from cultivar.trainer.detect.run import read_pool, same_order
from cultivar.trainer.errors import BadRecipe, BadWeights, ImportRefused
from cultivar.trainer.importing.checkpoint import Checkpoint, read_checkpoint
from cultivar.trainer.importing.order import Order
from cultivar.trainer.importing.run import bring
from cultivar.trainer.importing.yolo import LICENCE, filled, labels_in, workshop
from cultivar.trainer.yolo.dataset import write_dataset
from cultivar.vision.manifest import Manifest

DONE: Final = "figures.txt"


@dataclass(frozen=True)
class YoloOrder:
    """`architecture`: a name of Ultralytics'. The recipe's stages say for how long, and at which size at the end."""

    order: DetectOrder
    architecture: str

    @property
    def size(self) -> int:
        return self.order.recipe.stages[-1].size


def run(asked: YoloOrder) -> Path:
    """Do what is missing; the folder with the finished model. Raises ExtraMissing, BadRecipe, BadData, BadWeights."""
    order, masks = asked.order, "-seg" in asked.architecture
    if order.finder or masks != (order.pack.task == "segment"):
        wanted = "a finder stays ours" if order.finder else f"the pack is to {order.pack.task}"
        raise BadRecipe(f"{asked.architecture} cannot be trained here: {wanted}")
    out = order.out.resolve()
    order.out.mkdir(parents=True, exist_ok=True)
    same_order(order)
    pool, given = read_pool(order), read_checkpoint(order.weights) if order.weights else None
    if not (out / DONE).is_file():
        with workshop(verbose=order.progress) as folder:
            data = write_dataset(folder / "data", pool, order.classes, masks=masks)
            figures = trained(asked, data, out, given)
        (out / DONE).write_text("".join(f"{name} {value}\n" for name, value in figures.items()))
    told = dict(line.rsplit(" ", 1) for line in (out / DONE).read_text().splitlines())
    made = bring(
        Order(
            out / "ultralytics" / "weights" / "best.pt",
            order.pack,
            out / "export",
            version=order.recipe.version,
            trust=True,
            labels=order.classes,
            architecture=asked.architecture,
            size=asked.size,
            licence=LICENCE,
        )
    )
    _describe(out / "export", order, made, {name: float(value) for name, value in told.items()}, pool)
    return order.out / "export"


def trained(asked: YoloOrder, data: Path, out: Path, given: Checkpoint | None) -> dict[str, float]:
    """Train, or go on after an interruption; Ultralytics' own figures on val."""
    from ultralytics import YOLO  # noqa: PLC0415  an extra

    order, last = asked.order, out / "ultralytics" / "weights" / "last.pt"
    again = last.is_file()
    whole = YOLO(str(last) if again else f"{asked.architecture}.yaml", verbose=False)
    if given and not again:
        start(whole, asked, given)
    figures: Any = whole.train(
        data=str(data),
        epochs=order.recipe.epochs,
        imgsz=asked.size,
        batch=order.recipe.batch_size,
        seed=order.seed,
        project=str(out),
        name="ultralytics",
        exist_ok=True,
        resume=again,
        workers=0,
        plots=False,
        verbose=order.progress,
    )
    return {str(name): float(value) for name, value in figures.results_dict.items() if np.isfinite(value)}


def start(whole: Any, asked: YoloOrder, given: Checkpoint) -> None:
    """Begin from these weights; what tells other labels apart, Ultralytics begins anew."""
    try:
        made = filled(asked.architecture, given, labels_in(given))
    except ImportRefused as error:
        raise BadWeights(error.detail) from error
    made.names = dict(enumerate(given.names or map(str, range(labels_in(given)))))
    made.task = whole.task
    whole.model, whole.ckpt = made.train(), {"model": made}


def _describe(folder: Path, order: DetectOrder, made: Manifest, figures: dict[str, float], pool: Any) -> None:
    told = made.model_copy(
        update={
            "data": describe_data(order, pool),
            "training": made.training | describe_training(order, float(str(made.metrics["parity"]))),
            "metrics": made.metrics | {"ultralytics": figures},
            "view_side": order.recipe.view_side if order.pack.task == "segment" else 0,
        }
    )
    (folder / "model.json").write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
