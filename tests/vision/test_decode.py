import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from cultivar.vision.decode import Beside, Limits, inspect, look, reduction, see, thumbnail, upright
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.geometry import PlainFrame, PlainTiles, fit, tiles
from cultivar.vision.metadata.strip import clean, strip
from cultivar.vision.quality import unusable
from tests.support import drawing
from tests.support.photofile import TURNED, encoded, jpeg
from tests.vision.pictures import KINDS, PROFILE, SECRET, decoded, heic, profile_of, telling, texture

FRAME = PlainFrame(32, 32)
LEAF = drawing.picture(drawing.MAPLE, size=(320, 240))


def bomb(width: int, height: int) -> bytes:
    """A PNG that is small as a file and vast as a picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def close(a: np.ndarray, b: np.ndarray, most: float) -> bool:
    return float(np.abs(a.astype(float) - b.astype(float)).mean()) <= most


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_of_the_bytes_received_and_of_the_upright_photo(kind: str) -> None:
    data = telling(kind, LEAF, 6)
    sight = see(data, FRAME)
    assert sight.facts.format == kind.lower()
    assert sight.facts.content_type == f"image/{kind.lower()}"
    assert (sight.facts.width, sight.facts.height, sight.facts.orientation) == (240, 320, 6)
    assert sight.facts.sha256 == hashlib.sha256(data).hexdigest()
    photo = sight.photo(data)
    assert photo.clean == clean(data)
    assert photo.content_type == sight.facts.content_type
    assert SECRET not in photo.clean


@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
def test_the_network_sees_every_photo_upright(orientation: int | None) -> None:
    seen = see(jpeg(LEAF, quality=98, orientation=orientation), FRAME)
    assert close(seen.pixels, fit(LEAF, FRAME), 3)
    assert (seen.facts.width, seen.facts.height) == LEAF.size


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_tag_means_upright(kind: str) -> None:
    data = encoded(LEAF, kind, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert see(data, FRAME).facts.orientation == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (31, 33)])
@pytest.mark.parametrize("kind", KINDS)
def test_tiny_and_narrow_photos_are_answered(size: tuple[int, int], kind: str) -> None:
    sight = see(encoded(texture(*size), kind), FRAME)
    assert sight.pixels.shape == (32, 32, 3)
    assert unusable(sight.quality)


@pytest.mark.parametrize(("kind", "factor"), [("JPEG", 2), ("JPEG", 4), ("JPEG", 6), ("PNG", 3), ("WEBP", 3)])
def test_a_large_photo_gives_nearly_the_same_input_as_in_full(kind: str, factor: int) -> None:
    large = drawing.picture(drawing.MAPLE, size=(320 * factor, 240 * factor))
    data = encoded(large, kind, quality=95)
    assert reduction(FRAME, *large.size) == factor
    assert close(look(data, FRAME), fit(large, FRAME), 3)


@pytest.mark.parametrize("kind", KINDS)
def test_looking_gives_the_pixels_that_seeing_gives(kind: str) -> None:
    data = telling(kind, LEAF, 8)
    assert np.array_equal(look(data, FRAME), see(data, FRAME).pixels)


@settings(max_examples=40)
@given(st.integers(1, 2000), st.integers(1, 2000))
def test_a_photo_is_never_reduced_below_what_is_needed(width: int, height: int) -> None:
    factor = reduction(FRAME, width, height)
    assert factor == 1 or (min(width, height) / factor >= 32 and max(width, height) / factor >= 320)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_printers_colours(mode: str) -> None:
    image = LEAF.convert(mode)
    seen = look(encoded(image, "JPEG", quality=98), FRAME)
    assert close(seen, fit(image.convert("RGB"), FRAME), 3)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA"])
def test_png_of_any_mode(mode: str) -> None:
    image = LEAF.convert(mode)
    assert close(look(encoded(image, "PNG"), FRAME), fit(image.convert("RGB"), FRAME), 1)


def test_sixteen_bits_keep_their_upper_eight() -> None:
    deep = np.asarray(LEAF.convert("L")).astype(np.uint16) * 257
    seen = look(encoded(Image.fromarray(deep), "PNG"), FRAME)
    assert close(seen, fit(LEAF.convert("L").convert("RGB"), FRAME), 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode: str) -> None:
    clear = Image.new("RGBA", (640, 640), (200, 0, 0, 0)).convert(mode)
    options = {"transparency": clear.getpixel((0, 0))} if mode == "P" else {}
    assert (look(encoded(clear, "PNG", **options), FRAME) == 255).all()


def test_an_embedded_thumbnail_or_second_picture_changes_nothing() -> None:
    data = jpeg(LEAF)
    assert np.array_equal(look(data + jpeg(texture(100, 100)), FRAME), look(data, FRAME))


def test_heic_turns_itself_and_becomes_jpeg() -> None:
    data = heic(LEAF, quality=95)
    sight = see(data, FRAME)
    photo = sight.photo(data)
    assert (sight.facts.format, sight.facts.content_type, photo.content_type) == ("heic", "image/heic", "image/jpeg")
    assert (sight.facts.width, sight.facts.height) == LEAF.size
    assert close(sight.pixels, fit(LEAF, FRAME), 4)
    assert np.array_equal(look(data, FRAME), sight.pixels)
    assert strip(photo.clean).orientation == 1
    assert close(decoded(photo.clean), np.asarray(LEAF), 6)


def test_heic_loses_its_metadata_and_keeps_its_profile() -> None:
    told = heic(LEAF, exif=telling("JPEG", LEAF, 6)[30:700], icc_profile=PROFILE)
    assert b"Cultivar" in told
    kept = see(told, FRAME).photo(told).clean
    assert b"Cultivar" not in kept
    assert profile_of(kept) == PROFILE


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (1, 64_000_001), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(UnreadableImage, match="pixels"):
        inspect(bomb(width, height))


def test_limits_hold_at_their_value() -> None:
    data = encoded(texture(20, 10), "PNG")
    assert inspect(data, Limits(pixels=200)).width == 20
    with pytest.raises(UnreadableImage, match="pixels"):
        inspect(data, Limits(pixels=199))


def test_heic_is_held_to_the_limits_too() -> None:
    with pytest.raises(UnreadableImage, match="pixels"):
        inspect(heic(LEAF), Limits(pixels=1000))


def test_a_picture_with_too_few_rows_is_unreadable() -> None:
    with pytest.raises(UnreadableImage):
        see(bomb(4000, 4000), FRAME)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", [*KINDS, "HEIC"])
def test_a_photo_cut_off_is_unreadable(kind: str, share: float) -> None:
    whole = heic(LEAF) if kind == "HEIC" else encoded(LEAF, kind)
    with pytest.raises(UnreadableImage):
        see(whole[: int(len(whole) * share)], FRAME)


def test_a_size_that_contradicts_the_bitstream_is_unreadable() -> None:
    data = encoded(LEAF, "WEBP", icc_profile=PROFILE)
    lying = data[:24] + (9_999).to_bytes(3, "little") + data[27:]
    with pytest.raises(UnreadableImage):
        see(lying, FRAME)


@settings(max_examples=250)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 3), data=st.data())
def test_damaged_photos_are_answered_or_unreadable_and_nothing_else(kind: str, seed: int, data: st.DataObject) -> None:
    broken = bytearray(encoded(texture(24, 24, seed=seed), kind))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    works = (lambda: see(bytes(broken), FRAME).photo(bytes(broken)).clean, lambda: thumbnail(bytes(broken), 16))
    for work in (*works, lambda: upright(bytes(broken))):
        try:
            data_out = work()
        except UnreadableImage:
            continue
        assert strip(data_out).width


@settings(max_examples=60)
@given(at=st.integers(0, 5000), value=st.integers(0, 255))
def test_damaged_heic_is_answered_or_unreadable(at: int, value: int) -> None:
    broken = bytearray(heic(texture(64, 64)))
    broken[at % len(broken)] = value
    try:
        pixels = see(bytes(broken), FRAME).pixels
    except UnreadableImage:
        return
    assert pixels.shape == (32, 32, 3)


def test_pillow_stays_strict_about_cut_off_files() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize("kind", [*KINDS, "HEIC"])
def test_a_thumbnail_is_a_small_upright_jpeg_that_tells_nothing(kind: str) -> None:
    turned = LEAF.transpose(TURNED[6])
    data = heic(LEAF, icc_profile=PROFILE) if kind == "HEIC" else telling(kind, turned, 6)
    small = thumbnail(data, 80)
    assert strip(small).format == "jpeg"
    assert strip(small).orientation == 1
    assert SECRET not in small
    assert profile_of(small) == PROFILE
    assert decoded(small).shape == (60, 80, 3)
    assert close(decoded(small), np.asarray(LEAF.resize((80, 60), Image.Resampling.LANCZOS)), 6)


def test_a_thumbnail_is_never_enlarged() -> None:
    assert decoded(thumbnail(encoded(texture(30, 20), "PNG"), 320)).shape == (20, 30, 3)


def test_a_thumbnail_of_printers_colours_has_no_printer_s_profile() -> None:
    data = encoded(LEAF.convert("CMYK"), "JPEG", icc_profile=b"\0" * 16 + b"CMYK" + b"\0" * 108)
    assert profile_of(thumbnail(data, 64)) is None


@pytest.mark.parametrize("orientation", sorted(TURNED))
@pytest.mark.parametrize("kind", KINDS)
def test_a_turned_photo_is_rewritten_upright(kind: str, orientation: int) -> None:
    data = telling(kind, LEAF.transpose(TURNED[orientation]), orientation, quality=95, lossless=True)
    kept = upright(data)
    assert strip(kept).format == strip(data).format
    assert strip(kept).orientation == 1
    assert SECRET not in kept
    assert profile_of(kept) == PROFILE
    assert close(decoded(kept), np.asarray(LEAF), 3 if kind == "JPEG" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upright_photo_loses_metadata_and_nothing_else(kind: str) -> None:
    data = telling(kind, LEAF)
    assert upright(data) == clean(data)


def test_a_rewritten_jpeg_keeps_its_tables() -> None:
    data = jpeg(LEAF, quality=61, orientation=6)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(upright(data))) as after:
        assert after.quantization == before.quantization


def test_heic_is_rewritten_as_jpeg() -> None:
    assert strip(upright(heic(LEAF))).format == "jpeg"


def test_a_lossy_webp_stays_lossy() -> None:
    data = encoded(LEAF, "WEBP", exif=telling("JPEG", LEAF, 6)[24:300])
    turned = telling("WEBP", LEAF, 6)
    assert strip(data).format == "webp"
    assert b"VP8L" not in upright(turned)


@pytest.mark.parametrize("data", [jpeg(LEAF, quality=95), encoded(LEAF, "PNG")])
def test_one_decoding_also_gives_a_small_copy_another_frame_and_tiles(data: bytes) -> None:
    cut = PlainTiles(200, 0.2)
    beside = Beside(PlainFrame(24, 32, "letterbox"), cut, 150)
    sight = see(data, FRAME, beside=beside)
    assert sight.view is not None
    assert sight.finder is not None
    assert sight.tiles is not None
    assert max(sight.view.shape[:2]) == 150
    assert close(sight.view, np.asarray(LEAF.resize(sight.view.shape[1::-1], Image.Resampling.BILINEAR)), 4)
    assert close(sight.finder, fit(LEAF, PlainFrame(24, 32, "letterbox")), 4)
    regions = tiles(*LEAF.size, cut)
    assert len(sight.tiles) == len(regions) > 1
    for tile, region in zip(sight.tiles, regions, strict=True):
        assert close(tile, fit(LEAF.crop(region), FRAME), 4)


@pytest.mark.parametrize("side", [100, 150, 200, 400])
def test_a_copy_is_no_larger_than_asked_and_not_much_smaller(side: int) -> None:
    view = see(encoded(LEAF.resize((1600, 1200)), "JPEG"), FRAME, beside=Beside(view_side=side)).view
    assert view is not None
    assert 0.75 * side <= max(view.shape[:2]) <= side


def test_nothing_is_given_beside_that_nobody_asked_for() -> None:
    sight = see(encoded(LEAF, "PNG"), FRAME)
    assert sight.view is sight.finder is sight.tiles is None
