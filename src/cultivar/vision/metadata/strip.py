"""One door to the three formats whose metadata is cut in place."""

from collections.abc import Callable
from typing import Final

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.jpeg import strip_jpeg
from cultivar.vision.metadata.parts import Format, Stripped, assemble
from cultivar.vision.metadata.png import SIGNATURE, strip_png
from cultivar.vision.metadata.webp import strip_webp

STRIPPERS: Final[dict[Format, Callable[[bytes], Stripped]]] = {
    "jpeg": strip_jpeg,
    "png": strip_png,
    "webp": strip_webp,
}
STILL_HEIC: Final = frozenset((b"heic", b"heix", b"heim", b"heis"))
MOVING_HEIC: Final = frozenset((b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"))
UNKNOWN: Final = "This is not a photo that is read here: send a JPEG, PNG, WebP or HEIC file."


def sniff(data: bytes) -> Format:
    """The format by the file's first bytes, never by its name.

    Raises UnreadableImage for anything but the four formats.
    """
    if not data:
        raise UnreadableImage("This file is empty.")
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(SIGNATURE):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _sniff_heic(data)
    raise UnreadableImage(UNKNOWN)


def strip(data: bytes) -> Stripped:
    """Find out what of a JPEG, PNG or WebP may be kept.

    Raises UnreadableImage for other formats, HEIC too, and for a broken structure.
    """
    stripper = STRIPPERS.get(sniff(data))
    if stripper is None:
        raise UnreadableImage("Metadata cannot be cut out of HEIC; it is converted to JPEG.")
    return stripper(data)


def clean(data: bytes) -> bytes:
    """The file without metadata, its pixels and colour profile untouched; `clean(clean(x)) == clean(x)`."""
    return assemble(data, strip(data).pieces)


def _sniff_heic(data: bytes) -> Format:
    size = min(int.from_bytes(data[:4], "big"), 256)
    major, brands = data[8:12], {data[at : at + 4] for at in range(8, size, 4)}
    if major in MOVING_HEIC:
        raise UnreadableImage("This HEIC is a sequence; send a single photo.")
    if major in STILL_HEIC or (major == b"mif1" and brands & STILL_HEIC):
        return "heic"
    raise UnreadableImage(UNKNOWN)
