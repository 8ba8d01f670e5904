from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cultivar.trainer.errors import BadData
from cultivar.trainer.format import open_source, read_index
from cultivar.trainer.photos import decode, load_photos
from tests.trainer.small import write_photos

ONE = {"train": 2, "val": 1}


def test_the_cache_gives_the_pixels_of_every_photo(tmp_path: Path) -> None:
    source = open_source(write_photos(tmp_path / "leaves", ONE))
    records = read_index(source)
    photos = load_photos(tmp_path / "cache", records, {"leaves": source}, [True] * len(records))
    for place, record in enumerate(records):
        assert np.array_equal(photos.pixels(place), decode(source.read(record.path)))


def test_a_cache_is_used_again_and_made_anew_for_other_records(tmp_path: Path) -> None:
    source = open_source(write_photos(tmp_path / "leaves", ONE))
    records = read_index(source)
    sources, cache = {"leaves": source}, tmp_path / "cache"
    load_photos(cache, records, sources, [False] * len(records))
    made = (cache / "photos.u8").stat().st_mtime_ns
    load_photos(cache, records, sources, [False] * len(records))
    assert (cache / "photos.u8").stat().st_mtime_ns == made
    fewer = load_photos(cache, records[3:], sources, [False] * len(records[3:]))
    assert np.array_equal(fewer.pixels(0), decode(source.read(records[3].path)))


def test_a_damaged_photo_is_named(tmp_path: Path) -> None:
    source = open_source(write_photos(tmp_path / "leaves", ONE))
    records = read_index(source)
    (tmp_path / "leaves" / records[1].path).write_bytes(b"no photo")
    with pytest.raises(BadData, match=records[1].path):
        load_photos(tmp_path / "cache", records, {"leaves": source}, [False] * len(records))


def test_photos_are_read_upright_and_small() -> None:
    image = Image.new("RGB", (600, 300), (200, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    memory = BytesIO()
    image.save(memory, "JPEG", exif=exif)
    assert decode(memory.getvalue()).shape == (256, 128, 3)
