"""Pillow and libheif, held in one place: clean files in, upright RGB pictures out, damage as UnreadableImage."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import numpy as np
from PIL import Image

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.exif import turn
from cultivar.vision.metadata.parts import Format, Stripped

PILLOW: Final[dict[Format, str]] = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
DAMAGE: Final = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What decoders raise, here and there, for bytes that are not what they say."""
TRANSPARENT: Final = frozenset(("RGBA", "LA", "PA", "RGBa", "La"))
REDUCIBLE: Final = frozenset(("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"))


@contextmanager
def damage_is_unreadable() -> Iterator[None]:
    """Turn whatever a decoder makes of broken bytes into UnreadableImage."""
    try:
        yield
    except UnreadableImage:
        raise
    except MemoryError as error:
        raise UnreadableImage("This photo needs more memory than one photo may take.") from error
    except DAMAGE as error:
        raise UnreadableImage("This photo is damaged and cannot be decoded.") from error


def read_stored(clean: bytes, stripped: Stripped, factor: int = 1) -> Image.Image:
    """The picture as it is stored, neither turned nor converted; a JPEG shrunk by 1, 2, 4 or 8, at most `factor`.

    Raises UnreadableImage.
    """
    with damage_is_unreadable(), Image.open(io.BytesIO(clean), formats=(PILLOW[stripped.format],)) as image:
        if image.size != (stripped.width, stripped.height) or getattr(image, "n_frames", 1) != 1:
            raise UnreadableImage("This photo is damaged: it contradicts itself about its size.")
        image.draft(None, (max(1, stripped.width // factor), max(1, stripped.height // factor)))
        image.load()
        return image


def read_rgb(clean: bytes, stripped: Stripped, factor: int = 1) -> Image.Image:
    """The picture upright in RGB, both sides divided by at most `factor`.

    Raises UnreadableImage.
    """
    image = read_stored(clean, stripped, factor)
    left = factor * image.width // stripped.width
    with damage_is_unreadable():
        return turn(reduced_rgb(image, left), stripped.orientation)


def reduced_rgb(image: Image.Image, factor: int = 1) -> Image.Image:
    """Any mode to RGB on white, both sides divided by `factor`; 16 bits keep their upper 8."""
    if image.mode.startswith(("I", "F")):
        deep = np.asarray(image)
        image = Image.fromarray((np.clip(deep, 0, 65_535).astype(np.uint16) >> 8).astype(np.uint8))
    elif image.mode not in REDUCIBLE or "transparency" in image.info:
        see_through = image.mode in TRANSPARENT or "transparency" in image.info
        image = image.convert("RGBA" if see_through else "RGB")
    if factor > 1:
        image = image.reduce(factor)
    if image.mode in TRANSPARENT:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def colour_profile(image: Image.Image) -> bytes | None:
    """The ICC profile, if it is one of RGB; a grey or CMYK profile would be wrong for what we write."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile[16:20] == b"RGB " else None


def inspect_heic(data: bytes) -> Stripped:
    """Size of the primary picture, upright, from the file's boxes alone; there is nothing to keep of the file.

    Raises UnreadableImage.
    """
    with damage_is_unreadable():
        width, height = _open_heic(data).size
    return Stripped("heic", width, height, 1, ())


def read_heic(data: bytes) -> Image.Image:
    """The primary picture, upright, in RGB on white.

    Raises UnreadableImage.
    """
    with damage_is_unreadable():
        image: Image.Image = _open_heic(data).to_pillow()
        profile = colour_profile(image)
        upright = reduced_rgb(image)
        upright.info = {"icc_profile": profile} if profile else {}
        return upright


def _open_heic(data: bytes) -> Any:
    # 20 MB of libraries that most decoders never need
    pillow_heif = import_module("pillow_heif")
    pillow_heif.options.DECODE_THREADS = 1
    return pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
