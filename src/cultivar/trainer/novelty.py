"""How unlike anything learnt a photo is: distance to the nearest known class in features of several stages.

The last features of a fine-tuned network keep what tells its classes apart and little else, so a leaf of an unknown
crop lands among the known ones; stages before them keep more of what it looks like. They are standardised, whitened,
and compared with each class by the Mahalanobis distance of one covariance, shrunk towards the identity (Lee et al.
2018). It stands in the exported graph, as the output `novelty`: about 1 for a known photo, more for a strange one.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Floats = NDArray[np.float32]
SHRINK = 0.05


class Novelty(nn.Module):
    """(n, width) stage means -> (n,) scores."""

    mean: Tensor
    project: Tensor
    centres: Tensor

    def __init__(self, mean: Tensor, project: Tensor, centres: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("project", project)
        self.register_buffer("centres", centres)

    def forward(self, stages: Tensor) -> Tensor:
        own = (stages - self.mean) @ self.project
        squares = (own**2).sum(1, keepdim=True) + (self.centres**2).sum(1) - 2 * own @ self.centres.T
        return (squares.amin(1).clamp(min=0) / self.centres.shape[1]).sqrt()


def fit_novelty(stages: Floats, classes: NDArray[np.int64], widths: tuple[int, ...], directions: int) -> Novelty:
    """Learn from the known training photos: their stage means (n, width), the class of each.

    `widths`: of each stage; all stages weigh alike. Takes no more directions than the photos allow.
    """
    rows = torch.from_numpy(stages).double()
    mean = rows.mean(0)
    scale = (rows.std(0) + 1e-6) * torch.cat([torch.full((width,), width**0.5) for width in widths])
    _, spread, axes = torch.linalg.svd((rows - mean) / scale, full_matrices=False)
    count = min(directions, int((spread > spread[0] * 1e-4).sum()))
    whiten = (axes[:count] / (spread[:count, None] / len(rows) ** 0.5)).T / scale[:, None]
    own = (rows - mean) @ whiten
    names, place = np.unique(classes, return_inverse=True)
    centres = torch.stack([own[place == i].mean(0) for i in range(len(names))])
    within = torch.cov((own - centres[place]).T).reshape(count, count)
    shrunk = (1 - SHRINK) * within + SHRINK * within.diagonal().mean().clamp(min=1e-6) * torch.eye(count)
    turn = torch.linalg.cholesky(torch.linalg.inv(shrunk))
    return Novelty(mean.float(), (whiten @ turn).float(), (centres @ turn).float())


def scores_of(novelty: Novelty, stages: Floats) -> NDArray[np.float64]:
    """What the graph will give for these stage means, (n,)."""
    with torch.inference_mode():
        return np.asarray(novelty(torch.from_numpy(stages)).double().numpy())
