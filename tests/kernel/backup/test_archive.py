"""The file of a backup: nothing in it changes unseen."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cultivar.kernel.backup import archive
from cultivar.kernel.backup.archive import BackupDamaged, Manifest
from cultivar.kernel.backup.rows import kind_of
from tests.kernel.backup.places import METADATA, quiet


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_flipped_byte_anywhere_is_found(small: bytes, tmp_path: Path, place: float, flip: int) -> None:
    spoiled = bytearray(small)
    spoiled[int(place * len(small))] ^= flip
    (tmp_path / "x.tar").write_bytes(spoiled)
    with pytest.raises(BackupDamaged):
        archive.verify(tmp_path / "x.tar", quiet)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.floats(0, 1, exclude_max=True))
def test_a_backup_that_was_cut_off_is_found(small: bytes, tmp_path: Path, length: float) -> None:
    (tmp_path / "x.tar").write_bytes(small[: int(length * len(small))])
    with pytest.raises(BackupDamaged):
        archive.verify(tmp_path / "x.tar", quiet)


def test_an_honest_seal_over_a_wrong_hash_is_found(small: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    found = archive.verify(tmp_path / "x.tar", quiet)
    entry = found.entries[0]
    lie = found.model_copy(update={"entries": [entry.model_copy(update={"sha256": "0" * 64})]})
    with archive.writing(tmp_path / "y.tar") as writer, (tmp_path / "x.tar").open("rb") as source:
        writer.add(entry.name, source, 10)
        writer.seal(lie)
    with pytest.raises(BackupDamaged, match=entry.name):
        archive.verify(tmp_path / "y.tar", quiet)


def test_every_column_is_of_a_kind_that_backups_know() -> None:
    kinds = {kind_of(column) for table in METADATA.tables.values() for column in table.columns}
    assert kinds == {"uuid", "moment", "date", "boolean", "integer", "number", "json", "text"}


def test_a_manifest_reads_itself(small: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(small)
    found = archive.verify(tmp_path / "x.tar", quiet)
    assert Manifest.model_validate_json(found.model_dump_json()) == found
