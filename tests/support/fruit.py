"""Bananas drawn by code on a sheet, each with its exact mask, class, colour stage and damage.

The same fingers, seed and size give the same pixels. `detector.py` has the network that finds them.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.support.scenes import Pixels, Size, clouds

CLASSES: Final = ("Not Mature", "Mature", "Ripe", "Over Ripe")
GROUNDS: Final = (
    (50.0, -19.0, 31.5),
    (57.0, -16.0, 37.0),
    (63.0, -11.5, 42.5),
    (70.0, -6.5, 47.0),
    (73.0, -2.5, 50.0),
    (75.0, 2.0, 54.0),
    (72.0, 4.0, 50.0),
)
"""CIELAB of the ground of stages 1 to 7."""
USUAL: Final = {"Not Mature": 1, "Mature": 3, "Ripe": 6, "Over Ripe": 7}
BROWN: Final = (38.0, 12.0, 22.0)
BLACK: Final = (14.0, 2.0, 3.0)
SHEET: Final = (196, 196, 194)
Damage = Literal["none", "flecks", "brown", "bruise", "scar", "rot"]


@dataclass(frozen=True)
class Finger:
    """What to draw. Without `stage` the class's usual one; an over-ripe one is `brown` unless said otherwise."""

    class_name: str
    stage: int | None = None
    damage: Damage | None = None


@dataclass(frozen=True, eq=False)
class Fruit:
    """What was drawn: its mask and its spots as bool (height, width), its box as x1, y1, x2, y2."""

    class_name: str
    stage: int
    damage: Damage
    mask: NDArray[np.bool_]
    spots: NDArray[np.bool_]

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


@dataclass(frozen=True, eq=False)
class Bunch:
    image: Image.Image
    fruits: tuple[Fruit, ...]


def bunch(
    fingers: list[Finger | str], *, seed: int = 0, size: Size = (640, 480), sheet: tuple[int, int, int] = SHEET
) -> Bunch:
    """A picture of up to some twenty fingers that do not touch, in rows from the top left; none is a bare sheet."""
    rng = np.random.default_rng([seed, len(fingers)])
    wanted = [Finger(one) if isinstance(one, str) else one for one in fingers]
    canvas = np.float32(sheet) * (1 + 0.02 * clouds(rng, size, 6, 3)[..., None])
    fruits = []
    for finger, (centre, length) in zip(wanted, _slots(len(wanted), size, rng), strict=True):
        canvas, fruit = _drawn(canvas, finger, centre, length, rng)
        fruits.append(fruit)
    grain = rng.normal(0, 3.2, (size[1], size[0], 1))
    return Bunch(Image.fromarray((canvas + grain).clip(0, 255).astype(np.uint8)), tuple(fruits))


def rgb_of(lab: tuple[float, float, float]) -> Pixels:
    """CIELAB (D65) to sRGB 0..255, float32 (3,)."""
    fy = (lab[0] + 16) / 116
    f = np.array([fy + lab[1] / 500, fy, fy - lab[2] / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * [0.95047, 1.0, 1.08883]
    turn = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    linear = (turn @ xyz).clip(0, 1)
    return np.float32(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def _slots(count: int, size: Size, rng: np.random.Generator) -> list[tuple[NDArray[np.float64], float]]:
    """Centre and length of each finger, in the number of rows that lets them be longest."""
    if not count:
        return []
    width, height = size
    choices = [(min(0.80 * height / rows, width / ceil(count / rows) / 0.50), rows) for rows in range(1, count + 1)]
    length, rows = max(choices)
    columns = ceil(count / rows)
    middle = [((k % columns + 0.5) * width / columns, (k // columns + 0.5) * height / rows) for k in range(count)]
    return [(np.array(one) + rng.uniform(-0.01, 0.01, 2) * length, length) for one in middle]


def _drawn(
    canvas: Pixels, finger: Finger, centre: NDArray[np.float64], length: float, rng: np.random.Generator
) -> tuple[Pixels, Fruit]:
    reach = np.array([0.3, 0.6]) * length  # it stands upright
    corner = np.maximum(np.floor(centre - reach), 0).astype(int)
    part = tuple(slice(at, at + ceil(2 * side)) for at, side in zip(corner[::-1], reach[::-1], strict=True))
    stage = finger.stage or USUAL[finger.class_name]
    damage: Damage = finger.damage or ("brown" if finger.class_name == "Over Ripe" else "none")
    canvas[part], cover, spots = _laid_down(canvas[part], stage, damage, centre - corner, length, rng)
    masks = np.zeros((2, *canvas.shape[:2]), np.bool_)
    masks[0][part], masks[1][part] = cover > 0.5, (spots > 0.5) & (cover > 0.5)
    return canvas, Fruit(finger.class_name, stage, damage, masks[0], masks[1])


def _laid_down(
    canvas: Pixels, stage: int, damage: Damage, centre: NDArray[np.float64], length: float, rng: np.random.Generator
) -> tuple[Pixels, Pixels, Pixels]:
    """The picture with one finger more, and 0..1 where it and its spots are."""
    size = (canvas.shape[1], canvas.shape[0])
    line, radius = _crescent(centre, length, rng)
    cover = _cover(size, line, radius)
    spots = _damage(size, damage, line, radius, rng) * cover
    peel = np.broadcast_to(rgb_of(GROUNDS[stage - 1]), canvas.shape)
    peel = _laid(peel, rgb_of(BLACK if damage == "rot" else BROWN), spots)
    ends = np.maximum(_cover(size, line[:3], radius[:3]), _cover(size, line[-2:], radius[-2:])) * cover
    peel = _laid(peel, np.float32((92, 84, 44)), ends)
    shine = 0.80 + 0.22 * np.sqrt(_soft(cover, length / 22))
    shadow = _soft(np.roll(cover, (round(length / 60), round(length / 50)), (0, 1)), length / 60)
    canvas = canvas * (1 - 0.35 * shadow[..., None])
    return _laid(canvas, peel * shine[..., None], cover), cover, spots


def _crescent(
    centre: NDArray[np.float64], length: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle line and half width of one finger: a shallow arc, thin at the stalk, round at the tip."""
    t = np.linspace(0, 1, 60)
    along = np.column_stack([0.07 * length * np.sin(np.pi * t) * rng.choice([-1, 1]), (t - 0.5) * length * 0.94])
    turn = rng.uniform(-0.12, 0.12)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    radius = 0.105 * length * np.minimum(np.clip((t / 0.30) ** 0.7, 0.30, 1), np.clip(((1 - t) / 0.22) ** 0.5, 0.25, 1))
    return along @ spin.T + centre, radius


def _damage(
    size: Size, damage: Damage, line: NDArray[np.float64], radius: NDArray[np.float64], rng: np.random.Generator
) -> Pixels:
    """0..1 where the skin is spotted; diameters are shares of the finger's width."""
    wide = float(radius.max())
    if damage == "none":
        return np.zeros(size[::-1], np.float32)
    if damage in {"bruise", "rot"}:
        middle = line[rng.integers(24, 36)]
        turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        ragged = (0.55 * wide * (1 + rng.normal(0, 0.06, 24)))[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        return _filled(size, [middle + ragged])
    if damage == "scar":
        return _cover(size, line[15:42] + 0.2 * wide, np.full(27, 0.09 * wide))
    count, reach = (70, (0.05, 0.09)) if damage == "flecks" else (150, (0.10, 0.18))
    places = line[np.linspace(7, 52, count).astype(int)] + rng.uniform(-0.85, 0.85, (count, 2)) * wide
    return _cover(size, places, wide * rng.uniform(*reach, count))


def _cover(size: Size, line: NDArray[np.float64], radius: NDArray[np.float64]) -> Pixels:
    """0..1 under discs along a line, smooth at the edges."""
    layer = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(layer)
    for (x, y), reach in zip(line, radius, strict=True):
        draw.ellipse((2 * (x - reach), 2 * (y - reach), 2 * (x + reach), 2 * (y + reach)), fill=255)
    return np.asarray(layer.resize(size, Image.Resampling.BOX), np.float32) / 255


def _filled(size: Size, outlines: list[NDArray[np.float64]]) -> Pixels:
    layer = Image.new("L", (size[0] * 2, size[1] * 2))
    for outline in outlines:
        ImageDraw.Draw(layer).polygon([(2 * x, 2 * y) for x, y in outline], fill=255)
    return np.asarray(layer.resize(size, Image.Resampling.BOX), np.float32) / 255


def _soft(mask: Pixels, radius: float) -> Pixels:
    layer = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(max(radius, 0.3)))
    return np.asarray(layer, np.float32) / 255


def _laid(below: Pixels, above: Pixels, share: Pixels) -> Pixels:
    return below * (1 - share[..., None]) + above * share[..., None]
