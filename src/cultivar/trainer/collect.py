"""What a trained network says of photos as serving sees them: features and logits, gathered once, used by many."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from cultivar.trainer.network import Network, normalise
from cultivar.trainer.samples import Data, WholeViews

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Views:
    """Row i is photo `places[i]`. `features` (n, width); `logits` by output, (n, labels)."""

    places: NDArray[np.int64]
    features: Floats
    logits: dict[str, Floats]


def collect(network: Network, data: Data, places: NDArray[np.int64], size: int, *, mirror: bool) -> Views:
    """Whole photos at `size`; mirrored, features and logits are the means of both views."""
    network.eval()
    features: list[Floats] = []
    logits: dict[str, list[Floats]] = {}
    loader = DataLoader(WholeViews(data, places, size), 64, num_workers=2)
    with torch.inference_mode():
        for images, _ in loader:
            x = normalise(images).contiguous(memory_format=torch.channels_last)
            both = [network.backbone(x)] + ([network.backbone(x.flip(3))] if mirror else [])
            said = [network.answer(one) for one in both]
            features.append(torch.stack(both).mean(0).numpy())
            for name in said[0]:
                logits.setdefault(name, []).append(torch.stack([one[name] for one in said]).mean(0).numpy())
    return Views(places, np.concatenate(features), {name: np.concatenate(rows) for name, rows in logits.items()})
