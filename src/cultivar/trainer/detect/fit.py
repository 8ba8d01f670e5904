"""The training loop of a detector: Lightning, AdamW, one cycle, a moving average of the weights."""

import logging
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn
from torch.utils.data import DataLoader

from cultivar.trainer import interrupt
from cultivar.trainer.detect.losses import Losses, losses
from cultivar.trainer.detect.network import Detector
from cultivar.trainer.detect.samples import Batch, Pool, Views, together
from cultivar.trainer.fit import Interruptible, averaged, calm, rate_at

log = logging.getLogger(__name__)


class DetectLearner(lightning.LightningModule):
    """Learns `network`; `average` holds the moving average that is exported."""

    def __init__(self, network: Detector, pool: Pool, seed: int) -> None:
        super().__init__()
        self.network, self.pool, self.seed = network, pool, seed
        self.recipe = pool.recipe
        self.average = ModelEmaV3(network, decay=self.recipe.average, use_warmup=True).requires_grad_(False)
        self.still = frozen_parts(network, self.recipe.frozen_stages)
        for part in self.still:
            part.requires_grad_(False)
        self.sums: dict[str, float] = {}

    def configure_optimizers(self) -> Any:
        free = [weight for weight in self.network.parameters() if weight.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [w for w in free if w.ndim > 1]},
            {"params": [w for w in free if w.ndim <= 1], "weight_decay": 0.0},
        ]
        adam = torch.optim.AdamW(groups, lr=self.recipe.learning_rate, weight_decay=self.recipe.weight_decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: rate_at(self.recipe.cycles, step))
        return {"optimizer": adam, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(self.seed * 1000 + self.current_epoch)  # a resumed run goes on as an unbroken one
        self.network.train()
        for part in self.still:
            part.eval()
        self.sums = {}

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        images, targets = batch
        raw, prototypes = self.network(as_input(images))
        stage = self.recipe.stage_at(self.current_epoch)
        found = losses(raw, prototypes, targets, stage.size, self.network.class_count, close=stage.close)
        self._note(found)
        return found.total

    def _note(self, found: Losses) -> None:
        for name in ("box", "objectness", "classes", "mask"):
            self.sums[name] = self.sums.get(name, 0.0) + float(getattr(found, name).detach())

    def on_train_batch_end(self, *_: Any) -> None:
        self.average.update(self.network, step=self.global_step)

    def on_train_epoch_end(self) -> None:
        steps = self.recipe.draws // self.recipe.batch_size
        shown = {name: round(total / steps, 3) for name, total in self.sums.items()}
        if self.trainer.is_global_zero:
            log.info("epoch %d/%d: %s", self.current_epoch + 1, self.recipe.epochs, shown)

    def train_dataloader(self) -> DataLoader[Any]:
        views = Views(self.pool, self.seed, self.current_epoch)
        return DataLoader(
            views,
            self.recipe.batch_size // self.recipe.processes,
            drop_last=True,
            num_workers=1 if self.recipe.processes > 1 else 2,
            prefetch_factor=4,
            collate_fn=together,
            worker_init_fn=calm,
        )


def as_input(images: Tensor) -> Tensor:
    """uint8 (n, h, w, 3) -> float (n, 3, h, w), still 0..255."""
    return images.permute(0, 3, 1, 2).float()


def frozen_parts(network: Detector, stages: int) -> list[nn.Module]:
    """The stem and the first stages of the backbone; nothing for 0."""
    return [network.backbone.stem, *list(network.backbone.stages)[:stages]] if stages else []


def fit(learner: DetectLearner, folder: Path, *, progress: bool) -> dict[str, Tensor]:
    """Train to the end, or go on from `folder`/last.ckpt; the averaged weights."""
    recipe = learner.recipe
    newest = ModelCheckpoint(folder, "last", enable_version_counter=False, save_on_train_epoch_end=True)
    trainer = lightning.Trainer(
        accelerator="auto",
        devices=recipe.processes,
        strategy="ddp_fork" if recipe.processes > 1 else "auto",
        max_epochs=recipe.epochs,
        callbacks=[Interruptible(), newest, *([RichProgressBar()] if progress else [])],
        logger=False,
        enable_progress_bar=progress,
        enable_model_summary=False,
        reload_dataloaders_every_n_epochs=1,
        limit_val_batches=0,
        num_sanity_val_steps=0,
        gradient_clip_val=10.0,
    )
    last = folder / "last.ckpt"
    with interrupt.held():
        trainer.fit(learner, ckpt_path=str(last) if last.is_file() else None, weights_only=False)
    return averaged(last)
