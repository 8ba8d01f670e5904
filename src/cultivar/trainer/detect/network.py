"""YOLOX-nano (Ge et al. 2021, arXiv 2107.08430; Megvii, Apache-2.0) with a branch for masks in the manner of YOLACT.

Depthwise CSPDarknet, PAFPN, a head that tells classes, box and objectness apart. Masks are mixed from prototypes at a
quarter of the input's size (Bolya et al. 2019, arXiv 1904.02689), which our own branch makes.
"""

from dataclasses import dataclass
from math import log
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
PROTOTYPE_STRIDE = 4
RARE = 0.01


@dataclass(frozen=True, slots=True)
class Width:
    """Channels of the stem, of the head's towers, and how often the middle stages repeat their bottleneck."""

    stem: int = 16
    tower: int = 64
    repeats: int = 3


WIDTHS = {"yolox_nano": Width(), "tiny": Width(stem=8, tower=24, repeats=1)}


class Conv(nn.Module):
    """Convolution, batch norm, SiLU."""

    def __init__(self, before: int, after: int, size: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, size, stride, (size - 1) // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=1e-3, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(self.bn(self.conv(x)))


def depthwise(before: int, after: int, stride: int = 1) -> nn.Sequential:
    """3×3 on each channel alone, then 1×1 across them."""
    return nn.Sequential(Conv(before, before, 3, stride, groups=before), Conv(before, after))


class Bottleneck(nn.Module):
    def __init__(self, width: int, *, shortcut: bool) -> None:
        super().__init__()
        self.narrow, self.wide, self.shortcut = Conv(width, width), depthwise(width, width), shortcut

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.wide(self.narrow(x))
        return found + x if self.shortcut else found


class Cross(nn.Module):
    """Cross stage partial layer with `repeats` bottlenecks on one of its halves."""

    def __init__(self, before: int, after: int, repeats: int = 1, *, shortcut: bool = False) -> None:
        super().__init__()
        half = after // 2
        self.left, self.right, self.join = Conv(before, half), Conv(before, half), Conv(2 * half, after)
        self.middle = nn.Sequential(*(Bottleneck(half, shortcut=shortcut) for _ in range(repeats)))

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.left(x), self.right(x)
        return cast("Tensor", self.join(torch.cat([self.middle(left), right], 1)))


class Pyramid(nn.Module):
    """Pooling over 5, 9 and 13 pixels beside the features themselves."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.narrow, self.join = Conv(width, width // 2), Conv(width * 2, width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.narrow(x)
        pooled = [functional.max_pool2d(x, size, 1, size // 2) for size in (5, 9, 13)]
        return cast("Tensor", self.join(torch.cat([x, *pooled], 1)))


class Backbone(nn.Module):
    """(n, 3, h, w) of RGB in 0..255 -> features at strides 4, 8, 16, 32 of stem × 2, 4, 8, 16 channels."""

    def __init__(self, width: Width) -> None:
        super().__init__()
        w, r = width.stem, width.repeats
        self.stem = Conv(12, w, 3)
        self.stages = nn.ModuleList(
            [
                nn.Sequential(depthwise(w, 2 * w, 2), Cross(2 * w, 2 * w, 1, shortcut=True)),
                nn.Sequential(depthwise(2 * w, 4 * w, 2), Cross(4 * w, 4 * w, r, shortcut=True)),
                nn.Sequential(depthwise(4 * w, 8 * w, 2), Cross(8 * w, 8 * w, r, shortcut=True)),
                nn.Sequential(depthwise(8 * w, 16 * w, 2), Pyramid(16 * w), Cross(16 * w, 16 * w)),
            ]
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        corners = [images[..., y::2, x::2] for x in (0, 1) for y in (0, 1)]
        x, found = self.stem(torch.cat(corners, 1)), []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


class Neck(nn.Module):
    """Path aggregation: down the pyramid and up again; strides 8, 16, 32."""

    def __init__(self, width: Width) -> None:
        super().__init__()
        p3, p4, p5 = (width.stem * share for share in (4, 8, 16))
        self.lateral, self.down4 = Conv(p5, p4), Cross(2 * p4, p4)
        self.reduce, self.down3 = Conv(p4, p3), Cross(2 * p3, p3)
        self.to4, self.up4 = depthwise(p3, p3, 2), Cross(2 * p3, p4)
        self.to5, self.up5 = depthwise(p4, p4, 2), Cross(2 * p4, p5)

    def forward(self, c3: Tensor, c4: Tensor, c5: Tensor) -> list[Tensor]:
        lateral = self.lateral(c5)
        middle = self.reduce(self.down4(torch.cat([double(lateral), c4], 1)))
        p3 = self.down3(torch.cat([double(middle), c3], 1))
        p4 = self.up4(torch.cat([self.to4(p3), middle], 1))
        return [p3, p4, self.up5(torch.cat([self.to5(p4), lateral], 1))]


def double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


class Tower(nn.Module):
    """One level of the head."""

    def __init__(self, before: int, width: int, classes: int) -> None:
        super().__init__()
        self.stem = Conv(before, width)
        self.class_tower = nn.Sequential(depthwise(width, width), depthwise(width, width))
        self.classes = nn.Conv2d(width, classes, 1)
        self.box_tower = nn.Sequential(depthwise(width, width), depthwise(width, width))
        self.box, self.objectness = nn.Conv2d(width, 4, 1), nn.Conv2d(width, 1, 1)
        for layer in (self.classes, self.objectness):  # at first there is hardly ever anything (Lin et al. 2017)
            nn.init.constant_(cast("Tensor", layer.bias), -log((1 - RARE) / RARE))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 5 + classes, h, w): box, objectness, classes; and the stem's features."""
        x = self.stem(x)
        classes = self.classes(self.class_tower(x))
        tower = self.box_tower(x)
        return torch.cat([self.box(tower), self.objectness(tower), classes], 1), x


class Masks(nn.Module):
    """Prototypes at stride 4, and for each place of each level the weights with which they are mixed."""

    def __init__(self, width: Width, count: int) -> None:
        super().__init__()
        inner = 2 * width.stem
        self.fine, self.coarse = Conv(2 * width.stem, inner), Conv(4 * width.stem, inner)
        self.mix = nn.Sequential(depthwise(inner, inner), depthwise(inner, inner))
        self.prototypes = nn.Conv2d(inner, count, 1)
        tower = width.tower
        self.weights = nn.ModuleList(
            nn.Sequential(depthwise(tower, tower), nn.Conv2d(tower, count, 1)) for _ in STRIDES
        )

    def forward(self, fine: Tensor, coarse: Tensor, stems: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        wide = functional.interpolate(self.coarse(coarse), scale_factor=2.0, mode="bilinear", align_corners=False)
        prototypes = self.prototypes(self.mix(self.fine(fine) + wide))
        return prototypes, [weights(stem) for weights, stem in zip(self.weights, stems, strict=True)]


class Detector(nn.Module):
    """`prototypes` of 0 makes no masks."""

    def __init__(self, name: str, classes: int, prototypes: int) -> None:
        super().__init__()
        width = WIDTHS[name]
        self.backbone, self.neck = Backbone(width), Neck(width)
        self.head = nn.ModuleList(Tower(width.stem * share, width.tower, classes) for share in (4, 8, 16))
        self.masks = Masks(width, prototypes) if prototypes else None
        self.class_count = classes

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """(n, 3, h, w), RGB 0..255, sides multiples of 32 -> (n, anchors, 5 + classes + prototypes), and prototypes.

        Of each anchor: centre's offset in its cell, logarithm of the size in cells, logits, weights of the prototypes;
        these are (n, prototypes, h / 4, w / 4), or None.
        """
        fine, c3, c4, c5 = self.backbone(images)
        levels = self.neck(c3, c4, c5)
        pairs = [tower(level) for tower, level in zip(self.head, levels, strict=True)]
        answers, stems = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        prototypes = None
        if self.masks is not None:
            prototypes, weights = self.masks(fine, levels[0], stems)
            answers = [torch.cat(both, 1) for both in zip(answers, weights, strict=True)]
        return torch.cat([answer.flatten(2) for answer in answers], 2).transpose(1, 2), prototypes


def cells(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Of every anchor of an input of that size: its cell's corner (anchors, 2) in cells, its stride (anchors, 1)."""
    corners, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        corners.append(torch.stack([x.flatten(), y.flatten()], 1).float())
        strides.append(torch.full((corners[-1].shape[0], 1), float(stride)))
    return torch.cat(corners), torch.cat(strides)


def place(raw: Tensor, corners: Tensor, strides: Tensor) -> Tensor:
    """Raw boxes (..., anchors, 4) -> centre x, y, width, height in input pixels."""
    return torch.cat([(raw[..., :2] + corners) * strides, raw[..., 2:4].clamp(max=8).exp() * strides], -1)
