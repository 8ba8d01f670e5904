import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.strip import clean, strip
from tests.support.photofile import encoded
from tests.vision.pictures import SECRET, decoded, texture

PLAIN = encoded(texture(24, 16), "PNG")
HEADER = 8 + 25


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(kind: bytes, body: bytes) -> bytes:
    """The chunk right after the header."""
    return PLAIN[:HEADER] + chunk(kind, body) + PLAIN[HEADER:]


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"dSIG", b"prVt", b"eXIf"])
def test_text_times_and_private_chunks_are_cut(kind: bytes) -> None:
    assert clean(with_chunk(kind, b"Comment\0" + SECRET)) == PLAIN


def test_text_behind_the_picture_is_cut() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("GPS", SECRET.decode(), zip=True)
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    told = encoded(texture(24, 16), "PNG", pnginfo=notes)
    assert clean(told + SECRET) == PLAIN


@pytest.mark.parametrize("mode", ["P", "1", "I;16", "LA", "RGBA"])
def test_palettes_depths_and_transparency_stay(mode: str) -> None:
    image = Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 160) if mode == "I;16" else None
    told = encoded(image or texture(20, 20, mode=mode), "PNG", transparency=3 if mode == "P" else None)
    assert np.array_equal(decoded(clean(told)), decoded(told))


def test_a_transparent_colour_stays() -> None:
    told = encoded(texture(20, 20), "PNG", transparency=(1, 2, 3))
    with Image.open(io.BytesIO(clean(told))) as image:
        assert image.info["transparency"] == (1, 2, 3)


def test_an_animation_is_unreadable() -> None:
    moving = encoded(texture(8, 8), "PNG", save_all=True, append_images=[texture(8, 8, seed=1)])
    with pytest.raises(UnreadableImage, match="animated"):
        strip(moving)


@pytest.mark.parametrize(
    "data",
    [
        with_chunk(b"PRVT", b"must be understood"),
        with_chunk(b"IHDR", PLAIN[16:29]),
        PLAIN[:8] + PLAIN[HEADER:],
        PLAIN[:HEADER] + chunk(b"IEND", b""),
        PLAIN[:29] + b"\0\0\0\0" + PLAIN[HEADER:],
        PLAIN[:8] + chunk(b"IHDR", PLAIN[16:29] + b"\0") + PLAIN[HEADER:],
    ],
    ids=["critical", "two headers", "no header", "no picture", "checksum", "long header"],
)
def test_a_structure_that_does_not_hold_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        strip(data)
