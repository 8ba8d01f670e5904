"""Promises that hold for JPEG, PNG and WebP alike; what is special to one stands in its own file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.vision.errors import UnreadableImage
from cultivar.vision.metadata.strip import clean, sniff, strip
from tests.support.photofile import encoded
from tests.vision.pictures import KINDS, PROFILE, SECRET, decoded, heic, profile_of, telling, texture

FILES = {kind: telling(kind, texture(33, 17), orientation=6) for kind in KINDS}
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF\x40\0\0\0WEBP"}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_tells_where_or_by_whom_and_no_pixel_changes(kind: str) -> None:
    told = FILES[kind]
    kept = clean(told)
    assert SECRET in told
    assert SECRET not in kept
    assert b"Cultivar" not in kept
    assert np.array_equal(decoded(kept), decoded(told))


@pytest.mark.parametrize("kind", KINDS)
def test_the_colour_profile_stays(kind: str) -> None:
    assert profile_of(clean(FILES[kind])) == PROFILE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_only_a_turn_is_left_of_exif(kind: str, orientation: int) -> None:
    kept = clean(telling(kind, texture(8, 6), orientation))
    assert strip(kept).orientation == strip(telling(kind, texture(8, 6), orientation)).orientation == orientation
    tags = kept.count(b"Exif\0\0") + kept.count(b"EXIF") + kept.count(b"eXIf")
    assert tags == (orientation != 1)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    mode=st.sampled_from(["RGB", "L", "RGBA", "CMYK", "P"]),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    quality=st.integers(1, 100),
    progressive=st.booleans(),
    orientation=st.integers(1, 8),
)
def test_cutting_twice_is_cutting_once_whatever_the_picture(
    kind: str, mode: str, width: int, height: int, quality: int, progressive: bool, orientation: int
) -> None:
    writable = {"JPEG": {"RGB", "L", "CMYK"}, "PNG": {"RGB", "L", "RGBA", "P"}, "WEBP": {"RGB", "RGBA"}}[kind]
    image = texture(width, height, mode=mode if mode in writable else "RGB")
    told = telling(kind, image, orientation, quality=quality, progressive=progressive, lossless=progressive)
    kept = clean(told)
    assert clean(kept) == kept
    assert SECRET not in kept
    assert np.array_equal(decoded(kept), decoded(told))
    assert (strip(told).width, strip(told).height) == (width, height)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_metadata_is_kept_as_it_is(kind: str) -> None:
    plain = encoded(texture(20, 20), kind)
    assert clean(plain) == plain


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_anywhere_is_unreadable(kind: str) -> None:
    whole = encoded(texture(16, 16), kind)
    for length in range(len(whole)):
        with pytest.raises(UnreadableImage):
            strip(whole[:length])


@settings(max_examples=300)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_damaged_files_are_cut_or_unreadable_and_nothing_else(kind: str, data: st.DataObject) -> None:
    broken = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    _cut_or_unreadable(bytes(broken))


@settings(max_examples=300)
@given(kind=st.sampled_from(KINDS), rubbish=st.binary(max_size=120))
def test_rubbish_behind_the_right_first_bytes_is_cut_or_unreadable(kind: str, rubbish: bytes) -> None:
    _cut_or_unreadable(MAGIC[kind] + rubbish)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a photo, whatever its name",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(texture(8, 8), "GIF"),
        encoded(texture(8, 8), "BMP"),
        encoded(texture(8, 8), "TIFF"),
        encoded(texture(8, 8), "AVIF"),
        b"\0\0\0\x18ftypmsf1\0\0\0\0heic",
        b"\0\0\0\x18ftyphevc\0\0\0\0heic",
        b"\0\0\0\x14ftypmif1\0\0\0\0avif",
        b"\0\0\0\x14ftypisom\0\0\0\0mp42",
    ],
)
def test_other_formats_are_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        sniff(data)


def test_the_first_bytes_decide() -> None:
    assert [sniff(FILES[kind]) for kind in KINDS] == ["jpeg", "png", "webp"]
    assert sniff(heic(texture(64, 64))) == "heic"
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "heic"


def test_heic_has_no_place_to_cut() -> None:
    with pytest.raises(UnreadableImage, match="converted"):
        strip(heic(texture(64, 64)))


def _cut_or_unreadable(data: bytes) -> None:
    try:
        kept = clean(data)
    except UnreadableImage:
        return
    assert clean(kept) == kept
    assert sniff(kept) == sniff(data)
