"""One backbone, a linear layer per head, and the joint: logits over whole classes, then over the reject slots."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cultivar.packs.schemas import Pack
from cultivar.trainer import backbones
from cultivar.trainer.recipe import Recipe


class Network(nn.Module):
    """`joint[c] = own[c] + Σ head[label of c]`, so that rare classes borrow from their plant and their condition."""

    def __init__(self, pack: Pack, recipe: Recipe) -> None:
        super().__init__()
        self.backbone = backbones.build(recipe.backbone, drop_path=recipe.drop_path)
        self.novelty_stages = recipe.novelty_stages
        width = int(self.backbone.num_features)  # type: ignore[arg-type]  # every backbone has it
        self.drop = nn.Dropout(recipe.drop_rate)
        self.joint = nn.Linear(width, len(pack.classes) + len(recipe.slots))
        self.heads = nn.ModuleDict({h.name: nn.Linear(width, len(pack.head_labels(h.name))) for h in pack.heads})
        for name, table in class_tables(pack).items():
            self.register_buffer(f"of_{name}", table, persistent=False)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Normalised (n, 3, h, w) -> `joint` and every head by name."""
        return self.answer(self.backbone(images))

    def answer(self, features: Tensor) -> dict[str, Tensor]:
        """Features (n, width) -> logits."""
        features = self.drop(features)
        heads = {name: layer(features) for name, layer in self.heads.items()}
        joint = self.joint(features)
        shared = sum(heads[name] @ getattr(self, f"of_{name}").T for name in heads)
        pad = torch.zeros_like(joint[:, : joint.shape[1] - shared.shape[1]])
        return {**heads, "joint": joint + torch.cat([shared, pad], 1)}


def class_tables(pack: Pack) -> dict[str, Tensor]:
    """For each head (classes, labels): 1 where the class has the label."""
    tables = {}
    for head in pack.heads:
        labels = pack.head_labels(head.name)
        table = torch.zeros(len(pack.classes), len(labels))
        for row, known in enumerate(pack.classes):
            table[row, labels.index(known.labels[head.name])] = 1
        tables[head.name] = table
    return tables


def normalise(images: Tensor) -> Tensor:
    """uint8 (n, h, w, 3) -> float (n, 3, h, w) in -1..1."""
    return images.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def channels_last(network: Network) -> Network:
    """In place: the memory layout in which convolutions on a CPU are fastest."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def modules_of(parts: Sequence[nn.Module]) -> list[nn.Module]:
    return [module for part in parts for module in part.modules()]
