import io
import struct

import numpy as np
import pytest
from PIL import Image

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.jpeg import segments
from cultivar.vision.metadata.strip import clean, strip
from tests.support.photofile import encoded
from tests.vision.pictures import SECRET, decoded, telling, texture

PLAIN = encoded(texture(40, 24), "JPEG")


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """The segment right after the start of the image."""
    return data[:2] + segment(marker, body) + data[2:]


@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xE2, *range(0xE3, 0xF0), 0xFE])
def test_every_application_segment_and_comment_is_cut(marker: int) -> None:
    for body in (SECRET, b"Photoshop 3.0\0" + SECRET, b"MPF\0" + SECRET, b"JFXX\0\x13" + SECRET, b"Exif\0\0" + SECRET):
        assert clean(with_segment(PLAIN, marker, body)) == PLAIN


def test_a_thumbnail_inside_jfif_is_cut() -> None:
    thumbnail = b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x01" + SECRET[:6]
    kept = clean(PLAIN[:2] + segment(0xE0, thumbnail) + PLAIN[20:])
    assert SECRET[:6] not in kept
    assert np.array_equal(decoded(kept), decoded(PLAIN))


def test_adobe_keeps_its_colour_transform_and_nothing_behind_it() -> None:
    inks = encoded(texture(16, 16, mode="CMYK"), "JPEG")
    at = inks.index(b"\xff\xee")
    longer = inks[:at] + segment(0xEE, inks[at + 4 : at + 16] + SECRET) + inks[at + 16 :]
    assert clean(longer) == inks


def test_what_follows_the_end_is_dropped() -> None:
    motion_photo = PLAIN + b"\0\0\0\x18ftypmp42" + SECRET + PLAIN
    assert clean(motion_photo) == PLAIN


def test_metadata_between_scans_is_cut() -> None:
    scans = encoded(texture(40, 24), "JPEG", progressive=True)
    starts = [start for marker, start, _ in segments(scans) if marker == 0xDA]
    assert len(starts) > 2
    told = scans[: starts[1]] + segment(0xE1, b"Exif\0\0" + SECRET) + scans[starts[1] :]
    assert clean(told) == scans


def test_fill_bytes_before_a_marker_are_allowed() -> None:
    filled = PLAIN[:2] + b"\xff\xff\xff" + PLAIN[2:]
    assert np.array_equal(decoded(clean(filled)), decoded(PLAIN))


def test_restart_markers_belong_to_their_scan() -> None:
    restarted = encoded(texture(64, 64), "JPEG", restart_marker_rows=1)
    assert b"\xff\xd0" in restarted
    assert clean(restarted) == restarted


def test_the_first_exif_block_says_the_turn() -> None:
    twice = with_segment(telling("JPEG", texture(8, 8), 6), 0xE1, telling("JPEG", texture(8, 8), 3)[30:80])
    assert strip(twice).orientation == 6


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        PLAIN[:2] + b"\0\0" + PLAIN[2:],
        with_segment(PLAIN, 0xC0, b"\x08\0\x08\0\x08\x03"),
        with_segment(PLAIN, 0xC8, b"1234"),
        PLAIN[:2] + b"\xff\xe1\0\x01" + PLAIN[2:],
        PLAIN[:2] + b"\xff\xc0\0\x04\0\0" + PLAIN[2:],
    ],
    ids=["nothing", "stray bytes", "second frame", "unknown marker", "impossible length", "short frame"],
)
def test_a_structure_that_does_not_hold_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        strip(data)


def test_no_picture_without_a_scan() -> None:
    scanless = PLAIN[: PLAIN.index(b"\xff\xda")] + b"\xff\xd9"
    with pytest.raises(UnreadableImage, match="no picture"):
        strip(scanless)


def test_what_is_kept_opens_as_a_plain_jpeg() -> None:
    with Image.open(io.BytesIO(clean(telling("JPEG", texture(30, 20), 8)))) as image:
        assert not set(image.info) & {"comment", "xmp", "photoshop", "mp", "mpoffset", "adobe"}
        assert dict(image.getexif()) == {0x0112: 8}
