"""Leaves and bananas laid on a ground: light, veins, lesions, shadow."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.support import shapes
from tests.support.scenes import Pixels, Size, clouds, noise

Colour = tuple[float, float, float]
Placing = Callable[[shapes.Points], shapes.Points]


def leaf(scene: Pixels, outline: shapes.Outline, green: Colour, condition: str, rng: np.random.Generator) -> Pixels:
    """The scene with one leaf on it; `condition` is a key of LESIONS or anything else for none."""
    size = scene.shape[1::-1]
    place, scale = _placing(rng, size), min(size)
    mask = _filled(size, [place(outline.edge)])
    veins = _lines(size, [place(vein) for vein in outline.veins], scale / 130)
    stalk = _lines(size, [place(np.array([[0.06, -1.3], [0.02, -1.0], [0.0, -0.5]]))], scale / 45)
    blade = _mixed(_blade(size, green, rng), (196, 208, 140), 0.38 * veins)
    if condition in LESIONS:
        blade = LESIONS[condition](blade, mask, rng)
    rim = 0.78 + 0.22 * _soft(mask, scale / 40) ** 2
    scene = scene * (1 - 0.5 * _shadow(mask, scale)[..., None])
    return _laid(_mixed(scene, (128, 134, 74), stalk), blade * rim[..., None], mask)


def bananas(scene: Pixels, condition: str, rng: np.random.Generator) -> Pixels:
    """The scene with a hand of three to five fingers."""
    size = scene.shape[1::-1]
    place, scale = _placing(rng, size), min(size)
    count = rng.integers(3, 6)
    fruit, cover = Image.new("RGB", size), Image.new("L", size)
    skin = np.array((226, 188, 58)) + rng.normal(0, 9, 3) + rng.uniform(0, 1) * np.array((-50, 4, 2))
    for finger in np.linspace(-0.55, 0.55, count):
        _finger(fruit, cover, place, finger, skin, scale)
    mask = np.asarray(cover.filter(ImageFilter.GaussianBlur(scale / 400)), np.float32) / 255
    peel = np.asarray(fruit.filter(ImageFilter.GaussianBlur(scale / 110)), np.float32)
    peel = peel * (1 + 0.05 * clouds(rng, size, 12, 4)[..., None])
    if condition in LESIONS:
        peel = LESIONS[condition](peel, mask, rng)
    return _laid(scene * (1 - 0.5 * _shadow(mask, scale)[..., None]), peel, mask)


def _finger(
    fruit: Image.Image, cover: Image.Image, place: Placing, spread: float, skin: shapes.Points, scale: int
) -> None:
    """One crescent from the crown at the top: dark edge, lit back, brown tip."""
    t = np.linspace(0, 1, 70)
    line = place(np.column_stack([spread * t * 1.1 + 0.42 * np.sin(np.pi * t * 0.9) - 0.2, 0.9 - 1.75 * t]))
    girth = scale * 0.068 * np.clip(np.sin(np.pi * (0.06 + 0.90 * t)) ** 0.45, 0.2, 1) * np.where(t < 0.1, 0.6, 1)
    draw, shape = ImageDraw.Draw(fruit), ImageDraw.Draw(cover)
    for share, shift, shine in ((1.0, 0.0, 0.66), (0.86, 0.05, 0.90), (0.55, 0.22, 1.04), (0.2, 0.35, 1.16)):
        for k, (point, radius) in enumerate(zip(line, girth, strict=True)):
            ripe = skin * shine if k < 65 else np.array((74, 58, 36))
            tone = ripe + (8 - k) * np.array((-9, 0, 0)) if k < 8 else ripe
            middle = point - shift * radius
            box = (*(middle - share * radius), *(middle + share * radius))
            draw.ellipse(box, fill=tuple(int(c) for c in tone.clip(0, 255)))
            if share == 1.0:
                shape.ellipse(box, fill=255)


def _blade(size: Size, green: Colour, rng: np.random.Generator) -> Pixels:
    """A leaf's surface: its own green, light from one side, unevenness."""
    tone = np.float32(green) * rng.uniform(0.85, 1.2) + rng.normal(0, 6, 3).astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, size[0], dtype=np.float32), np.linspace(-1, 1, size[1], dtype=np.float32))
    light = 1 + 0.20 * (np.cos(angle) * x + np.sin(angle) * y) + 0.06 * clouds(rng, size, 9, 5)
    return tone * light[..., None] + 7 * noise(rng, size, 5)[..., None] * np.float32((1, 0.5, 0.2))


def _tar(blade: Pixels, mask: Pixels, rng: np.random.Generator) -> Pixels:
    count = rng.integers(7, 13)
    return _spots(blade, mask, rng, count=count, radius=(0.026, 0.048), core=(26, 24, 22), halo=(196, 184, 70))


def _rust(blade: Pixels, mask: Pixels, rng: np.random.Generator) -> Pixels:
    count = rng.integers(45, 80)
    return _spots(blade, mask, rng, count=count, radius=(0.006, 0.015), core=(226, 112, 24), halo=(214, 178, 66))


def _rot(peel: Pixels, mask: Pixels, rng: np.random.Generator) -> Pixels:
    count = rng.integers(14, 26)
    return _spots(peel, mask, rng, count=count, radius=(0.012, 0.034), core=(40, 28, 20), halo=(122, 78, 34))


LESIONS: dict[str, Callable[[Pixels, Pixels, np.random.Generator], Pixels]] = {
    "Tar_spot": _tar,
    "Rust": _rust,
    "Anthracnose": _rot,
}


def _spots(
    skin: Pixels,
    mask: Pixels,
    rng: np.random.Generator,
    *,
    count: int,
    radius: tuple[float, float],
    core: Colour,
    halo: Colour,
) -> Pixels:
    """Ragged spots inside the mask, each a core within a halo; radii are shares of the short side."""
    size, scale = skin.shape[1::-1], min(skin.shape[:2])
    inside = np.argwhere(_soft(mask, scale / 40) > 0.9)
    rings, cores = [], []
    for y, x in inside[rng.integers(len(inside), size=count)]:
        reach = scale * rng.uniform(*radius)
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        ragged = reach * (1 + rng.normal(0, 0.13, 14))[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        centre = np.array([x, y])
        rings.append(centre + 1.5 * ragged)
        cores.append(centre + ragged)
    skin = _mixed(skin, halo, 0.75 * _soft(_filled(size, rings), scale / 200))
    shade = (1 + 0.25 * noise(rng, size, 80))[..., None]
    return _laid(skin, np.float32(core) * shade, 0.95 * _soft(_filled(size, cores), scale / 500))


def _placing(rng: np.random.Generator, size: Size) -> Placing:
    """Leaf coordinates to pixels: turned any way, near the middle, filling 76 to 90 % of the short side."""
    turn, reach = rng.uniform(0, 2 * np.pi), min(size) * rng.uniform(0.38, 0.45)
    centre = np.array(size) * (0.5 + rng.uniform(-0.03, 0.03, 2))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * [1, -1] * reach
    return lambda points: points @ spin.T + centre


def _filled(size: Size, outlines: list[shapes.Points]) -> Pixels:
    """0..1 inside the polygons, smooth at the edges."""
    layer = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(layer)
    for outline in outlines:
        draw.polygon([(x * 2, y * 2) for x, y in outline], fill=255)
    return np.asarray(layer.resize(size, Image.Resampling.BOX), np.float32) / 255


def _lines(size: Size, lines: list[shapes.Points], width: float) -> Pixels:
    layer = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(layer)
    for rank, line in enumerate(lines):
        thick = max(1, round(2 * width * (1 if rank == 0 else 0.55)))
        draw.line([(x * 2, y * 2) for x, y in line], fill=255, width=thick, joint="curve")
    return np.asarray(layer.resize(size, Image.Resampling.BOX), np.float32) / 255


def _soft(mask: Pixels, radius: float) -> Pixels:
    layer = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(max(radius, 0.3)))
    return np.asarray(layer, np.float32) / 255


def _shadow(mask: Pixels, scale: int) -> Pixels:
    return _soft(np.roll(mask, (scale // 36, scale // 50), (0, 1)), scale / 45)


def _mixed(below: Pixels, colour: Colour, share: Pixels) -> Pixels:
    return _laid(below, np.float32(colour), share)


def _laid(below: Pixels, above: Pixels, share: Pixels) -> Pixels:
    return below * (1 - share[..., None]) + above * share[..., None]
