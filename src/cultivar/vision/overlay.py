"""An answer drawn onto its photo.

Colours are those of Okabe & Ito (2008), which people with any kind of colour blindness can tell apart; every line has
a dark and a light edge, so that it stands out from any photo, and every text its own ground. An outline is filled with
a tint of its colour, light enough for ripeness and lesions to be seen through it.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from PIL import Image, ImageColor, ImageDraw, ImageFont

from cultivar.vision import pixels
from cultivar.vision.decode import Limits, small
from cultivar.vision.metadata.exif import upright_size

Kind = Literal["png", "jpeg"]
Colour = tuple[int, int, int]
Spot = tuple[float, float, float, float]
PALETTE: Final[tuple[Colour, ...]] = tuple(
    ImageColor.getrgb(name)[:3]
    for name in ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442")
)
DARK: Final = (24, 24, 24)
WHITE: Final = (255, 255, 255)
FINE: Final = 2
"""Drawn so many times as large and then reduced: Pillow's lines have no smooth edges."""
TINT: Final = 31
"""How opaque an outline's filling is, of 255."""
JPEG_QUALITY: Final = 88
SPOKEN: Final = {"–": "-", "—": "-", "œ": "oe", "Œ": "OE", "ß": "ss", "’": "'"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing to draw; coordinates in pixels of the upright photo.

    `text` stands at it, as "Ripe 87 %"; `colour` is a place in the palette, counted round: the class's id.
    """

    bbox: tuple[float, float, float, float]
    polygon: tuple[tuple[float, float], ...] | None
    text: str
    colour: int


def draw(data: bytes, shapes: Sequence[Shape], headline: str, long_side: int, kind: Kind, limits: Limits) -> bytes:
    """The upright photo, its long side at most `long_side`, with shapes and their texts; the headline on a band below.

    Of shapes the surest comes first: it lies on top, and its text is laid first. Raises UnreadableImage.
    """
    photo, stored = small(data, long_side, limits)
    width, height = upright_size(stored.width, stored.height, stored.orientation)
    share = photo.width / width, photo.height / height
    layer = Image.new("RGBA", (photo.width * FINE, photo.height * FINE))
    unit, brush = max(2, round(max(photo.size) / 400)) * FINE, ImageDraw.Draw(layer)
    large = [_scaled(shape, (share[0] * FINE, share[1] * FINE)) for shape in reversed(shapes)]
    for shape in large:
        _fill(brush, shape)
    for shape in large:  # after all fillings: the brush replaces what lies below it
        _outline(brush, shape, unit)
    picture = Image.alpha_composite(photo.convert("RGBA"), layer.reduce(FINE)).convert("RGB")
    taken: list[Spot] = []
    for shape in shapes:
        taken.append(_tag(ImageDraw.Draw(picture), _scaled(shape, share), taken))
    whole = _with_headline(picture, writable(headline)) if headline else picture
    return _encoded(whole, kind, pixels.colour_profile(photo))


def writable(text: str) -> str:
    """In the letters that Pillow's own font has: accents are dropped, what is left over becomes a question mark."""
    spoken = "".join(SPOKEN.get(letter, letter) for letter in text)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", spoken) if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() or letter == "·" else "?" for letter in plain)


def _scaled(shape: Shape, share: tuple[float, float]) -> Shape:
    (across, down), (x1, y1, x2, y2) = share, shape.bbox
    ring = shape.polygon and tuple((x * across, y * down) for x, y in shape.polygon)
    return Shape((x1 * across, y1 * down, x2 * across, y2 * down), ring, shape.text, shape.colour)


def _colour(shape: Shape) -> Colour:
    return PALETTE[shape.colour % len(PALETTE)]


def _ring(shape: Shape) -> tuple[tuple[float, float], ...] | None:
    return shape.polygon if shape.polygon and len(shape.polygon) > 2 else None


def _fill(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    if ring := _ring(shape):
        pen.polygon(ring, fill=(*_colour(shape), TINT))


def _outline(pen: ImageDraw.ImageDraw, shape: Shape, unit: int) -> None:
    """Three lines: dark, light, and the colour; the box thinner, if there is an outline too."""
    colour, ring = _colour(shape), _ring(shape)
    x1, y1, x2, y2 = shape.bbox
    box = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    if ring:
        pen.line((*box, box[0]), fill=(*DARK, 160), width=unit + FINE, joint="curve")
        pen.line((*box, box[0]), fill=(*colour, 220), width=max(FINE, unit // 2), joint="curve")
    closed = (*(ring or box), *(ring or box)[:2])
    for line, more in (((*DARK, 230), 4), ((*WHITE, 230), 2), ((*colour, 255), 0)):
        pen.line(closed, fill=line, width=unit + more * FINE // 2, joint="curve")


def _tag(pen: ImageDraw.ImageDraw, shape: Shape, taken: Sequence[Spot]) -> Spot:
    """The text on a dark ground of its colour, above the box, in it or below, where nothing is written yet."""
    width, height = pen.im.size
    font = _font(max(11, round(max(width, height) / 52)))
    text = writable(shape.text)
    pad = font.size / 4
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    wide, high = right - left + 2 * pad, bottom - top + 2 * pad
    x1, y1, _, y2 = shape.bbox
    x = min(max(0.0, x1), max(0.0, width - wide))
    rows = [min(max(0.0, y), max(0.0, height - high)) for y in (y1 - high, y1, y2 - high, y2, (y1 + y2 - high) / 2)]
    spots = [(x, y, x + wide, y + high) for y in rows]
    spot = next((spot for spot in spots if not any(_meet(spot, other) for other in taken)), spots[0])
    colour = _colour(shape)
    ground = tuple(round(part * 0.45) for part in colour)
    pen.rounded_rectangle(spot, radius=pad, fill=ground, outline=colour, width=max(1, round(pad / 3)))
    pen.text((spot[0] + pad - left, spot[1] + pad - top), text, font=font, fill=WHITE, stroke_width=1, stroke_fill=DARK)
    return spot


def _with_headline(picture: Image.Image, text: str) -> Image.Image:
    """One line on a dark band below the picture, as large as fits."""
    width, height = picture.size
    size = max(14, round(max(width, height) / 26))
    while size > 10 and _font(size).getlength(text) > width * 0.96:
        size -= 1
    if _font(size).getlength(text) > width * 0.96:
        while text and _font(size).getlength(text + "...") > width * 0.96:
            text = text[:-1]
        text += "..."
    band = round(size * 1.7)
    whole = Image.new("RGB", (width, height + band), DARK)
    whole.paste(picture, (0, 0))
    ImageDraw.Draw(whole).text((width / 2, height + band / 2), text, font=_font(size), fill=WHITE, anchor="mm")
    return whole


def _meet(one: Spot, other: Spot) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow is built without FreeType")
    return font


def _encoded(picture: Image.Image, kind: Kind, profile: bytes | None) -> bytes:
    out = io.BytesIO()
    if kind == "png":
        picture.save(out, "PNG", icc_profile=profile)
    else:
        picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, icc_profile=profile)
    return out.getvalue()
