"""From the bytes of a photo to all that an answer needs of it, in one decoding; pure.

A photo is read as the smallest picture that still serves both the network and the judging of its quality: a JPEG is
shrunk inside its decoder, by 2, 4 or 8; other formats are reduced right after it. One rule of orientation holds for
all: the EXIF tag 1..8, anything else is upright, and HEIC turns itself. Transparent parts are white.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from cultivar.vision import pixels
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.geometry import Frame, Region, Tiles, fit, place, place_region, spare, tiles
from cultivar.vision.metadata.exif import turn, upright_size
from cultivar.vision.metadata.parts import Format, Piece, Stripped, assemble
from cultivar.vision.metadata.strip import sniff, strip
from cultivar.vision.metadata.webp import chunks
from cultivar.vision.quality import SCALE, Quality, judge

HEIC_TO_JPEG: Final = 92
THUMBNAIL: Final = 82
REWRITTEN_WEBP: Final = 95
ENOUGH: Final = 0.75
"""Share of the size asked for a copy from which on a quicker decoding is worth more than a larger copy."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Limits:
    """Held before anything is decoded. 64 megapixels is the largest photo that phones take by default."""

    pixels: int = 64_000_000


@dataclass(frozen=True, slots=True)
class Beside:
    """What the same decoding gives beside the network's input; nothing, if nothing is asked.

    `finder`: another network's input. `tiles`: further inputs, of regions. `view_side`: long side of an upright copy,
    at most; a photo that is as large gives at least `ENOUGH` of it.
    """

    finder: Frame | None = None
    tiles: Tiles | None = None
    view_side: int = 0


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Width and height as seen, upright; `sha256` of the bytes received; `orientation` 1..8 of the file."""

    format: Format
    content_type: str
    width: int
    height: int
    sha256: str
    orientation: int


@dataclass(frozen=True, slots=True)
class SeenPhoto:
    """A photo as it may be kept: `clean` has no metadata, its pixels untouched; HEIC has become JPEG.

    `content_type` is that of `clean`. Where `facts.orientation` is not 1, `clean` still says so in one EXIF tag.
    """

    facts: PhotoFacts
    quality: Quality
    clean: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Sight:
    """One decoding's yield. `pixels`: uint8 (height, width, 3) of the frame; `pieces` make the clean file.

    `finder`: its frame; `tiles`: (n, height, width, 3) in the order of `geometry.tiles`; `view`: the photo, small.
    """

    facts: PhotoFacts
    quality: Quality
    pieces: tuple[Piece, ...]
    pixels: Pixels
    finder: Pixels | None = None
    tiles: Pixels | None = None
    view: Pixels | None = None

    def photo(self, data: bytes) -> SeenPhoto:
        """With the bytes it came from, what may be kept."""
        kept = "image/jpeg" if self.facts.format == "heic" else self.facts.content_type
        return SeenPhoto(self.facts, self.quality, assemble(data, self.pieces), kept)


def see(data: bytes, frame: Frame, limits: Limits = Limits(), beside: Beside = Beside()) -> Sight:
    """Facts, quality, clean file and network input of a photo.

    Raises UnreadableImage for all that is not a whole, single photo of a known format within the limits.
    """
    stripped = inspect(data, limits)
    width, height = upright_size(stripped.width, stripped.height, stripped.orientation)
    factor = reduction(frame, width, height, beside)
    if stripped.format == "heic":
        full = pixels.read_heic(data)
        pieces: tuple[Piece, ...] = (_jpeg(full, HEIC_TO_JPEG),)
        image = pixels.reduced_rgb(full, factor)
    else:
        pieces = stripped.pieces
        image = pixels.read_rgb(assemble(data, pieces), stripped, factor)
    digest = hashlib.sha256(data).hexdigest()
    facts = PhotoFacts(stripped.format, f"image/{stripped.format}", width, height, digest, stripped.orientation)
    cut = [_fitted(image, frame, facts, region) for region in tiles(width, height, beside.tiles)]
    return Sight(
        facts,
        judge(luma(image), min(width, height)),
        pieces,
        _fitted(image, frame, facts),
        finder=_fitted(image, beside.finder, facts) if beside.finder else None,
        tiles=np.stack(cut) if cut else None,
        view=_view(image, beside.view_side) if beside.view_side else None,
    )


def look(data: bytes, frame: Frame, limits: Limits = Limits()) -> Pixels:
    """The network input alone, the same pixels as `see` gives: uint8 (frame.height, frame.width, 3).

    Raises UnreadableImage.
    """
    stripped = inspect(data, limits)
    width, height = upright_size(stripped.width, stripped.height, stripped.orientation)
    factor = reduction(frame, width, height)
    if stripped.format == "heic":
        image = pixels.reduced_rgb(pixels.read_heic(data), factor)
    else:
        image = pixels.read_rgb(assemble(data, stripped.pieces), stripped, factor)
    return fit(image, frame, place(frame, width, height).of((image.width / width, image.height / height)))


def inspect(data: bytes, limits: Limits = Limits()) -> Stripped:
    """Format, stored size, orientation and clean pieces, from the file's structure alone; HEIC has no pieces yet.

    Raises UnreadableImage as `see` does, before any pixel is decoded.
    """
    stripped = pixels.inspect_heic(data) if sniff(data) == "heic" else strip(data)
    width, height = stripped.width, stripped.height
    if not 0 < width * height <= limits.pixels:
        most = limits.pixels // 10**6
        raise UnreadableImage(f"This photo has {width} x {height} pixels; 1 to {most} million are read.")
    return stripped


def reduction(frame: Frame, width: int, height: int, beside: Beside = Beside()) -> int:
    """By what whole number an upright photo may be divided and still serve all that is asked of it."""
    least = max(SCALE.long_side, beside.view_side * ENOUGH)
    needed = [spare(frame, width, height), max(width, height) / least]
    if beside.finder:
        needed.append(spare(beside.finder, width, height))
    needed += [spare(frame, right - x, bottom - y) for x, y, right, bottom in tiles(width, height, beside.tiles)]
    return max(1, int(min(needed)))


def luma(image: Image.Image) -> Pixels:
    """ITU-R 601 luma at the size at which quality is judged; never enlarged."""
    grey = image.convert("L")
    share = SCALE.long_side / max(grey.size)
    if share < 1:
        size = max(1, round(grey.width * share)), max(1, round(grey.height * share))
        grey = grey.resize(size, Image.Resampling.BOX)
    return np.asarray(grey)


def small(data: bytes, long_side: int, limits: Limits = Limits()) -> tuple[Image.Image, Stripped]:
    """The photo upright in RGB, its long side at most `long_side` pixels, never enlarged; its profile in `info`.

    Raises UnreadableImage.
    """
    stripped = inspect(data, limits)
    factor = max(1, max(stripped.width, stripped.height) // long_side)
    if stripped.format == "heic":
        image = pixels.read_heic(data)
        profile = pixels.colour_profile(image)
    else:
        stored = pixels.read_stored(assemble(data, stripped.pieces), stripped, factor)
        profile = pixels.colour_profile(stored)
        image = turn(pixels.reduced_rgb(stored), stripped.orientation)
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image.info = {"icc_profile": profile} if profile else {}
    return image, stripped


def thumbnail(data: bytes, long_side: int, limits: Limits = Limits()) -> bytes:
    """An upright JPEG without metadata, its long side at most `long_side` pixels; never enlarged.

    Raises UnreadableImage.
    """
    return _jpeg(small(data, long_side, limits)[0], THUMBNAIL)


def upright(data: bytes, limits: Limits = Limits()) -> bytes:
    """The photo rewritten in its own format so that it needs no orientation tag; untouched but for metadata if upright.

    A JPEG keeps its quantisation tables, a lossless WebP stays lossless. HEIC becomes JPEG. Raises UnreadableImage.
    """
    stripped = inspect(data, limits)
    if stripped.format == "heic":
        return _jpeg(pixels.read_heic(data), HEIC_TO_JPEG)
    clean = assemble(data, stripped.pieces)
    if stripped.orientation == 1:
        return clean
    stored = pixels.read_stored(clean, stripped)
    turned, out = turn(stored, stripped.orientation), io.BytesIO()
    profile = stored.info.get("icc_profile")
    with pixels.damage_is_unreadable():
        if isinstance(stored, JpegImagePlugin.JpegImageFile):
            sampling = max(0, JpegImagePlugin.get_sampling(stored))
            turned.save(out, "JPEG", qtables=stored.quantization, subsampling=sampling, icc_profile=profile)
        elif stripped.format == "webp":
            lossless = b"VP8L" in chunks(clean)
            turned.save(out, "WEBP", lossless=lossless, quality=REWRITTEN_WEBP, exact=True, icc_profile=profile)
        else:
            turned.save(out, "PNG", icc_profile=profile)
    return out.getvalue()


def _fitted(image: Image.Image, frame: Frame, facts: PhotoFacts, region: Region | None = None) -> Pixels:
    """Placed by the photo's own size, so that the way back does not depend on how it was decoded."""
    placement = place_region(frame, region or (0, 0, facts.width, facts.height))
    return fit(image, frame, placement.of((image.width / facts.width, image.height / facts.height)))


def _view(image: Image.Image, long_side: int) -> Pixels:
    share = min(1.0, long_side / max(image.size))
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    if size == image.size:
        return np.asarray(image)
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, icc_profile=pixels.colour_profile(image))
    return out.getvalue()
