"""The one EXIF tag that is kept: orientation (EXIF 3.0, tag 0x0112, values 1 to 8; 1 is upright)."""

import struct
from typing import Final, Literal

from PIL import Image

ORIENTATION: Final = 0x0112
SHORT: Final = 3
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_orientation(tiff: bytes) -> int:
    """1..8 from a TIFF block, with or without the `Exif` prefix; anything missing or broken reads as 1."""
    tiff = tiff.removeprefix(b"Exif\0\0")
    order: Literal["<", ">"] = "<" if tiff[:4] == b"II*\0" else ">"
    if order == ">" and tiff[:4] != b"MM\0*":
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(count):
            tag, kind, length, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if kind == SHORT and length == 1 and value in TURNS else 1
    except struct.error:
        pass
    return 1


def write_orientation(orientation: int) -> bytes:
    """The smallest TIFF block that says it: one directory, one entry."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, SHORT, 1, orientation, 0, 0)


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height after turning; 5 to 8 swap them."""
    return (height, width) if orientation >= 5 else (width, height)


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """The image as it was seen."""
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image
