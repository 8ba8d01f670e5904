"""How unlike anything learnt a photo is: distance to the nearest known photos in the network's own features.

Features are centred, projected on the main directions of the known photos and whitened there, then compared by the
mean cosine of the k nearest (Sun et al. 2022, nearest neighbours on features; whitening as in Mahalanobis scores,
Lee et al. 2018). It stands in the exported graph, as the output `novelty`; 0 is well known, about 1 is strange.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Floats = NDArray[np.float32]


class Novelty(nn.Module):
    """(n, width) features and (n, labels) joint logits -> (n,) scores."""

    mean: Tensor
    project: Tensor
    bank: Tensor

    def __init__(self, mean: Tensor, project: Tensor, bank: Tensor, neighbours: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("project", project)
        self.register_buffer("bank", bank)
        self.neighbours = neighbours

    def forward(self, features: Tensor, joint: Tensor) -> Tensor:
        near = functional.normalize((features - self.mean) @ self.project) @ self.bank.T
        return 1 - near.topk(self.neighbours, dim=1).values.mean(1)


def fit_novelty(features: Floats, directions: int, neighbours: int) -> Novelty:
    """Learn centre, directions and bank from the features (n, width) of the known training photos.

    Shrinks to what the photos allow: no more directions than photos or features, no more neighbours than photos.
    """
    rows = torch.from_numpy(features).double()
    mean = rows.mean(0)
    _, spread, axes = torch.linalg.svd(rows - mean, full_matrices=False)
    count = min(directions, int((spread > spread[0] * 1e-6).sum()))
    scale = spread[:count] / len(rows) ** 0.5
    project = (axes[:count] / scale[:, None]).T.contiguous()
    bank = functional.normalize((rows - mean) @ project)
    return Novelty(mean.float(), project.float(), bank.float(), min(neighbours, len(rows)))


def scores_of(novelty: Novelty, features: Floats, joint: Floats) -> NDArray[np.float64]:
    """What the graph will give for these features and joint logits, (n,)."""
    with torch.inference_mode():
        return np.asarray(novelty(torch.from_numpy(features), torch.from_numpy(joint)).double().numpy())
