import struct

import numpy as np
import pytest

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.strip import clean, strip
from cultivar.vision.metadata.webp import chunks
from tests.support.photofile import encoded
from tests.vision.pictures import SECRET, decoded, telling, texture

PLAIN = encoded(texture(24, 16), "WEBP")


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*parts: bytes) -> bytes:
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_both_codings_and_alpha_stay(lossless: bool, mode: str) -> None:
    told = telling("WEBP", texture(31, 19, mode=mode), 5, lossless=lossless)
    assert np.array_equal(decoded(clean(told)), decoded(told))
    assert strip(told).width == 31


def test_unknown_chunks_are_cut_also_from_simple_files() -> None:
    assert clean(riff(PLAIN[12:], chunk(b"note", SECRET))) == PLAIN


def test_flags_say_what_is_left() -> None:
    kept = clean(telling("WEBP", texture(8, 8)))
    assert kept[20] == 0x20
    assert set(chunks(kept)) == {b"VP8X", b"ICCP", b"VP8 "}


def test_an_animation_is_unreadable() -> None:
    moving = encoded(texture(8, 8), "WEBP", save_all=True, append_images=[texture(8, 8, seed=1)])
    with pytest.raises(UnreadableImage, match="animated"):
        strip(moving)


@pytest.mark.parametrize(
    "data",
    [
        riff(),
        riff(chunk(b"VP8 ", b"\0" * 20)),
        riff(chunk(b"VP8L", b"\x2e\0\0\0\0")),
        riff(PLAIN[12:], chunk(b"VP8L", b"\x2f\0\0\0\0")),
        riff(chunk(b"VP8X", b"\0" * 4), PLAIN[12:]),
        riff(chunk(b"VP8X", b"\x02" + b"\0" * 9), PLAIN[12:]),
        riff(b"VP8 \xff\xff\xff\x7f"),
    ],
    ids=["empty", "no start code", "no signature", "two pictures", "short header", "animation flag", "endless chunk"],
)
def test_a_structure_that_does_not_hold_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        strip(data)
