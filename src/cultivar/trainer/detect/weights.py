"""Starts a detector from the YOLOX-nano that was trained on COCO, out of its ONNX export.

The export has folded each batch norm into its convolution. They are made anew so that the network says the same, and
so that the statistics of its batches are those that it expects: mean and variance of each channel, seen on photos.
"""

from pathlib import Path
from typing import cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from cultivar.trainer.detect.network import Conv, Detector
from cultivar.trainer.errors import BadWeights

COCO = 80
Array = NDArray[np.float32]


def load_coco(network: Detector, file: Path, like: int) -> None:
    """Fill all of `network` but its mask branch; every class begins as COCO's class number `like`.

    Raises BadWeights if the file's convolutions are not those of the network, in the order of a forward pass.
    """
    convolutions = _convolutions(network)
    stored = _stored(file)
    if len(stored) != len(convolutions):
        raise BadWeights(f"{file} has {len(stored)} convolutions, the network {len(convolutions)}")
    last = {id(tower.classes) for tower in network.head}
    for module, (weight, bias) in zip(convolutions, stored, strict=True):
        convolution = module.conv if isinstance(module, Conv) else module
        if id(module) in last and weight.shape[0] == COCO:
            weight, bias = (np.repeat(part[like : like + 1], network.class_count, 0) for part in (weight, bias))  # noqa: PLW2901
        if weight.shape != tuple(convolution.weight.shape):
            due = tuple(convolution.weight.shape)
            raise BadWeights(f"{file}: a convolution of shape {weight.shape} where {due} is due")
        _fill(module, torch.from_numpy(weight.copy()), torch.from_numpy(bias.copy()))
    stem = network.backbone.stem.conv.weight
    with torch.no_grad():  # it was trained on BGR; each group of three input channels is one pixel of a 2×2 block
        stem.copy_(stem.view(-1, 4, 3, 3, 3).flip(2).reshape(stem.shape))


def _convolutions(network: Detector) -> list[Conv | nn.Conv2d]:
    """Convolutions outside the mask branch, in the order in which they work."""
    found: list[Conv | nn.Conv2d] = []
    within = {id(part) for part in network.masks.modules()} if network.masks else set()
    inner = {id(module.conv) for module in network.modules() if isinstance(module, Conv)}

    def note(module: nn.Module, *_: object) -> None:
        found.append(cast("Conv | nn.Conv2d", module))

    leaves = [m for m in network.modules() if isinstance(m, Conv | nn.Conv2d) and id(m) not in inner | within]
    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, 64, 64))
    for hook in hooks:
        hook.remove()
    return found


def _stored(file: Path) -> list[tuple[Array, Array]]:
    """Weight and bias of each convolution, in the order of the graph."""
    try:
        onnx.checker.check_model(str(file))
        graph = onnx.load(file).graph
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise BadWeights(f"{file} is no readable ONNX file: {error}") from error
    numbers = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:  # a cast follows what is stored as float16, an identity what is stored once for several
        if node.op_type in ("Cast", "Identity") and node.input[0] in numbers:
            numbers[node.output[0]] = numbers[node.input[0]]
    return [
        (numbers[node.input[1]].astype(np.float32), numbers[node.input[2]].astype(np.float32))
        for node in graph.node
        if node.op_type == "Conv"
    ]


def _fill(module: Conv | nn.Conv2d, weight: Tensor, bias: Tensor) -> None:
    with torch.no_grad():
        if isinstance(module, Conv):
            module.conv.weight.copy_(weight)
            mean, variance = statistics(module.bn)
            mean.zero_()
            variance.fill_(1 - module.bn.eps)
            module.bn.weight.fill_(1)
            module.bn.bias.copy_(bias)
        else:
            module.weight.copy_(weight)
            cast("Tensor", module.bias).copy_(bias)


def statistics(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Its running mean and variance, which ours always have."""
    return cast("Tensor", norm.running_mean), cast("Tensor", norm.running_var)


def restore_norms(network: Detector, images: Tensor) -> None:
    """Give every batch norm outside the mask branch the statistics of `images`; in eval mode nothing changes."""
    sums: dict[nn.BatchNorm2d, list[Tensor]] = {}
    inside = set(network.masks.modules()) if network.masks else set()
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m not in inside]

    def note(norm: nn.Module, given: tuple[Tensor, ...], _: object) -> None:
        x = given[0].double()
        each = torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))])
        sums.setdefault(norm, []).append(each)  # type: ignore[arg-type]

    hooks = [norm.register_forward_hook(note) for norm in norms]
    with torch.no_grad():
        for batch in torch.split(images, 8):
            network.eval()(batch)
        for hook in hooks:
            hook.remove()
        for norm, each in sums.items():
            mean, square = torch.stack(each).mean(0)
            variance = (square - mean.square()).clamp(min=1e-6)
            scale = (variance + norm.eps).sqrt()
            norm.bias.copy_(norm.bias + mean.float())
            norm.weight.copy_(scale.float())
            for known, new in zip(statistics(norm), (mean, variance), strict=True):
                known.copy_(new.float())
