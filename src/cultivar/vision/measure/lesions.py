"""How much of a leaf is dead: leaf and lesions told apart by colour, relative to the leaf's own green. Pure.

Colours are CIELAB (D65), as a / (L + 16) and b / (L + 16): on one surface these two stay the same in shade and in
light, since L + 16, a and b all grow with the cube root of the light.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from pydantic import BaseModel, ConfigDict, Field

from cultivar.vision.measure.regions import closed, grown, hull, largest, parts, without_holes

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]

BOX_ERROR = 0.08
"""Share of its sides by which a leaf's box may be too small."""
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
) / np.array([[0.9505], [1.0], [1.089]], np.float32)
LINEAR = np.where(
    (_S := np.linspace(0, 1, 256, dtype=np.float32)) <= 0.04045, _S / 12.92, ((_S + 0.055) / 1.055) ** 2.4
).astype(np.float32)


class LesionRule(BaseModel):
    """The constants; a pack may change them. Tones are those of the module's two axes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(default=512, ge=64, le=2048)
    """Long side, in pixels, at which a picture is measured."""
    seed: float = Field(default=-0.05, lt=0)
    """Tissue whose green is at least this is surely leaf."""
    dead: float = Field(default=0.25, gt=0, lt=1)
    """Tissue with less than this share of the leaf's green is dead, if it is not yellow, pale rib or glare."""
    weak: float = Field(default=0.6, gt=0, lt=1)
    """Tissue with less than this share, darker than the leaf and in narrow strips, is a streak."""
    yellow: float = Field(default=0.47, gt=0)
    """Tone of b from which tissue that is not dark is yellow, and alive."""
    glare: float = Field(default=86, gt=0, le=100)
    """Lightness above which colourless tissue is glare."""
    dark: float = Field(default=10, ge=0, lt=100)
    """Lightness below which colours are noise, and nothing is surely alive."""
    gap: float = Field(default=0.03, ge=0, le=0.2)
    """Gaps in the green narrower than twice this share of the side belong to the leaf."""
    least_leaf: float = Field(default=0.04, gt=0, lt=1)
    """A leaf that takes less of the picture is none."""
    cut_off: float = Field(default=0.05, ge=0, lt=1)
    """Share of the outline that may lie on the picture's edge in a leaf that is whole."""


@dataclass(frozen=True, slots=True, eq=False)
class LeafMeasure:
    """One leaf. Shares are of the leaf; the masks are of the picture shrunk to the rule's side.

    `bbox` (x1, y1, x2, y2) is in pixels of the picture that was given. `whole`: all of the leaf is in the picture.
    `coverage`: share of the picture that it takes. `spread`: standard error of logit(necrosis), from measuring it with
    stricter and laxer limits. Without a leaf `bbox` is None, the masks are empty and all else is 0.
    """

    bbox: Box | None
    whole: bool
    coverage: float
    necrosis: float
    streaks: float
    spread: float
    leaf_mask: Mask
    necrosis_mask: Mask
    streak_mask: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Tones:
    """Lightness 0..100, and the two tones: negative `a` is green, positive `b` yellow."""

    light: Floats
    a: Floats
    b: Floats


@dataclass(frozen=True, slots=True)
class Green:
    """The leaf's own colour: medians over its greenest half."""

    light: float
    a: float
    b: float


def measure_leaf(pixels: Pixels, rule: LesionRule, box: Box | None = None) -> LeafMeasure:
    """Measure the largest leaf in a picture, RGB uint8 (height, width, 3), or the one in `box`.

    A leaf that goes on beyond the box, by more than boxes err, is not whole.
    """
    small, scale = _shrunk(pixels, rule.side)
    tones = tones_of(np.asarray(Image.fromarray(small).filter(ImageFilter.MedianFilter(3))))
    where = _inside(tones.light.shape, box, scale)
    seeds = seeds_of(tones, where, rule)
    if seeds.mean() < rule.least_leaf / 4:
        return _no_leaf(seeds.shape)
    green = own_green(tones, seeds)
    leaf = leaf_of(tones, green, seeds, where, rule)
    if leaf.mean() < rule.least_leaf:
        return _no_leaf(seeds.shape)
    dead = dead_of(tones, green, rule, rule.dead) & leaf
    streaks = streaks_of(tones, green, leaf, dead, rule)
    area = int(leaf.sum())
    shares = [float((dead_of(tones, green, rule, rule.dead * f) & leaf).sum()) / area for f in (0.4, 1.0, 1.8)]
    rows, columns = np.flatnonzero(leaf.any(axis=1)), np.flatnonzero(leaf.any(axis=0))
    corners = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return LeafMeasure(
        bbox=(corners[0] / scale, corners[1] / scale, corners[2] / scale, corners[3] / scale),
        whole=on_edge(leaf, where) <= rule.cut_off,
        coverage=float(leaf.mean()),
        necrosis=shares[1],
        streaks=float(streaks.sum()) / area,
        spread=float(np.std([_logit(share, area) for share in shares])),
        leaf_mask=leaf,
        necrosis_mask=dead,
        streak_mask=streaks,
    )


def tones_of(pixels: Pixels) -> Tones:
    """CIELAB of sRGB (height, width, 3), a and b over L + 16."""
    xyz = np.maximum(LINEAR[pixels] @ TO_XYZ.T, 1e-6)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).astype(np.float32)
    light = 116 * f[..., 1] - 16
    return Tones(light, 500 * (f[..., 0] - f[..., 1]) / (light + 16), 200 * (f[..., 1] - f[..., 2]) / (light + 16))


def seeds_of(tones: Tones, where: Mask, rule: LesionRule) -> Mask:
    """What is surely living leaf: at least half as green as the greenest of the picture, the largest cluster of it."""
    greenest = float(np.percentile(tones.a[where], 2)) if where.any() else 0.0
    green = (tones.a < min(rule.seed, greenest / 2)) & (np.hypot(tones.a, tones.b) > -2 * rule.seed) & where
    green = _thick(green & (tones.light > rule.dark), 1)
    return green & largest(closed(green, round(2.5 * rule.gap * max(green.shape))))


def own_green(tones: Tones, seeds: Mask) -> Green:
    """The colour of living tissue in `seeds`."""
    greenest = seeds & (tones.a <= np.median(tones.a[seeds]))
    return Green(*(float(np.median(part[greenest])) for part in (tones.light, tones.a, tones.b)))


def alive_of(tones: Tones, green: Green, rule: LesionRule) -> Mask:
    """Green or yellow tissue."""
    return (tones.a < rule.dead * green.a) | yellow_of(tones, green, rule)


def yellow_of(tones: Tones, green: Green, rule: LesionRule) -> Mask:
    """Tissue that yellows and lives: bright, or in the shade deep yellow without red."""
    bright = (tones.b > rule.yellow) & (tones.a < 0.12) & (tones.light > green.light + 8)
    return bright | ((tones.b > rule.yellow + 0.1) & (tones.a < 0))


def dead_of(tones: Tones, green: Green, rule: LesionRule, dead: float) -> Mask:
    """Tissue without green that is neither yellow, nor a pale rib, nor glare."""
    rib = (tones.light > green.light + 8) & (tones.a < 0.13 * green.a) & (tones.b > 0.2)
    glare = (tones.light > rule.glare) & (np.abs(tones.a) < 0.1) & (tones.b < 0.25)
    dark = (tones.a > rule.weak * green.a) & (tones.light < 0.75 * green.light)  # a lesion's rim: mixed, mostly leaf
    return ((tones.a >= dead * green.a) | dark) & ~yellow_of(tones, green, rule) & ~rib & ~glare


def leaf_of(tones: Tones, green: Green, seeds: Mask, where: Mask, rule: LesionRule) -> Mask:
    """The leaf with its dead parts: what it encloses, and at its margin what does not look like the background."""
    radius = round(rule.gap * max(seeds.shape))
    alive = _thick(alive_of(tones, green, rule) & (tones.light > rule.dark) & where, 1)
    core = without_holes(_with_seeds(closed(alive, radius) & hull(seeds), seeds))
    inside = hull(core) & where
    around = grown(inside, round(2.5 * radius)) & where
    background, shaded = _looks_like_background(tones, ~around & _frame(seeds.shape))
    bitten = _thick((inside & ~core & ~background) | (around & ~inside & ~background & ~shaded), 2)
    return without_holes(_with_seeds(closed(core | bitten, 1), seeds))


def streaks_of(tones: Tones, green: Green, leaf: Mask, dead: Mask, rule: LesionRule) -> Mask:
    """Narrow strips that are less green and darker than the leaf, apart from dead tissue."""
    inner = ~grown(~leaf, 3)
    weak = (tones.a > rule.weak * green.a) & (tones.light < green.light - 4) & inner & ~grown(dead, 3)
    labels = parts(weak)
    return np.asarray(_narrow(labels)[labels])


def on_edge(leaf: Mask, where: Mask) -> float:
    """Share of the leaf's outline that lies on the edge of where it was looked for."""
    rim = where & grown(np.pad(~where, 1, constant_values=True), 1)[1:-1, 1:-1]
    outline = leaf & grown(np.pad(~leaf, 1, constant_values=True), 1)[1:-1, 1:-1]
    return int((outline & rim).sum()) / max(1, int(outline.sum()))


def _narrow(labels: NDArray[np.int64]) -> Mask:
    """Which parts are strips of some length: the larger axis at least three times the smaller (second moments)."""
    y, x = np.nonzero(labels)
    part = labels[y, x]
    count = np.maximum(np.bincount(part, minlength=1), 1).astype(np.float64)
    my, mx = (np.bincount(part, axis, minlength=1) / count for axis in (y, x))
    dy, dx = y - my[part], x - mx[part]
    yy, xx, xy = (np.bincount(part, product, minlength=1) / count for product in (dy * dy, dx * dx, dx * dy))
    middle, reach = (yy + xx) / 2, np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    strip: Mask = (count >= 12) & (middle + reach > 9 * (middle - reach + 1 / 12))
    strip[0] = False
    return strip


def _looks_like_background(tones: Tones, outside: Mask) -> tuple[Mask, Mask]:
    """Where the colour is common outside the leaf, and where its tones are, in whatever light: a shadow.

    Nowhere if little of the outside is to be seen.
    """
    seen = int(outside.sum())
    if seen < outside.size // 100:
        return np.zeros(outside.shape, np.bool_), np.zeros(outside.shape, np.bool_)
    tone = np.zeros(outside.shape, np.int64)
    for part in (tones.a, tones.b):
        tone = tone * 64 + np.clip(part / 0.06 + 32, 0, 63).astype(np.int64)
    colour = tone * 10 + np.clip(tones.light / 10, 0, 9).astype(np.int64)
    common, shaded = (np.bincount(code[outside], minlength=64 * 64 * 10)[code] > seen / 2000 for code in (colour, tone))
    return common, shaded


def _frame(shape: tuple[int, ...]) -> Mask:
    """The outer strip of a picture, where the background is."""
    strip = round(0.08 * max(shape))
    frame = np.ones(shape, np.bool_)
    frame[strip:-strip, strip:-strip] = False
    return frame


def _thick(mask: Mask, radius: int) -> Mask:
    """Without what is narrower than twice the radius: an outline's mixed colours."""
    return grown(~grown(~mask, radius), radius)


def _with_seeds(mask: Mask, seeds: Mask) -> Mask:
    """The parts of the mask that hold seeds."""
    labels = parts(mask)
    held = np.unique(labels[seeds & mask])
    return np.isin(labels, held[held > 0])


def _inside(shape: tuple[int, ...], box: Box | None, scale: float) -> Mask:
    where = np.ones(shape, np.bool_)
    if box is not None:
        x1, y1, x2, y2 = (edge * scale for edge in box)
        wider, higher = BOX_ERROR * (x2 - x1), BOX_ERROR * (y2 - y1)
        left, top = max(0, round(x1 - wider)), max(0, round(y1 - higher))
        where[:] = False
        where[top : max(top, round(y2 + higher)), left : max(left, round(x2 + wider))] = True
    return where


def _shrunk(pixels: Pixels, side: int) -> tuple[Pixels, float]:
    """The picture with its long side at most `side`, and by how much it was shrunk."""
    scale = min(1.0, side / max(pixels.shape[:2]))
    if scale == 1:
        return pixels, 1.0
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX)), scale


def _no_leaf(shape: tuple[int, ...]) -> LeafMeasure:
    none = np.zeros(shape, np.bool_)
    return LeafMeasure(None, False, 0.0, 0.0, 0.0, 0.0, none, none, none)


def _logit(share: float, area: int) -> float:
    """Of a share of so many pixels; half a pixel away from 0 and 1."""
    kept = min(max(share, 0.5 / area), 1 - 0.5 / area)
    return log(kept / (1 - kept))
