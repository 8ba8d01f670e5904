"""PNG (W3C PNG 3rd edition): a walk over chunks.

Kept: the picture, its palette and transparency, and what says how its colours are meant. Cut: text, EXIF but for
orientation, XMP, times, private chunks, all that follows the end.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.exif import read_orientation, write_orientation
from cultivar.vision.metadata.parts import Piece, Stripped, join

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
KEPT: Final = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT")
)


def strip_png(data: bytes) -> Stripped:
    """Cut the metadata of a PNG.

    Raises UnreadableImage when it is animated, damaged, cut off, or holds a critical chunk that we do not know.
    """
    found = list(chunks(data))
    kinds = [kind for kind, _, _ in found]
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") > 1 or b"IDAT" not in kinds:
        raise UnreadableImage("This PNG holds no picture.")
    if b"acTL" in kinds:
        raise UnreadableImage("This PNG is animated; send a single photo.")
    if any(kind not in KEPT and kind[:1].isupper() for kind in kinds):
        raise UnreadableImage("This PNG holds a critical part that is not known here.")
    width, height = struct.unpack_from(">II", data, 16)
    orientation = read_orientation(
        next((data[start + 8 : stop - 4] for kind, start, stop in found if kind == b"eXIf"), b"")
    )
    pieces: list[Piece] = [slice(0, 8), *(slice(start, stop) for kind, start, stop in found if kind in KEPT)]
    if orientation > 1:
        pieces.insert(2, _chunk(b"eXIf", write_orientation(orientation)))
    return Stripped("png", width, height, orientation, join(pieces))


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first byte, place after the last, of every chunk up to the end of the image; checksums of kept ones hold.

    Raises UnreadableImage for a structure that is broken or cut off.
    """
    at, kind = 8, b""
    view = memoryview(data)
    while kind != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        kind, stop = data[at + 4 : at + 8], at + 12 + length
        if stop > len(data) or not kind.isalpha() or (at == 8 and length != 13):
            raise UnreadableImage("This PNG is damaged: its structure is broken or its end is missing.")
        if kind in KEPT and zlib.crc32(view[at + 4 : stop - 4]) != int.from_bytes(data[stop - 4 : stop], "big"):
            raise UnreadableImage("This PNG is damaged: a checksum is wrong.")
        yield kind, at, stop
        at = stop


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
