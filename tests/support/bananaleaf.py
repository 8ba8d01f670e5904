"""Banana leaves drawn by code, with exact masks of the leaf and of its dead parts.

They have a midrib, veins, shade and yellow halos; the grounds are of several kinds, the light of several colours. The
same seed and wishes give the same pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
GROUNDS = {
    "paper": (232, 230, 224),
    "grey": (128, 128, 130),
    "blue": (70, 96, 150),
    "wood": (150, 118, 84),
    "soil": (104, 78, 58),
    "black": (22, 22, 24),
}
DEAD = ((62, 42, 28), (92, 62, 38), (120, 84, 52), (40, 32, 28), (150, 118, 82))
OVER = 3


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLeaf:
    """RGB uint8 (height, width, 3), masks of the same size; `share`: dead over leaf, exact."""

    pixels: NDArray[np.uint8]
    leaf: Mask
    dead: Mask
    share: float


def banana_leaf(
    seed: int,
    share: float = 0.1,
    *,
    size: tuple[int, int] = (640, 480),
    ground: str | None = None,
    halo: bool = True,
    zoom: float = 1.0,
    shadow: bool = False,
) -> DrawnLeaf:
    """A leaf of which about `share` is dead; `zoom` above about 1.3 makes it reach beyond the picture."""
    rng = np.random.default_rng(seed)
    width, height = size[0] * OVER // 2, size[1] * OVER // 2
    place = _placing(rng, width, height, zoom)
    leaf = _filled((width, height), [place(_outline(rng))])
    spots = _spots(rng, share, place, leaf)
    dead = _filled((width, height), spots) * leaf
    blade = _blade(rng, (width, height), place)
    if halo and spots:
        ring = np.maximum(_soft(_filled((width, height), spots, grow=height / 160), height / 200) - dead, 0)
        blade = _mixed(blade, (206, 186, 62), 0.85 * ring)
    tone = np.array(DEAD[rng.integers(len(DEAD))], np.float32)
    texture = 1 + 0.12 * _clouds(rng, (width, height), 60)[..., None]
    blade = _mixed(blade, tone * texture, dead)
    if rng.random() < 0.5:
        blade = _mixed(blade, (176, 168, 156), _filled((width, height), spots, grow=-height / 70))
    scene = _ground(rng, (width, height), ground)
    cast = _soft(np.roll(leaf, (height // 60, width // 80), (0, 1)), height / 60)
    scene = scene * (1 - 0.35 * cast[..., None] * (1 - leaf[..., None]))
    picture = _mixed(scene, blade, leaf)
    if shadow:
        x = np.linspace(-1, 1, width, dtype=np.float32)
        picture = picture * (0.55 + 0.45 / (1 + np.exp(-12 * (x - rng.uniform(-0.3, 0.3)))))[None, :, None]
    lit = picture * rng.uniform(0.85, 1.1) * (1 + rng.normal(0, 0.035, 3).astype(np.float32))
    small = Image.fromarray(lit.clip(0, 255).astype(np.uint8)).resize(size, Image.Resampling.BOX)
    grain = np.asarray(small) + rng.normal(0, 3, (size[1], size[0], 3))
    masks = [np.asarray(_image(part).resize(size, Image.Resampling.BOX)) > 127 for part in (leaf, dead)]
    return DrawnLeaf(grain.clip(0, 255).astype(np.uint8), masks[0], masks[1], float(dead.sum() / leaf.sum()))


class _Placing:
    """Leaf coordinates (along -1..1, across -1..1) to pixels."""

    def __init__(self, centre: Floats, spin: Floats) -> None:
        self.centre, self.spin = centre, spin

    def __call__(self, points: Floats) -> Floats:
        return np.asarray(points @ self.spin + self.centre, np.float32)

    def back(self, width: int, height: int) -> tuple[Floats, Floats]:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        flat = (np.stack([x, y], -1) - self.centre) @ np.linalg.inv(self.spin)
        return flat[..., 0], flat[..., 1]


def _placing(rng: np.random.Generator, width: int, height: int, zoom: float) -> _Placing:
    turn = rng.normal(0, 0.25)
    length, girth = 0.43 * width * zoom, rng.uniform(0.2, 0.32) * height * zoom
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * [[length], [girth]]
    return _Placing(np.array((width, height)) / 2 + rng.normal(0, 4, 2), spin)


def _outline(rng: np.random.Generator) -> Floats:
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    across = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** 0.8 * (1 + 0.03 * np.sin(rng.integers(5, 12) * t))
    return np.column_stack([np.cos(t), across]).astype(np.float32)


def _spots(rng: np.random.Generator, share: float, place: "_Placing", leaf: Floats) -> list[Floats]:
    """Ragged ovals along the side veins until they cover the share; those that would go beyond are shrunk."""
    found: list[Floats] = []
    free, left = leaf > 0.5, share * float(leaf.sum())
    least, largest = 0.004 * left, rng.uniform(0.05, 0.22)
    for _ in range(3000):
        if left <= least:
            break
        middle = np.array((rng.uniform(-0.97, 0.97), rng.uniform(-0.97, 0.97)), np.float32)
        t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        oval = np.column_stack([0.32 * np.cos(t), 1.6 * np.sin(t)]) * rng.uniform(0.25, 1) * largest
        oval = oval * (1 + rng.normal(0, 0.08, 24))[:, None]
        for shrink in (1.0, 0.7, 0.45, 0.25, 0.12):
            spot = place((middle + shrink * oval).astype(np.float32))
            corner, part = _patch(spot, leaf.shape)
            here = free[corner[1] : corner[1] + part.shape[0], corner[0] : corner[0] + part.shape[1]]
            area = int((here & part).sum())
            if 0 < area <= left + least:
                here &= ~part
                left -= area
                found.append(spot)
                break
    return found


def _patch(outline: Floats, shape: tuple[int, ...]) -> tuple[tuple[int, int], Mask]:
    """A small outline filled: the upper left corner of its box in the picture, and the box."""
    low = np.clip(np.floor(outline.min(0)), 0, (shape[1] - 1, shape[0] - 1)).astype(int)
    high = np.clip(np.ceil(outline.max(0)) + 1, low + 1, (shape[1], shape[0])).astype(int)
    layer = Image.new("1", (int(high[0] - low[0]), int(high[1] - low[1])))
    ImageDraw.Draw(layer).polygon([(float(x), float(y)) for x, y in outline - low], fill=1)
    return (int(low[0]), int(low[1])), np.asarray(layer)


def _blade(rng: np.random.Generator, size: tuple[int, int], place: _Placing) -> Floats:
    """Green with light from one side, side veins across and a pale midrib."""
    along, across = place.back(*size)
    green = (
        np.array((58, 118, 44), np.float32)
        + rng.normal(0, 1, 3) * (7, 8, 6)
        + rng.uniform(0, 1) * np.array((40, 30, 8))
    )
    light = 1 + 0.16 * (rng.normal() * along + rng.normal() * across) / 2 + 0.05 * _clouds(rng, size, 8)
    veins = 0.05 * np.sin(2 * np.pi * rng.uniform(28, 46) * (along + 0.12 * np.abs(across)))
    blade = green * (light + veins)[..., None]
    rib = np.clip(1.5 - np.abs(across) / (0.022 + 0.02 * (1 + along)), 0, 1)
    return _mixed(blade.astype(np.float32), (192, 204, 128), (0.9 * rib).astype(np.float32))


def _ground(rng: np.random.Generator, size: tuple[int, int], name: str | None) -> Floats:
    name = name or list(GROUNDS)[rng.integers(len(GROUNDS))]
    rough = 0.18 if name in ("soil", "wood") else 0.03
    tone = np.array(GROUNDS[name], np.float32) * rng.uniform(0.9, 1.08)
    return np.asarray(tone * (1 + rough * _clouds(rng, size, 40) + 0.05 * _clouds(rng, size, 4))[..., None], np.float32)


def _clouds(rng: np.random.Generator, size: tuple[int, int], cells: int) -> Floats:
    """Smooth noise, about -1..1."""
    coarse = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.float32)


def _filled(size: tuple[int, int], outlines: list[Floats], grow: float = 0) -> Floats:
    """1 inside, 0 outside; outlines pushed outwards by so many pixels (inwards if negative)."""
    layer = Image.new("L", size)
    draw = ImageDraw.Draw(layer)
    for outline in outlines:
        arms = outline - outline.mean(0)
        length = np.linalg.norm(arms, axis=1, keepdims=True)
        if grow < 0 and length.min() <= -grow * 1.2:
            continue
        moved = outline.mean(0) + arms * (1 + grow / np.maximum(length, 1))
        draw.polygon([tuple(point) for point in moved], fill=255)
    return np.asarray(layer, np.float32) / 255


def _soft(mask: Floats, radius: float) -> Floats:
    return np.asarray(_image(mask).filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def _image(mask: Floats) -> Image.Image:
    return Image.fromarray((mask * 255).clip(0, 255).astype(np.uint8))


def _mixed(below: Floats, above: Floats | tuple[int, int, int], share: Floats) -> Floats:
    part = share[..., None]
    return np.asarray(below * (1 - part) + np.asarray(above, np.float32) * part, np.float32)
