"""JPEG (ITU-T T.81): a walk over marker segments.

Kept: frames, scans, tables, JFIF (without its thumbnail), Adobe's colour transform, ICC profiles. Cut: EXIF but for
orientation, XMP, IPTC, comments, thumbnails, maker notes, further pictures, all that follows the image's end.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final, NoReturn

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.exif import read_orientation, write_orientation
from cultivar.vision.metadata.parts import Piece, Stripped, join

EOI: Final = 0xD9
SOS: Final = 0xDA
APP0: Final = 0xE0
EXIF: Final = 0xE1
ICC: Final = 0xE2
ADOBE: Final = 0xEE
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TABLES: Final = frozenset({0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD})
MARKER_IN_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

Segment = tuple[int, int, int]
"""Marker code, its first byte's place, the place after its last; of a scan with its entropy-coded data."""


def strip_jpeg(data: bytes) -> Stripped:
    """Cut the metadata of a JPEG.

    Raises UnreadableImage when its segments do not hold together or its end is missing.
    """
    found = list(segments(data))
    frames = [start for marker, start, _ in found if marker in FRAMES]
    if len(frames) != 1 or not any(marker == SOS for marker, _, _ in found):
        raise UnreadableImage("This JPEG holds no picture.")
    height, width = struct.unpack_from(">HH", data, frames[0] + 5)
    exif = next((_body(data, part) for part in found if part[0] == EXIF and _body(data, part)[:6] == b"Exif\0\0"), b"")
    orientation = read_orientation(exif)
    head: list[Piece] = [slice(0, 2)]
    if jfif := next((part for part in found if part[0] == APP0 and _is_jfif(_body(data, part))), None):
        head.append(_plain_jfif(data, jfif))
    if orientation > 1:
        head.append(_segment(EXIF, b"Exif\0\0" + write_orientation(orientation)))
    rest = (_kept(data, part) for part in found)
    return Stripped("jpeg", width, height, orientation, join([*head, *(piece for piece in rest if piece)]))


def segments(data: bytes) -> Iterator[Segment]:
    """Every segment after the start of the image, to its end.

    Raises UnreadableImage for a structure that is broken or cut off.
    """
    at = 2
    while True:
        if data[at : at + 1] != b"\xff":
            _refuse("its structure is broken or its end is missing")
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = data[at + 1] if at + 1 < len(data) else _refuse("its end is missing")
        if marker == EOI:
            yield marker, at, at + 2
            return
        stop = _segment_end(data, at, marker)
        if marker == SOS:
            found = MARKER_IN_SCAN.search(data, stop)
            stop = found.start() if found else _refuse("its end is missing")
        yield marker, at, stop
        at = stop


def _segment_end(data: bytes, at: int, marker: int) -> int:
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    known = marker in FRAMES | TABLES or 0xE0 <= marker <= 0xEF or marker == 0xFE
    if not known or length < (8 if marker in FRAMES else 2) or at + 2 + length > len(data):
        _refuse("its structure is broken or its end is missing")
    return at + 2 + length


def _body(data: bytes, part: Segment) -> bytes:
    return data[part[1] + 4 : part[2]]


def _is_jfif(body: bytes) -> bool:
    return body.startswith(b"JFIF\0") and len(body) >= 12


def _plain_jfif(data: bytes, part: Segment) -> Piece:
    """The segment without its thumbnail, as it stands if it has none."""
    plain = _segment(APP0, _body(data, part)[:12] + b"\0\0")
    return slice(*part[1:]) if data[part[1] : part[2]] == plain else plain


def _kept(data: bytes, part: Segment) -> Piece | None:
    """This segment, or what may be kept of it; JFIF and EXIF are written anew."""
    marker, start, stop = part
    if marker == ADOBE:
        body = _body(data, part)
        return _segment(ADOBE, body[:12]) if body.startswith(b"Adobe") and len(body) >= 12 else None
    profile = marker == ICC and data.startswith(b"ICC_PROFILE\0", start + 4)
    return slice(start, stop) if profile or marker == EOI or marker in FRAMES | TABLES else None


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _refuse(why: str) -> NoReturn:
    raise UnreadableImage(f"This JPEG is damaged: {why}.")
