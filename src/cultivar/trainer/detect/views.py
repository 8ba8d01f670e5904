"""What an epoch shows: photos zoomed, turned, in other light, put together, or cut out and laid elsewhere.

All of it follows from the generator that is passed in.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from cultivar.trainer.augment import lens
from cultivar.trainer.detect.outline import UNSURE
from cultivar.trainer.detect.scene import Pixels, Scene, boxes_of
from cultivar.trainer.detect.warp import Matrix, shift, warped

GREY = 114
LEFT = 0.3
"""A box of which less than this share remains in the frame goes."""
SMALLEST = 5.0
"""Pixels; boxes with a shorter side go."""


def letterbox(pixels: Pixels, size: int) -> tuple[Pixels, float, tuple[int, int]]:
    """The whole photo centred in (size, size) as in serving; its scale, and where its left upper corner lies."""
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(Image.fromarray(pixels).resize((w, h), Image.Resampling.BILINEAR))
    left, top = (size - w) // 2, (size - h) // 2
    canvas = np.full((size, size, 3), GREY, np.uint8)
    canvas[top : top + h, left : left + w] = small
    return canvas, scale, (left, top)


def turned(scene: Scene, rng: Generator, *, turns: bool) -> Scene:
    """Mirrored or not; with `turns`, also one of the four quarter turns."""
    pixels, owner, boxes = scene.pixels, scene.owner, scene.boxes
    if rng.random() < 0.5:
        width = pixels.shape[1]
        pixels, owner = pixels[:, ::-1], owner[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    for _ in range(int(rng.choice([0, 0, 1, 2, 3])) if turns else 0):
        width = pixels.shape[1]
        pixels, owner = np.rot90(pixels), np.rot90(owner)
        boxes = np.stack([boxes[:, 1], width - boxes[:, 2], boxes[:, 3], width - boxes[:, 0]], 1)
    return Scene(np.ascontiguousarray(pixels), boxes, scene.classes, np.ascontiguousarray(owner), scene.whole)


def framed(scene: Scene, width: int, height: int, zoom: float, rng: Generator, fill: Sequence[float]) -> Scene:
    """The scene `zoom` times as large as would just fit into (width, height), somewhere in there."""
    h, w = scene.size
    stretch = np.exp(rng.uniform(-0.12, 0.12))
    scale = zoom * min(width / w, height / h)
    sx, sy = scale * stretch, scale / stretch
    dx, dy = (_shift(side, own, rng) for side, own in ((width, w * sx), (height, h * sy)))
    matrix = np.array([[sx, 0, dx], [0, sy, dy]], np.float64)
    halves = max(0, int(np.ceil(-np.log2(scale) - 1)))
    onto = matrix * np.array([2**halves, 2**halves, 1])
    pixels = warped(_halved(scene.pixels, halves), onto, (width, height), fill=fill)
    owner = warped(scene.owner, matrix, (width, height), nearest=True)
    boxes = scene.boxes * np.array([sx, sy, sx, sy], np.float32) + np.array([dx, dy, dx, dy], np.float32)
    return clipped(Scene(pixels, boxes.astype(np.float32), scene.classes, owner, scene.whole))


def _halved(pixels: Pixels, times: int) -> Pixels:
    """So that the affine map skips no pixels."""
    for _ in range(times):
        pixels = np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def _shift(side: float, own: float, rng: Generator) -> float:
    """Anywhere that keeps a smaller picture inside, and fills the frame with a larger one."""
    return float(rng.uniform(min(0, side - own), max(0, side - own)))


def clipped(scene: Scene) -> Scene:
    """Boxes cut at the frame; those of which too little is left go."""
    height, width = scene.size
    inside = np.clip(scene.boxes, 0, np.array([width, height, width, height], np.float32))
    sides, before = inside[:, 2:] - inside[:, :2], scene.boxes[:, 2:] - scene.boxes[:, :2]
    kept = (sides.prod(1) >= LEFT * before.prod(1)) & (sides.min(1, initial=np.inf) >= SMALLEST)
    return Scene(scene.pixels, inside.astype(np.float32), scene.classes, scene.owner, scene.whole).only(kept)


def joined(scenes: Sequence[Scene], size: int, zoom: tuple[float, float], rng: Generator) -> Scene:
    """Four scenes in the quarters of one picture (mosaic, Bochkovskiy et al. 2020)."""
    cx, cy = (int(v) for v in size * rng.uniform(0.3, 0.7, 2))
    areas = [(0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)]
    pixels, owner = np.full((size, size, 3), GREY, np.uint8), np.zeros((size, size), np.uint8)
    boxes, classes, whole, before = [], [], [], 0
    for scene, (x1, y1, x2, y2) in zip(scenes, areas, strict=True):
        tile = framed(scene, x2 - x1, y2 - y1, rng.uniform(max(0.8, zoom[0]), max(1.0, zoom[1])), rng, (GREY,) * 3)
        if before + len(tile.boxes) >= UNSURE:
            continue
        pixels[y1:y2, x1:x2] = tile.pixels
        known = (tile.owner > 0) & (tile.owner != UNSURE)
        owner[y1:y2, x1:x2] = np.where(known, tile.owner + before, tile.owner)
        boxes.append(tile.boxes + np.array([x1, y1, x1, y1], np.float32))
        classes.append(tile.classes)
        whole.append(tile.whole)
        before += len(tile.boxes)
    return Scene(pixels, np.concatenate(boxes), np.concatenate(classes), owner, np.concatenate(whole))


def laid(scene: Scene, ground: Pixels, rng: Generator) -> Scene:
    """What is owned in the scene, cut out, turned by any angle and laid on another ground of any size.

    The boxes are then those around the outlines, so every box of the scene must have one that can be trusted.
    """
    height, width = ground.shape[:2]
    h, w = scene.size
    scale = rng.uniform(0.45, 1.1) * min(height, width) / max(h, w)
    matrix = np.asarray(cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(-180, 180)), scale), np.float64)
    matrix[:, 2] += np.array([width, height]) * rng.uniform(0.35, 0.65, 2) - (w / 2, h / 2)
    inner = cv2.erode((scene.owner > 0).astype(np.float32), np.ones((3, 3), np.uint8))
    alpha = np.asarray(cv2.GaussianBlur(inner, (0, 0), 0.8), np.float32)
    thing, cover = warped(scene.pixels, matrix, (width, height)), warped(alpha, matrix, (width, height))
    owner = warped(scene.owner, matrix, (width, height), nearest=True)
    below = ground.astype(np.float32)
    if rng.random() < 0.6:
        below *= 1 - rng.uniform(0.1, 0.5) * _shadow(cover, rng)[..., None]
    pixels = (below * (1 - cover[..., None]) + thing * cover[..., None]).astype(np.uint8)
    boxes = _with_unsure(scene, matrix, owner)
    areas = np.array([(scene.owner == k + 1).sum() for k in range(len(boxes))]) * scale**2
    shown = np.array([(owner == k + 1).sum() for k in range(len(boxes))])
    found = Scene(pixels, boxes, scene.classes, owner, scene.whole)
    sides = boxes[:, 2:] - boxes[:, :2]
    return found.only((shown >= LEFT * areas) & (sides.min(1, initial=np.inf) >= SMALLEST))


def _shadow(cover: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Of what is covered, a little aside, soft; 0..1."""
    height, width = cover.shape
    across, down = rng.uniform(-0.03, 0.03, 2) * max(width, height)
    moved = warped(cover, shift(float(across), float(down)), (width, height))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), max(width, height) / 60), np.float32)


def _with_unsure(scene: Scene, matrix: Matrix, owner: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Boxes around each owner's pixels and the unsure ones in its old box."""
    if not (scene.owner == UNSURE).any():
        return boxes_of(owner, len(scene.boxes))
    size = owner.shape[1], owner.shape[0]
    unsure = (scene.owner == UNSURE).astype(np.uint8)
    found = []
    for number, (x1, y1, x2, y2) in enumerate(np.round(scene.boxes).astype(int)):
        own = (scene.owner == number + 1).astype(np.uint8)
        own[y1:y2, x1:x2] |= unsure[y1:y2, x1:x2]
        found.append(boxes_of(warped(own, matrix, size, nearest=True), 1)[0])
    return np.stack(found)


def light(pixels: Pixels, amount: float, rng: Generator) -> Pixels:
    """Exposure, contrast, saturation, white balance and gamma; the hue hardly moves, since ripeness is a hue."""
    if amount == 0 or rng.random() < 0.15:
        return pixels
    grey = np.array((0.299, 0.587, 0.114))
    saturation = 1 + amount * rng.uniform(-0.4, 0.35)
    matrix = np.eye(3) * saturation + (1 - saturation) * grey[None, :]
    matrix *= np.exp(rng.normal(0, 0.05 * amount, 3))[:, None] * (1 + amount * rng.uniform(-0.35, 0.35))
    contrast = 1 + amount * rng.uniform(-0.25, 0.3)
    mean = float(pixels[::8, ::8].mean())
    affine = np.hstack([matrix * contrast, np.full((3, 1), mean * (1 - contrast))])
    out = cv2.transform(pixels, affine)
    table = 255 * np.linspace(0, 1, 256) ** np.exp(amount * rng.uniform(-0.3, 0.3)) + 0.5
    out = cv2.LUT(out, table.astype(np.uint8))
    if rng.random() < 0.1:
        noise = rng.normal(0, rng.uniform(2, 12), out.shape)
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    return np.asarray(out)


def seen_through(pixels: Pixels, rng: Generator) -> Pixels:
    """What a cheap lens and a messenger leave of it, in half of the cases."""
    return np.asarray(lens(Image.fromarray(pixels), rng)) if rng.random() < 0.5 else pixels
