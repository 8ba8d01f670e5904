"""Bananas drawn by code, with exact outlines: from a plain crescent on white to a shaded bunch before a market stall.

Everything follows from the generator that is passed in. Classes are stages: 0 dark green, 1 light green, 2 yellow,
3 brown.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cultivar.trainer.detect.scene import Scene, boxes_of
from cultivar.trainer.detect.warp import shift, warped

Floats = NDArray[np.float32]
STAGES = 4
STEPS = 24
SEEN = 0.3
"""A finger of which less than this share shows is not counted as one."""


@dataclass(frozen=True, slots=True)
class Finger:
    """Centre line (steps, 2) from stem to tip in pixels, and half the width at each step."""

    line: Floats
    half: Floats

    @property
    def edge(self) -> NDArray[np.int32]:
        """The outline as a polygon."""
        along = np.gradient(self.line, axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
        left, right = self.line + normal * self.half[:, None], self.line - normal * self.half[:, None]
        return np.round(np.concatenate([left, right[::-1]]) * 16).astype(np.int32)


def draw_scene(size: int, rng: Generator, *, bunch: bool | None = None) -> Scene:
    """A square scene of 1 to 14 bananas.

    One to three of a kind, or a bunch of one or two stages, or some of any stage strewn about; `bunch` asks for a
    bunch, or for none.
    """
    plain = rng.random() < 0.25
    canvas = _ground(size, rng, plain=plain)
    owner = np.zeros((size, size), np.uint8)
    kind = rng.random()
    if bunch is not None:
        kind = 0.6 if bunch else kind * 0.4 if kind < 0.6 else 0.9
    fingers = _single(size, rng) if kind < 0.4 else _bunch(size, rng) if kind < 0.8 else _strewn(size, rng)
    stage = int(rng.integers(STAGES))
    stages, areas = [], []
    for number, finger in enumerate(fingers):
        own = stage
        if kind >= 0.8:
            own = int(rng.integers(STAGES))
        elif rng.random() < 0.15:
            own = int(np.clip(stage + rng.choice([-1, 1]), 0, STAGES - 1))
        mask = np.zeros((size, size), np.uint8)
        cv2.fillPoly(mask, [finger.edge], 255, cv2.LINE_AA, shift=4)
        _paint(canvas, finger, mask, own, rng, plain=plain)
        owner[mask > 127] = number + 1
        stages.append(own)
        areas.append(max(1, int((mask > 127).sum())))
    pixels = np.clip(canvas, 0, 255).astype(np.uint8)
    shown = np.array([(owner == number + 1).sum() for number in range(len(stages))])
    boxes = boxes_of(owner, len(stages))
    scene = Scene(pixels, boxes, np.array(stages, np.int64), owner, np.ones(len(stages), bool))
    return scene.only((shown >= SEEN * np.array(areas)) & (shown >= 40))


def _finger(start: Floats, angle: float, length: float, bend: float, thick: float, rng: Generator) -> Finger:
    """An arc that turns by `bend` radians over its length; thickness as a share of the length."""
    t = np.linspace(0, 1, STEPS, dtype=np.float32)
    heading = angle + bend * (t - 0.5) * (1 + 0.3 * np.sin(np.pi * t))
    steps = np.stack([np.cos(heading), np.sin(heading)], 1) * length / STEPS
    line = (start + np.cumsum(steps, 0)).astype(np.float32)
    stem, tip = rng.uniform(0.08, 0.2), rng.uniform(0.05, 0.12)
    body = np.clip((t - stem * 0.6) / stem, 0, 1) * np.clip((1 - t) / (tip * 1.6), 0, 1) ** 0.6
    fat = 0.75 + 0.25 * np.clip(np.sin(np.pi * t), 0, 1) ** rng.uniform(0.6, 1.4)
    half = thick * length / 2 * np.maximum(body * fat, rng.uniform(0.22, 0.34) * (t < 1 - tip / 3))
    return Finger(line, np.maximum(half, 0.8).astype(np.float32))


def _centred(finger: Finger, centre: Floats) -> Finger:
    return Finger(finger.line - finger.line.mean(0) + centre, finger.half)


def _single(size: int, rng: Generator) -> list[Finger]:
    found = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        length = size * rng.uniform(0.35, 0.95)
        bend = float(rng.choice([-1, 1]) * rng.uniform(0.2, 1.9))
        finger = _finger(np.zeros(2, np.float32), rng.uniform(0, 2 * np.pi), length, bend, rng.uniform(0.16, 0.32), rng)
        found.append(_centred(finger, (size * rng.uniform(0.3, 0.7, 2)).astype(np.float32)))
    return found


def _bunch(size: int, rng: Generator) -> list[Finger]:
    """Fingers that fan out from a crown, in one row or two."""
    count, rows = int(rng.integers(3, 8)), int(rng.choice([1, 1, 2]))
    towards, fan = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.6)
    length, bend = size * rng.uniform(0.4, 0.75), float(rng.choice([-1, 1]) * rng.uniform(0.3, 1.3))
    way = np.array([np.cos(towards), np.sin(towards)], np.float32)
    crown = (size * rng.uniform(0.42, 0.58, 2) - way * length * 0.55).astype(np.float32)
    thick = rng.uniform(0.17, 0.26)
    found = []
    for row in range(rows):
        for place in np.linspace(-0.5, 0.5, count):
            angle = towards + fan * place + rng.normal(0, 0.05)
            side = np.array([-way[1], way[0]], np.float32)
            start = crown + side * place * length * rng.uniform(0.2, 0.5) + way * row * length * 0.35
            own = length * rng.uniform(0.85, 1.1)
            found.append(_finger(start.astype(np.float32), angle, own, bend * rng.uniform(0.6, 1.2), thick, rng))
    return [found[i] for i in rng.permutation(len(found))] if rng.random() < 0.3 else found


def _strewn(size: int, rng: Generator) -> list[Finger]:
    found = []
    for _ in range(int(rng.integers(2, 7))):
        length = size * rng.uniform(0.25, 0.5)
        bend = float(rng.choice([-1, 1]) * rng.uniform(0.2, 1.5))
        finger = _finger(np.zeros(2, np.float32), rng.uniform(0, 2 * np.pi), length, bend, rng.uniform(0.17, 0.3), rng)
        found.append(_centred(finger, (size * rng.uniform(0.15, 0.85, 2)).astype(np.float32)))
    return found


def _skin(stage: int, rng: Generator) -> Floats:
    """A colour of the stage, RGB 0..255."""
    hsv = {
        0: (rng.uniform(85, 118), rng.uniform(0.4, 0.8), rng.uniform(0.28, 0.55)),
        1: (rng.uniform(68, 96), rng.uniform(0.4, 0.75), rng.uniform(0.55, 0.85)),
        2: (rng.uniform(42, 58), rng.uniform(0.5, 0.95), rng.uniform(0.75, 1.0)),
        3: (rng.uniform(22, 46), rng.uniform(0.4, 0.85), rng.uniform(0.25, 0.75)),
    }[stage]
    one = np.array([[hsv]], np.float32)
    return np.asarray(cv2.cvtColor(one, cv2.COLOR_HSV2RGB)[0, 0] * 255, np.float32)


def _paint(canvas: Floats, finger: Finger, mask: NDArray[np.uint8], stage: int, rng: Generator, *, plain: bool) -> None:
    """Onto `canvas` in place: shadow, skin, shading across, ridges, spots, ends."""
    size, reach = canvas.shape[0], float(finger.half.max())
    skin = _skin(stage, rng)
    cover = (mask.astype(np.float32) / 255)[..., None]
    if plain:
        canvas[:] = canvas * (1 - cover) + skin * cover
        return
    if rng.random() < 0.7:  # a soft shadow
        away = rng.uniform(-0.6, 0.6, 2) * reach
        moved = warped(mask, shift(float(away[0]), float(away[1])), (size, size))
        shade = cv2.GaussianBlur(moved, (0, 0), max(1.0, reach * 0.4)).astype(np.float32) / 255
        canvas *= (1 - rng.uniform(0.15, 0.5) * shade)[..., None]
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    round_ = np.clip(depth / max(reach, 1), 0, 1)
    light = _tilted(size, rng)
    coat = np.repeat(skin[None, None], size, 0).repeat(size, 1)
    coat *= (0.62 + 0.45 * round_**0.7 + 0.2 * light)[..., None]
    _ridges(coat, finger, rng)
    _spots(coat, mask, stage, reach, rng)
    _ends(coat, finger, stage, rng)
    coat += cv2.GaussianBlur(rng.normal(0, 12, (size, size, 1)).astype(np.float32), (0, 0), 1.0)[..., None]
    canvas[:] = canvas * (1 - cover) + coat * cover


def _tilted(size: int, rng: Generator) -> Floats:
    """A slope of -1..1 across the picture, in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    return np.asarray((np.cos(angle) * x + np.sin(angle) * y) / 1.5, np.float32)


def _ridges(coat: Floats, finger: Finger, rng: Generator) -> None:
    """One or two lines along the finger, lighter or darker."""
    for _ in range(int(rng.integers(0, 3))):
        along = np.gradient(finger.line, axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
        line = finger.line + normal * finger.half[:, None] * rng.uniform(-0.6, 0.6)
        layer = np.zeros(coat.shape[:2], np.float32)
        points = np.round(line * 16).astype(np.int32)
        cv2.polylines(layer, [points], False, 1.0, max(1, int(finger.half.max() / 8)), cv2.LINE_AA, shift=4)
        coat *= 1 + rng.uniform(-0.2, 0.15) * cv2.GaussianBlur(layer, (0, 0), 1.0)[..., None]


def _spots(coat: Floats, mask: NDArray[np.uint8], stage: int, reach: float, rng: Generator) -> None:
    """Freckles and patches of brown; most on the last stage."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return
    amount = {0: 4, 1: 3, 2: 8, 3: 70}[stage]
    layer: Floats = np.zeros(mask.shape, np.float32)
    for pick in rng.integers(len(rows), size=int(rng.integers(0, amount + 1))):
        radius = reach * (rng.uniform(0.03, 0.12) if stage < 3 else rng.uniform(0.05, 0.45))
        axes = int(max(1, radius * rng.uniform(0.7, 2))), int(max(1, radius))
        centre = int(columns[pick]), int(rows[pick])
        cv2.ellipse(layer, centre, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0.5, 1)), -1)
    if stage == STAGES - 1 and rng.random() < 0.5:
        cloud = cv2.resize(rng.random((6, 6)).astype(np.float32), mask.shape[::-1], interpolation=cv2.INTER_CUBIC)
        layer = np.maximum(layer, np.clip((cloud - 0.45) * 4, 0, 0.9)).astype(np.float32)
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), max(0.6, reach * 0.04)), np.float32)[..., None]
    brown = np.array([rng.uniform(30, 90), rng.uniform(20, 55), rng.uniform(8, 30)], np.float32)
    coat[:] = coat * (1 - layer) + brown * layer


def _ends(coat: Floats, finger: Finger, stage: int, rng: Generator) -> None:
    """A dark tip and a stem of its own colour."""
    tone = np.array([40, 32, 20], np.float32) * rng.uniform(0.6, 1.8)
    stem = _skin(min(stage, 1) if stage < 3 else 3, rng)
    for points, colour, strong in ((finger.line[-2:], tone, 0.9), (finger.line[:4], stem, rng.uniform(0.2, 0.8))):
        layer = np.zeros(coat.shape[:2], np.float32)
        for x, y in points:
            cv2.circle(layer, (int(x), int(y)), max(1, int(finger.half[2:5].mean())), 1.0, -1)
        layer = cv2.GaussianBlur(layer, (0, 0), 1.2)[..., None] * strong
        coat[:] = coat * (1 - layer) + colour * layer


def _ground(size: int, rng: Generator, *, plain: bool) -> Floats:
    """Something to lie on: a plain colour, a slope, cloth, boards, leaves, or clutter."""
    low, high = rng.uniform(0, 255, (2, 3)).astype(np.float32)
    if rng.random() < 0.35:
        low = np.full(3, rng.uniform(190, 255), np.float32)
    if plain:
        return np.broadcast_to(low, (size, size, 3)).astype(np.float32)
    share = (_tilted(size, rng)[..., None] + 1) / 2
    canvas = low * share + (low + (high - low) * rng.uniform(0, 0.6)) * (1 - share)
    kind = int(rng.integers(5))
    if kind == 1:
        fine = cv2.resize(rng.normal(0, 1, (size // 8, size // 8)).astype(np.float32), (size, size))
        canvas = canvas + (fine * rng.uniform(5, 30))[..., None]
    elif kind == 2:
        step = int(rng.integers(6, 50))
        stripes = np.sin(np.arange(size) / step * np.pi) + rng.normal(0, 0.2, size)
        canvas = canvas * (1 + 0.15 * stripes.astype(np.float32)[:, None, None])
    elif kind >= 3:
        _clutter(canvas, rng, green=kind == 3)
    noise = rng.normal(0, rng.uniform(1, 10), (size, size, 1)).astype(np.float32)
    return np.ascontiguousarray(np.clip(canvas + noise, 0, 255), np.float32)


def _clutter(canvas: Floats, rng: Generator, *, green: bool) -> None:
    """Ellipses and boxes of many colours, or of leaves' greens, in place."""
    size = canvas.shape[0]
    for _ in range(int(rng.integers(5, 40))):
        shade = (
            np.array([rng.uniform(20, 110), rng.uniform(60, 170), rng.uniform(10, 80)])
            if green
            else rng.uniform(0, 255, 3)
        )
        colour = tuple(float(v) for v in shade)
        x, y, w, h = (int(v) for v in rng.uniform(0, size, 4) * (1, 1, 0.3, 0.15))
        if rng.random() < 0.5:
            cv2.ellipse(canvas, (x, y), (w + 1, h + 1), float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(canvas, (x, y), (x + w, y + h), colour, -1)
    canvas[:] = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.5, 6)))
