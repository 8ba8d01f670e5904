"""WebP (RFC 9649): a walk over RIFF chunks.

Kept: the picture, its alpha, the colour profile. Cut: EXIF but for orientation, XMP, unknown chunks, all that follows.
"""

import struct
from typing import Final

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.exif import read_orientation, write_orientation
from cultivar.vision.metadata.parts import Piece, Stripped, join

ANIMATION: Final = 0x02
HAS_EXIF: Final = 0x08
ALPHA: Final = 0x10
HAS_ICC: Final = 0x20
ORDER: Final = (b"ICCP", b"ALPH", b"VP8 ", b"VP8L")

Chunks = dict[bytes, tuple[int, int]]
"""First byte and place after the last (with its pad byte) of the first chunk of each kind."""


def strip_webp(data: bytes) -> Stripped:
    """Cut the metadata of a WebP.

    Raises UnreadableImage when it is animated, damaged, cut off or holds no picture.
    """
    found = chunks(data)
    pictures = [kind for kind in (b"VP8 ", b"VP8L") if kind in found]
    if b"ANIM" in found or b"ANMF" in found or _flags(data, found) & ANIMATION:
        raise UnreadableImage("This WebP is animated; send a single photo.")
    if len(pictures) != 1:
        raise UnreadableImage("This WebP holds no picture.")
    width, height = _picture_size(data, pictures[0], found[pictures[0]][0])
    kept: list[Piece] = [slice(*found[kind]) for kind in ORDER if kind in found]
    orientation = 1
    if b"VP8X" in found:
        start, stop = found.get(b"EXIF", (0, 0))
        orientation = read_orientation(data[start + 8 : stop])
        tail: list[Piece] = [_chunk(b"EXIF", write_orientation(orientation))] if orientation > 1 else []
        kept = [_extended(data, found, orientation), *kept, *tail]
    length = 4 + sum(len(piece) if isinstance(piece, bytes) else piece.stop - piece.start for piece in kept)
    return Stripped("webp", width, height, orientation, join([b"RIFF" + struct.pack("<I", length) + b"WEBP", *kept]))


def chunks(data: bytes) -> Chunks:
    """Where the chunks of the file lie.

    Raises UnreadableImage for a structure that is broken or cut off.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    found: Chunks = {}
    at = 12
    while at < end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        stop = at + 8 + length + length % 2
        if min(end, len(data)) < stop:
            raise UnreadableImage("This WebP is damaged: its structure is broken or its end is missing.")
        found.setdefault(data[at : at + 4], (at, stop))
        at = stop
    return found


def _flags(data: bytes, found: Chunks) -> int:
    if b"VP8X" not in found:
        return 0
    start, stop = found[b"VP8X"]
    if stop - start != 18:
        raise UnreadableImage("This WebP is damaged: its header has a wrong length.")
    return data[start + 8]


def _picture_size(data: bytes, kind: bytes, start: int) -> tuple[int, int]:
    """Width and height in the bitstream's own header, which is what gets decoded."""
    body = data[start + 8 : start + 18]
    if kind == b"VP8 " and len(body) == 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise UnreadableImage("This WebP is damaged: its picture has no valid header.")


def _extended(data: bytes, found: Chunks, orientation: int) -> bytes:
    flags = _flags(data, found) & ALPHA | (HAS_ICC if b"ICCP" in found else 0) | (HAS_EXIF if orientation > 1 else 0)
    start = found[b"VP8X"][0]
    return _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + data[start + 12 : start + 18])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
