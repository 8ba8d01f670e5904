import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cultivar.vision.metadata.exif import read_orientation, turn, upright_size, write_orientation
from tests.support.photofile import TURNED, exif
from tests.vision.pictures import texture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_written_is_read(orientation: int) -> None:
    assert read_orientation(write_orientation(orientation)) == orientation
    assert read_orientation(b"Exif\0\0" + write_orientation(orientation)) == orientation


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_pillow_writes_is_read(orientation: int) -> None:
    assert read_orientation(exif(orientation=orientation, camera=True).tobytes()) == orientation


def test_pillow_reads_what_is_written() -> None:
    tags = Image.Exif()
    tags.load(b"Exif\0\0" + write_orientation(6))
    assert dict(tags) == {0x0112: 6}


@pytest.mark.parametrize("value", [0, 9, 77, 65_535])
def test_a_value_that_means_nothing_is_upright(value: int) -> None:
    assert read_orientation(write_orientation(value)) == 1


def test_another_type_or_a_list_is_upright() -> None:
    block = write_orientation(6)
    assert read_orientation(block[:12] + struct.pack(">H", 4) + block[14:]) == 1
    assert read_orientation(block[:14] + struct.pack(">I", 2) + block[18:]) == 1


@given(st.binary(max_size=200))
def test_any_bytes_read_as_a_turn(rubbish: bytes) -> None:
    for start in (b"", b"II*\0", b"MM\0*", b"Exif\0\0II*\0\x08\0\0\0"):
        assert read_orientation(start + rubbish) in range(1, 9)


@given(st.integers(0, 8))
def test_a_block_that_is_cut_short_is_upright_or_itself(kept: int) -> None:
    assert read_orientation(write_orientation(6)[: 10 + kept]) == 1


@pytest.mark.parametrize("orientation", sorted(TURNED))
def test_turning_undoes_what_the_camera_did(orientation: int) -> None:
    seen = texture(9, 5)
    stored = seen.transpose(TURNED[orientation])
    assert np.array_equal(np.asarray(turn(stored, orientation)), np.asarray(seen))
    assert upright_size(*stored.size, orientation) == seen.size
