"""What a trained network says of photos as serving sees them: stage means and logits, gathered once, used by many."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from cultivar.trainer.backbones import with_stages
from cultivar.trainer.network import Network, normalise
from cultivar.trainer.samples import Data, WholeViews

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Views:
    """Row i is photo `places[i]`. `stages`: each (n, width); `logits` by output, (n, labels)."""

    places: NDArray[np.int64]
    stages: list[Floats]
    logits: dict[str, Floats]


def collect(
    network: Network, data: Data, places: NDArray[np.int64], size: int, *, mirror: bool, shift: int | None = None
) -> Views:
    """Whole photos at `size`; mirrored, all are the means of both views. `shift`: see WholeViews."""
    network.eval()
    stages: list[list[Floats]] = [[] for _ in network.novelty_stages]
    logits: dict[str, list[Floats]] = {}
    loader = DataLoader(WholeViews(data, places, size, shift), 64, num_workers=2)
    with torch.inference_mode():
        for images, _ in loader:
            x = normalise(images).contiguous(memory_format=torch.channels_last)
            views = [x, x.flip(3)] if mirror else [x]
            both = [with_stages(network.backbone, view, network.novelty_stages) for view in views]
            said = [network.answer(features) for features, _ in both]
            for place, rows in enumerate(stages):
                rows.append(torch.stack([means[place] for _, means in both]).mean(0).numpy())
            for name in said[0]:
                logits.setdefault(name, []).append(torch.stack([one[name] for one in said]).mean(0).numpy())
    named = {name: np.concatenate(rows) for name, rows in logits.items()}
    return Views(places, [np.concatenate(rows) for rows in stages], named)
