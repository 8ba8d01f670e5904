"""Networks that turn a photo into features: any of timm's, or `tiny`, small enough to train in seconds."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import cast

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from cultivar.trainer.errors import BadWeights


class Tiny(nn.Module):
    """Five convolutions, 40 k weights, one 96-wide feature."""

    num_features = 96

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 16, 24, 32, 48, 96)
        self.blocks = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv2d(before, after, 3, stride=2, padding=1, groups=1 if place < 2 else 8, bias=False),
                    nn.Conv2d(after, after, 1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.ReLU6(),
                )
                for place, (before, after) in enumerate(pairwise(widths))
            )
        )

    def forward(self, images: Tensor) -> Tensor:
        return cast("Tensor", self.blocks(images).mean((2, 3)))


class Side(nn.Module):
    """Two backbones side by side: the features of both, one behind the other."""

    def __init__(self, one: nn.Module, other: nn.Module) -> None:
        super().__init__()
        self.one, self.other = one, other
        self.num_features = int(cast("int", one.num_features)) + int(cast("int", other.num_features))

    @property
    def blocks(self) -> nn.Module:
        """The stages of the first, which novelty looks at."""
        return cast("nn.Module", self.one.blocks)

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([self.one(images), self.other(images)], 1)


def build(name: str, *, drop_path: float = 0.0) -> nn.Module:
    """A backbone without weights: (n, 3, h, w) -> (n, `num_features`). `one+other` stand side by side."""
    if name == "tiny":
        return Tiny()
    if "+" in name:
        one, _, other = name.partition("+")
        return Side(build(one, drop_path=drop_path), build(other, drop_path=drop_path))
    try:
        network = timm.create_model(name, num_classes=0, drop_path_rate=drop_path, exportable=True)
    except RuntimeError as error:
        raise BadWeights(f"timm knows no backbone {name!r}") from error
    return network


def with_stages(backbone: nn.Module, images: Tensor, stages: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
    """Features (n, width), and the outputs of these stages averaged over the frame, each (n, width of the stage)."""
    blocks, seen = cast("nn.Sequential", backbone.blocks), list[Tensor]()

    def keep(_module: nn.Module, _images: object, output: Tensor) -> None:
        seen.append(output.mean((2, 3)))

    hooks = [blocks[stage].register_forward_hook(keep) for stage in stages]
    try:
        return cast("Tensor", backbone(images)), seen
    finally:
        for hook in hooks:
            hook.remove()


def load_weights(backbone: nn.Module, name: str, file: Path | None) -> None:
    """Fill `backbone` from a safetensors file, or from timm's own store if there is none.

    Of two side by side one file holds both, their keys behind `one.` and `other.`.
    """
    if name == "tiny":
        return
    if isinstance(backbone, Side) and file is None:
        one, _, other = name.partition("+")
        load_weights(backbone.one, one, None)
        load_weights(backbone.other, other, None)
        return
    state = _from_timm(name) if file is None else _from_file(file)
    own = set(backbone.state_dict())
    missing = own - set(state)
    if missing:
        raise BadWeights(f"{file or 'timm'}: {len(missing)} weights of {name} are missing, first {min(missing)}")
    try:
        backbone.load_state_dict({key: value for key, value in state.items() if key in own})
    except RuntimeError as error:
        raise BadWeights(f"{file or 'timm'}: {error}") from error


def _from_file(file: Path) -> dict[str, Tensor]:
    """Weights as float32; of what an earlier run left, its backbone's.

    An int8 tensor is scaled by its `<key>_scale`, one number per output channel.
    """
    try:
        stored = load_file(file)
    except (OSError, SafetensorError) as error:
        raise BadWeights(f"{file} is no readable safetensors file: {error}") from error
    own = "backbone."  # of a run's weights.safetensors
    if any(key.startswith(own) for key in stored):
        stored = {key.removeprefix(own): value for key, value in stored.items() if key.startswith(own)}
    state = {}
    for key, value in stored.items():
        if key.endswith("_scale"):
            continue
        if value.dtype == torch.int8:
            value = value.float() * stored[f"{key}_scale"].view(-1, *[1] * (value.ndim - 1))  # noqa: PLW2901
        state[key] = value.float() if value.is_floating_point() else value
    return state


def _from_timm(name: str) -> dict[str, Tensor]:
    try:
        return cast("dict[str, Tensor]", timm.create_model(name, pretrained=True, num_classes=0).state_dict())
    except (OSError, RuntimeError) as error:
        raise BadWeights(f"timm has no weights for {name!r} here; name a file with --weights ({error})") from error


def frozen_parts(backbone: nn.Module, blocks: int) -> list[nn.Module]:
    """Stem and first `blocks` stages of a timm backbone; nothing of one that is built otherwise."""
    stem = [getattr(backbone, name) for name in ("conv_stem", "bn1") if hasattr(backbone, name)]
    return [*stem, *list(cast("nn.Sequential", backbone.blocks))[:blocks]] if stem and blocks else []
