"""Heads fitted on what a frozen backbone sees: convex, exact, and minutes of work where there are few photos."""

import logging
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from cultivar.packs.schemas import Pack
from cultivar.trainer import interrupt
from cultivar.trainer.augment import augment, whole
from cultivar.trainer.network import Network, class_tables, normalise
from cultivar.trainer.recipe import Recipe
from cultivar.trainer.samples import Data, draws

log = logging.getLogger(__name__)
Floats = NDArray[np.float32]
STEPS = 200


class ProbeViews(Dataset[Tensor]):
    """The training photos: as they are, or in one random view each."""

    def __init__(self, data: Data, recipe: Recipe, seed: int, view: int) -> None:
        self.data, self.recipe, self.seed, self.view = data, recipe, seed, view
        self.places = data.places("train")

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, step: int) -> Tensor:
        place, size = int(self.places[step]), self.recipe.stages[-1].size
        pixels = self.data.photos.pixels(place)
        if self.view == 0:
            return torch.from_numpy(whole(pixels, size).copy())
        rng = np.random.default_rng((self.seed, self.view, place))
        shown = augment(
            pixels,
            size,
            rng,
            smallest_crop=self.recipe.smallest_crop,
            turns=self.recipe.turns,
            strength=self.recipe.light,
        )
        return torch.from_numpy(shown)


def fit_heads(pack: Pack, recipe: Recipe, network: Network, data: Data, seed: int, cache: Path) -> dict[str, Tensor]:
    """The network's weights with fitted heads; the features of each view are kept in `cache`."""
    views = [_features(network, data, recipe, seed, view, cache) for view in range(recipe.probe_views + 1)]
    rows = torch.from_numpy(np.concatenate(views)).float()
    train = data.places("train")
    targets = torch.from_numpy(np.tile(data.targets[train], len(views)))
    weights = torch.from_numpy(np.tile(draws(data, recipe)[train], len(views))).float()
    mean, spread = rows.mean(0), rows.std(0)
    spread = spread.clamp(min=0.01 * float(spread.mean()))  # a feature that hardly varies in train must not rule later
    rows = (rows - mean) / spread
    known = targets < len(pack.classes)
    _set(network.joint, *_fit(rows, targets, weights, network.joint.out_features, recipe.probe_decay), mean, spread)
    for name, table in class_tables(pack).items():
        labels = table.argmax(1)[targets[known]]
        fitted = _fit(rows[known], labels, weights[known], table.shape[1], recipe.probe_decay)
        layer = cast("nn.Linear", network.heads[name])
        _set(layer, *fitted, mean, spread)
        with torch.no_grad():  # the joint adds the heads to its own
            network.joint.weight[: len(table)] -= table @ layer.weight
            network.joint.bias[: len(table)] -= table @ layer.bias
    return {name: value.contiguous() for name, value in network.state_dict().items()}


def _features(network: Network, data: Data, recipe: Recipe, seed: int, view: int, cache: Path) -> Floats:
    file = cache / f"view-{view}.npy"
    if file.is_file():
        return np.asarray(np.load(file))
    cache.mkdir(parents=True, exist_ok=True)
    found = []
    with torch.inference_mode():
        for images in DataLoader(ProbeViews(data, recipe, seed, view), 32):
            interrupt.check()
            x = normalise(images).contiguous(memory_format=torch.channels_last)
            found.append(network.backbone(x).numpy())
    rows = np.concatenate(found)
    part = file.with_suffix(".part.npy")
    np.save(part, rows)
    part.replace(file)
    log.info("view %d of %d: %d photos", view, recipe.probe_views, len(rows))
    return np.asarray(rows)


def _fit(rows: Tensor, targets: Tensor, weights: Tensor, labels: int, decay: float) -> tuple[Tensor, Tensor]:
    """Weight and bias of a multinomial logistic regression: the weighted mean of the loss, and `decay` · |W|² / 2."""
    weight = torch.zeros(labels, rows.shape[1], requires_grad=True)
    bias = torch.zeros(labels, requires_grad=True)
    share = weights / weights.sum()
    solver = torch.optim.LBFGS([weight, bias], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        losses = functional.cross_entropy(rows @ weight.T + bias, targets, reduction="none")
        loss = (losses * share).sum() + decay / 2 * (weight**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(closure)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()


def _set(layer: nn.Linear, weight: Tensor, bias: Tensor, mean: Tensor, spread: Tensor) -> None:
    """Give a linear layer what was fitted on standardised features."""
    with torch.no_grad():
        layer.weight.copy_(weight / spread)
        layer.bias.copy_(bias - (weight / spread) @ mean)
