"""Grounds that a leaf may lie on, and pictures without any plant."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.float32]
Size = tuple[int, int]


def noise(rng: np.random.Generator, size: Size, cells: float) -> Pixels:
    """Smooth noise in about -1..1, with `cells` bumps along the long side."""
    width, height = size
    step = max(size) / max(cells, 1)
    small = rng.normal(0, 0.6, (max(2, round(height / step)), max(2, round(width / step)))).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC))


def clouds(rng: np.random.Generator, size: Size, cells: float, octaves: int = 4) -> Pixels:
    """Fractal noise: each octave twice as fine and half as strong."""
    return sum((noise(rng, size, cells * 2**k) / 2**k for k in range(octaves)), np.zeros(size[::-1], np.float32))


def tinted(shade: Pixels, colour: tuple[float, float, float], depth: float) -> Pixels:
    """(h, w, 3) of 0..255: the colour, lighter and darker by `depth` along the shade."""
    return np.asarray(colour, np.float32) * (1 + depth * shade[..., None])


def soil(rng: np.random.Generator, size: Size) -> Pixels:
    grain = clouds(rng, size, 24, 5) + 0.5 * rng.normal(size=size[::-1]).astype(np.float32)
    return tinted(grain, (104 + rng.uniform(-15, 25), 78, 56), 0.20)


def wood(rng: np.random.Generator, size: Size) -> Pixels:
    width, height = size
    across = np.linspace(0, rng.uniform(3, 6), height, dtype=np.float32)[:, None]
    rings = np.sin(40 * across + 6 * noise(rng, size, 3) + 2 * noise(rng, (width, height), 9))
    gaps = ((across % 1) < 0.02) * -2.2
    return tinted(0.35 * rings + 0.3 * clouds(rng, size, 40, 2) + gaps, (164, 122, 78 + rng.uniform(-20, 30)), 0.20)


def table(rng: np.random.Generator, size: Size) -> Pixels:
    grey = rng.uniform(150, 205)
    speckle = clouds(rng, size, 3, 3) + 0.12 * rng.normal(size=size[::-1]).astype(np.float32)
    return tinted(speckle, (grey, grey * 0.98, grey * 0.94), 0.06)


def straw(rng: np.random.Generator, size: Size) -> Pixels:
    blades = 0.7 * noise(rng, size, 70) + clouds(rng, size, 6, 3)
    return tinted(blades, (150, 132 + rng.uniform(-12, 12), 84), 0.20)


def cloth(rng: np.random.Generator, size: Size) -> Pixels:
    width, height = size
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    weave = np.sin(x * 2.1) * np.sin(y * 2.1) + 1.4 * clouds(rng, size, 3, 2)
    return tinted(weave, tuple(rng.uniform((90, 60, 90), (190, 120, 190))), 0.10)


GROUNDS = (soil, wood, table, straw, cloth)


def ground(rng: np.random.Generator, size: Size) -> Pixels:
    return GROUNDS[rng.integers(len(GROUNDS))](rng, size)


def room(rng: np.random.Generator, size: Size) -> Pixels:
    """A wall, a floor, a window, a piece of furniture."""
    width, height = size
    image = Image.new("RGB", size, tuple(int(c) for c in rng.uniform(150, 230, 3)))
    draw, floor = ImageDraw.Draw(image), int(height * rng.uniform(0.6, 0.75))
    draw.rectangle((0, floor, width, height), fill=tuple(int(c) for c in rng.uniform(60, 140, 3)))
    left, top = int(width * rng.uniform(0.08, 0.5)), int(height * 0.12)
    right, bottom = left + int(width * 0.34), top + int(height * 0.34)
    draw.rectangle((left, top, right, bottom), fill=(196, 220, 240), outline=(245, 245, 240), width=max(2, width // 60))
    draw.line(((left + right) // 2, top, (left + right) // 2, bottom), fill=(245, 245, 240), width=max(1, width // 90))
    seat = int(width * rng.uniform(0.1, 0.5))
    draw.rounded_rectangle((seat, floor - height // 5, seat + width // 3, floor + height // 10), height // 20,
                           fill=tuple(int(c) for c in rng.uniform(40, 200, 3)))  # fmt: skip
    return np.asarray(image, np.float32) * (1 + 0.05 * clouds(rng, size, 3, 3)[..., None])


def shapes(rng: np.random.Generator, size: Size) -> Pixels:
    """Boxes, discs and bars on a gradient."""
    width, height = size
    slope = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    base = rng.uniform(60, 220, 3) * (1 - slope) + rng.uniform(60, 220, 3) * slope
    image = Image.fromarray(np.broadcast_to(base, (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(2, 7)):
        x, y = rng.uniform(0, 0.8, 2) * size
        w, h = rng.uniform(0.08, 0.4, 2) * size
        shape = (draw.rectangle, draw.ellipse)[rng.integers(2)]
        shape((x, y, x + w, y + h), fill=tuple(int(c) for c in rng.uniform(20, 235, 3)))
    return np.asarray(image, np.float32)


def skyline(rng: np.random.Generator, size: Size) -> Pixels:
    """Houses before a sky."""
    width, height = size
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    fade = (1 - rows) * np.float32((110, 150, 205)) + rows * np.float32((225, 225, 220))
    sky = np.broadcast_to(fade, (height, width, 3))
    image = Image.fromarray((sky * (1 + 0.06 * clouds(rng, size, 4)[..., None])).clip(0, 255).astype(np.uint8))
    draw, x = ImageDraw.Draw(image), 0
    while x < width:
        w, top = int(width * rng.uniform(0.08, 0.22)), int(height * rng.uniform(0.3, 0.75))
        draw.rectangle((x, top, x + w, height), fill=tuple(int(c) for c in rng.uniform(50, 170, 3)))
        for row in range(top + height // 30, height, max(4, height // 12)):
            for column in range(x + w // 8, x + w - w // 8, max(3, w // 4)):
                draw.rectangle((column, row, column + w // 9, row + height // 30), fill=(235, 225, 170))
        x += w
    return np.asarray(image, np.float32)


THINGS = (room, shapes, skyline, *GROUNDS)


def thing(rng: np.random.Generator, size: Size) -> Pixels:
    """Anything but a plant, a bare ground included."""
    return THINGS[rng.integers(len(THINGS))](rng, size)
