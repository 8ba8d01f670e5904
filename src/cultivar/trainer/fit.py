"""The training loop: Lightning, AdamW, one cycle, a moving average of the weights, growing photos."""

import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, RichProgressBar
from numpy.random import Generator
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from cultivar.packs.schemas import Pack
from cultivar.trainer import interrupt
from cultivar.trainer.backbones import frozen_parts
from cultivar.trainer.network import Network, class_tables, modules_of, normalise
from cultivar.trainer.recipe import Recipe
from cultivar.trainer.samples import Data, TrainViews, WholeViews, draws, epoch_order
from cultivar.trainer.style import exchanged

log = logging.getLogger(__name__)


class Learner(lightning.LightningModule):
    """Learns `network`; `average` holds the moving average that is validated and exported."""

    def __init__(self, pack: Pack, recipe: Recipe, network: Network, data: Data, seed: int) -> None:
        super().__init__()
        self.network = network
        self.average = ModelEmaV3(network, decay=recipe.average, use_warmup=True)
        self.recipe, self.data, self.seed = recipe, data, seed
        self.tables = class_tables(pack)
        self.kinds = {head.name: head.kind for head in pack.heads}
        weights = draws(data, recipe)
        lengths = [len(epoch_order(weights, seed, epoch)) // recipe.batch_size for epoch in range(recipe.epochs)]
        self.head_steps = sum(lengths[: recipe.head_epochs])
        self.cycles: list[tuple[int, float]] = []
        begin = 0
        for epochs, top in recipe.cycles:
            self.cycles.append((max(1, sum(lengths[begin : begin + epochs])), top))
            begin += epochs
        self.scores: list[tuple[Tensor, Tensor]] = []

    def configure_optimizers(self) -> Any:
        backbone = list(self.network.backbone.parameters())
        known = {id(weight) for weight in backbone}
        heads = [weight for weight in self.network.parameters() if id(weight) not in known]
        rate = self.recipe.learning_rate
        groups = [
            {"params": [w for w in backbone if w.ndim > 1], "lr": rate},
            {"params": [w for w in backbone if w.ndim <= 1], "lr": rate, "weight_decay": 0.0},
            {"params": heads, "lr": rate * self.recipe.head_rate},
        ]
        adam = torch.optim.AdamW(groups, weight_decay=self.recipe.weight_decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(adam, [self._body_rate, self._body_rate, self._rate])
        return {"optimizer": adam, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _rate(self, step: int) -> float:
        return rate_at(self.cycles, step)

    def _body_rate(self, step: int) -> float:
        """The backbone starts when the heads have found their way, and gently."""
        since = step - self.head_steps
        return 0.0 if since < 0 else self._rate(step) * min(1.0, (since + 1) / 60)

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(self.seed * 1000 + self.current_epoch)  # a resumed run goes on as an unbroken one
        body_learns = self.current_epoch >= self.recipe.head_epochs
        self.network.backbone.requires_grad_(body_learns).train(body_learns)
        still = frozen_parts(self.network.backbone, self.recipe.frozen_blocks)
        for part in still:
            part.requires_grad_(False)
        for module in modules_of(still):
            module.eval()

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        images, places = batch
        rng = np.random.default_rng((self.seed, self.current_epoch, 3, batch_idx))
        targets = functional.one_hot(places, self.network.joint.out_features).float()
        x = normalise(images)
        if rng.random() < self.recipe.mix * self.recipe.stage_at(self.current_epoch).strength:
            x, targets = mix(x, targets, rng)
        with exchanged(self.network.backbone, rng, self.recipe.mix_style):
            return self.loss(self.network(x), targets)

    def loss(self, logits: dict[str, Tensor], targets: Tensor) -> Tensor:
        """Cross-entropy of the joint, and a share of each head's; reject photos say nothing to the heads."""
        total = functional.cross_entropy(logits["joint"], targets, label_smoothing=self.recipe.label_smoothing)
        for head, table in self.tables.items():
            wanted = targets[:, : len(table)] @ table
            if self.kinds[head] == "softmax":
                each = -(wanted * logits[head].log_softmax(1)).sum(1)
            else:
                each = functional.binary_cross_entropy_with_logits(logits[head], wanted, reduction="none").sum(1)
                each = each * wanted.sum(1).clamp(max=1)
            total = total + self.recipe.head_loss * each.mean()
        return total

    def on_train_batch_end(self, *_: Any) -> None:
        self.average.update(self.network, step=self.global_step)

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        images, places = batch
        self.scores.append((self.average(normalise(images))["joint"], places))

    def on_validation_epoch_end(self) -> None:
        logits = torch.cat([scores for scores, _ in self.scores])
        places = torch.cat([places for _, places in self.scores]).numpy()
        self.scores.clear()
        targets = torch.from_numpy(self.data.targets[places])
        losses = functional.cross_entropy(logits, targets, reduction="none")
        right = (logits.argmax(1) == targets).float()
        known = self.data.targets[places] < len(next(iter(self.tables.values())))
        names = [self.data.records[i].slice for i in places]
        sources = np.where(known, names, "no class")
        by_source = {str(name): torch.from_numpy(sources == name) for name in sorted(set(sources))}
        shown = {name: round(float(right[where].mean()), 4) for name, where in by_source.items()}
        loss = torch.stack([losses[where].mean() for where in by_source.values()]).mean()  # sources weigh alike
        self.log("val_loss", loss, prog_bar=True)
        log.info("epoch %d/%d: val loss %.4f, right %s", self.current_epoch + 1, self.recipe.epochs, loss, shown)

    def train_dataloader(self) -> DataLoader[Any]:
        views = TrainViews(self.data, self.recipe, self.seed, self.current_epoch)
        return _loader(views, self.recipe.batch_size, drop_last=True)

    def val_dataloader(self) -> DataLoader[Any]:
        places = self.data.places("val")
        return _loader(
            WholeViews(self.data, places, self.recipe.stage_at(self.current_epoch).size), 64, drop_last=False
        )


class KeepEpochs(lightning.Callback):
    """Keeps the checkpoints that the recipe's `mean_of` asks for."""

    def __init__(self, folder: Path, epochs: Sequence[int]) -> None:
        self.folder, self.epochs = folder, epochs

    def on_train_epoch_end(self, trainer: lightning.Trainer, _learner: lightning.LightningModule) -> None:
        if trainer.current_epoch + 1 in self.epochs:
            trainer.save_checkpoint(self.folder / f"epoch-{trainer.current_epoch + 1}.ckpt")


class Interruptible(lightning.Callback):
    """Ends before the next batch when somebody has asked for it."""

    def on_train_batch_start(self, *_: Any) -> None:
        interrupt.check()

    def on_validation_batch_start(self, *_: Any) -> None:
        interrupt.check()


def _loader(views: Any, batch: int, *, drop_last: bool) -> DataLoader[Any]:
    return DataLoader(views, batch, drop_last=drop_last, num_workers=2, prefetch_factor=4, worker_init_fn=calm)


def calm(_worker: int) -> None:
    """Interrupting is the parent's business, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def rate_at(cycles: Sequence[tuple[int, float]], step: int) -> float:
    """Share of the learning rate at a step: in each cycle up in a tenth of its steps, down along a cosine.

    `cycles`: steps of each, and its top (warm restarts, Loshchilov & Hutter 2017). Beyond the last it stays down.
    """
    for steps, top in cycles[:-1]:
        if step < steps:
            return top * _one_cycle(step, steps)
        step -= steps
    steps, top = cycles[-1]
    return top * _one_cycle(step, steps)


def _one_cycle(step: int, steps: int) -> float:
    rise = max(1, steps // 10)
    if step < rise:
        return (step + 1) / rise
    return 0.5 + 0.5 * float(np.cos(np.pi * min(1.0, (step - rise) / max(1, steps - rise)))) + 1e-3


def mix(x: Tensor, targets: Tensor, rng: Generator) -> tuple[Tensor, Tensor]:
    """Mixup (Zhang 2018) or cutmix (Yun 2019) of a batch with itself in another order."""
    other = torch.from_numpy(rng.permutation(len(x)))
    share = float(rng.beta(0.8, 0.8))
    if rng.random() < 0.5:
        share = max(share, 1 - share)
        return x * share + x[other] * (1 - share), targets * share + targets[other] * (1 - share)
    height, width = x.shape[2:]
    h, w = (int(side * np.sqrt(1 - share)) for side in (height, width))
    top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    x = x.clone()
    x[:, :, top : top + h, left : left + w] = x[other, :, top : top + h, left : left + w]
    kept = 1 - h * w / (height * width)
    return x, targets * kept + targets[other] * (1 - kept)


def fit(learner: Learner, folder: Path, *, progress: bool) -> dict[str, Tensor]:
    """Train to the end, or go on from `folder`/last.ckpt; the averaged weights.

    Of the recipe's `mean_of`; without, of the last epoch, where the learning rate has come to rest; stopped early, of
    the one with the best val loss.
    """
    recipe = learner.recipe
    best = ModelCheckpoint(folder, "best", monitor="val_loss", enable_version_counter=False)
    newest = ModelCheckpoint(folder, "last", enable_version_counter=False)
    stop = EarlyStopping("val_loss", patience=recipe.patience)
    bars = [RichProgressBar()] if progress else []
    trainer = lightning.Trainer(
        accelerator="auto",
        devices=1,
        max_epochs=recipe.last_epoch,
        callbacks=[Interruptible(), KeepEpochs(folder, recipe.mean_of), stop, *bars, best, newest],
        logger=False,
        enable_progress_bar=progress,
        enable_model_summary=False,
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=2.0,
        deterministic=True,
    )
    last = folder / "last.ckpt"
    with interrupt.held():
        trainer.fit(learner, ckpt_path=str(last) if last.is_file() else None, weights_only=False)
    kept = [folder / f"epoch-{epoch}.ckpt" for epoch in recipe.mean_of]
    whole = folder / ("best.ckpt" if stop.stopped_epoch else "last.ckpt")
    chosen = kept if kept and not stop.stopped_epoch else [whole]
    return mean_of([averaged(file) for file in chosen])


def mean_of(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each weight; counters keep the first state's value."""
    first = states[0]
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in first.items()
    }


def averaged(file: Path) -> dict[str, Tensor]:
    """The moving average in a checkpoint."""
    found = torch.load(file, map_location="cpu", weights_only=False)["state_dict"]
    prefix = "average.module."
    return {name.removeprefix(prefix): value.contiguous() for name, value in found.items() if name.startswith(prefix)}
