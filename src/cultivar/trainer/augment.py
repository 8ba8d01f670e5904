"""A photo as it might have been taken: crops, turns, other light, other lens, other background.

Every function takes its own random generator; nothing here keeps state.
"""

from io import BytesIO

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]
OTHER_CAMERA = 2.0
"""How much further than within one camera's photos the light of another's is."""
BICUBIC, BILINEAR = Image.Resampling.BICUBIC, Image.Resampling.BILINEAR


def whole(pixels: Pixels, size: int) -> Pixels:
    """The whole frame squashed to (size, size), as in serving."""
    return np.asarray(Image.fromarray(pixels).resize((size, size), BICUBIC))


def augment(
    pixels: Pixels,
    size: int,
    rng: Generator,
    *,
    smallest_crop: float,
    turns: bool,
    before: "Paste | None" = None,
    strength: float = 1,
) -> Pixels:
    """One random view, (size, size, 3)."""
    if before is not None:
        view = before.compose(pixels, size, rng)
    else:
        image = Image.fromarray(pixels)
        if rng.random() < 0.3:
            image = _tilt(image, rng)
        view = image.resize((size, size), BICUBIC, box=_box(*image.size, smallest_crop, rng))
    view = lens(view, rng)
    array = light(np.asarray(view), rng, strength)
    return _erase(_turn(array, rng, turns=turns), rng)


def other_camera(pixels: Pixels, rng: Generator) -> Pixels:
    """The whole photo in other light and through another lens."""
    return light(np.asarray(lens(Image.fromarray(pixels), rng)), rng, OTHER_CAMERA)


class Paste:
    """Puts a cut leaf before a background."""

    def __init__(self, mask: Pixels, background: Pixels) -> None:
        self.mask, self.background = mask, background

    def compose(self, pixels: Pixels, size: int, rng: Generator) -> Image.Image:
        scene = self._scene(size, rng)
        leaf, mask = self._leaf(pixels, size, rng)
        room = [size - side for side in leaf.size]
        place = tuple(int(rng.uniform(0.2, 0.8) * gap) for gap in room)
        if rng.random() < 0.5:  # a shadow under the leaf
            shift = tuple(int(p + rng.integers(-size // 16, size // 16 + 1)) for p in place)
            shade = mask.filter(ImageFilter.GaussianBlur(size / 40)).point(lambda v: int(v * 0.5))
            scene.paste((0, 0, 0), (shift[0], shift[1]), shade)
        scene.paste(leaf, (place[0], place[1]), mask)
        return scene

    def _scene(self, size: int, rng: Generator) -> Image.Image:
        image = Image.fromarray(self.background)
        scene = image.resize((size, size), BILINEAR, box=_box(*image.size, 0.2, rng))
        if rng.random() < 0.5:
            scene = scene.filter(ImageFilter.GaussianBlur(rng.uniform(0, size / 64)))
        array = np.asarray(scene, np.float32) * rng.uniform(0.5, 1.1)
        return Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))

    def _leaf(self, pixels: Pixels, size: int, rng: Generator) -> tuple[Image.Image, Image.Image]:
        image = Image.fromarray(pixels)
        mask = Image.fromarray(self.mask).resize(image.size, BILINEAR).filter(ImageFilter.MinFilter(3))
        box = mask.getbbox() or (0, 0, *image.size)
        image, mask = image.crop(box), mask.crop(box)
        angle = rng.uniform(-180, 180)
        image, mask = (part.rotate(angle, BILINEAR, expand=True) for part in (image, mask))
        scale = size * rng.uniform(0.6, 1.25) / max(image.size)
        target = max(8, int(image.width * scale)), max(8, int(image.height * scale))
        return image.resize(target, BICUBIC), mask.resize(target, BILINEAR)


def _box(width: int, height: int, smallest: float, rng: Generator) -> tuple[float, float, float, float]:
    """A crop of `smallest`..1 of the area; a third of them near the whole frame."""
    share = rng.uniform(0.8, 1) if rng.random() < 0.33 else rng.uniform(smallest, 1)
    ratio = np.exp(rng.uniform(-0.29, 0.29))
    w = min(width, width * float(np.sqrt(share * ratio)))
    h = min(height, height * float(np.sqrt(share / ratio)))
    left, top = rng.uniform(0, width - w), rng.uniform(0, height - h)
    return left, top, left + w, top + h


def _tilt(image: Image.Image, rng: Generator) -> Image.Image:
    corner = image.getpixel((0, 0))
    fill = tuple(int(v) for v in corner) if isinstance(corner, tuple) else 0
    return image.rotate(rng.uniform(-35, 35), BILINEAR, fillcolor=fill)


def lens(image: Image.Image, rng: Generator) -> Image.Image:
    """Blur, fewer pixels, JPEG: what cheap cameras and messengers do."""
    size = image.size
    if rng.random() < 0.15:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5) * size[0] / 224))
    if rng.random() < 0.2:
        low = max(16, int(size[0] * rng.uniform(0.4, 0.9)))
        image = image.resize((low, low), BILINEAR).resize(size, BICUBIC)
    if rng.random() < 0.25:
        memory = BytesIO()
        image.save(memory, "JPEG", quality=int(rng.integers(30, 91)))
        image = Image.open(memory)
        image.load()
    return image


def light(pixels: Pixels, rng: Generator, strength: float = 1) -> Pixels:
    """Exposure, contrast, saturation, hue, white balance and gamma in one 3×3 matrix and one table.

    `strength` scales how far each goes, on a logarithmic scale.
    """
    if rng.random() < 0.15:
        return pixels
    saturation, turn = _factor(rng, 0.6, 1.4, strength), rng.normal(0, 0.03)
    grey = np.array((0.299, 0.587, 0.114), np.float32)
    matrix = np.eye(3, dtype=np.float32) * saturation + (1 - saturation) * grey[None, :]
    matrix = _hue(turn) @ matrix
    white = np.exp(rng.normal(0, 0.08 * strength, 3)).astype(np.float32)[:, None]
    matrix *= white * _factor(rng, 0.7, 1.3, strength)
    contrast = _factor(rng, 0.75, 1.3, strength)
    mean = float(pixels[::8, ::8].mean()) / 255
    out = (pixels.astype(np.float32) / 255) @ matrix.T
    out = np.clip((out - mean) * contrast + mean, 0, 1)
    if rng.random() < 0.1:
        out = np.clip(out + rng.normal(0, rng.uniform(0.01, 0.05), out.shape).astype(np.float32), 0, 1)
    table = (255 * np.linspace(0, 1, 256) ** _factor(rng, 0.75, 1.35, strength) + 0.5).astype(np.uint8)
    return np.asarray(table[(out * 255).astype(np.uint8)])


def _factor(rng: Generator, low: float, high: float, strength: float) -> float:
    """A factor between `low` and `high`, raised to `strength`."""
    return float(rng.uniform(low, high) ** strength)


def _hue(turn: float) -> NDArray[np.float32]:
    """Turn colours by `turn` of the circle, brightness kept (rotation in YIQ)."""
    to_yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]], np.float32)
    c, s = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
    spin = np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float32)
    return np.asarray(np.linalg.inv(to_yiq) @ spin @ to_yiq, np.float32)


def _turn(pixels: Pixels, rng: Generator, *, turns: bool) -> Pixels:
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    return np.rot90(pixels, int(rng.integers(4))) if turns else pixels


def _erase(pixels: Pixels, rng: Generator) -> Pixels:
    """Now and then one rectangle is grey noise: no single spot may decide."""
    pixels = np.array(pixels, order="C")  # a copy: torch wants to own it
    if rng.random() < 0.2:
        side = pixels.shape[0]
        h, w = (int(side * rng.uniform(0.1, 0.35)) for _ in range(2))
        top, left = int(rng.integers(side - h)), int(rng.integers(side - w))
        pixels[top : top + h, left : left + w] = rng.integers(0, 256, (h, w, 3), np.uint8)
    return pixels
