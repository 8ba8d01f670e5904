"""`cultivar backup`: from the settings to a file and back."""

import asyncio
from pathlib import Path

import pytest
from tests.kernel.backup.places import METADATA, furnish
from tests.support.rows import contents, fill

from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with rows and objects, which the settings name."""
    folder = tmp_path / "here"
    settle(folder, monkeypatch)
    assert main.run(["db", "upgrade"]) == Exit.DONE

    async def furnish_all() -> None:
        db = Database(Settings().database_url)
        await fill(db, METADATA)
        await furnish(db, Storage.open(Settings()))
        await db.close()

    asyncio.run(furnish_all())
    return folder


def settle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CULTIVAR_DATA_DIR", str(folder))


def objects(folder: Path) -> dict[str, bytes]:
    root = folder / "objects"
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


async def rows(folder: Path) -> object:
    db = Database(f"sqlite:///{folder / 'cultivar.db'}")
    found = await contents(db, METADATA)
    await db.close()
    return found


def test_an_installation_moves(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = str(tmp_path / "x.tar"), tmp_path / "there"
    assert main.run(["backup", "create", file]) == Exit.DONE
    assert main.run(["backup", "verify", file]) == Exit.DONE
    settle(there, monkeypatch)
    assert main.run(["backup", "restore", file]) == Exit.DONE
    assert "2 objects" not in capsys.readouterr().err
    assert objects(there) == objects(here)
    assert asyncio.run(rows(there)) == asyncio.run(rows(here))
    assert main.run(["db", "check"]) == Exit.DONE


def test_in_a_folder_a_backup_is_named_by_its_time(here: Path, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert main.run(["backup", "create", str(tmp_path / "backups")]) == Exit.DONE
    (made,) = (tmp_path / "backups").iterdir()
    assert made.match("cultivar-????????T??????Z.tar")


def test_a_place_that_is_taken_is_a_conflict_unless_replaced(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "x.tar")
    main.run(["backup", "create", file])
    assert main.run(["backup", "restore", file]) == Exit.CONFLICT
    assert "--replace" in capsys.readouterr().err
    assert main.run(["backup", "restore", "--replace", file]) == Exit.DONE


def test_a_damaged_backup_is_a_conflict_of_one_line(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.tar"
    main.run(["backup", "create", str(file)])
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    capsys.readouterr()
    assert main.run(["backup", "verify", str(file)]) == Exit.CONFLICT
    said = capsys.readouterr().err
    assert "backup_damaged" in said
    assert said.count("\n") == 1


def test_lost_objects_are_told_and_the_rest_is_kept(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = next(key for key in objects(here) if key.startswith("photos/"))
    (here / "objects" / lost).unlink()
    assert main.run(["backup", "create", str(tmp_path / "x.tar")]) == Exit.CONFLICT
    assert lost in capsys.readouterr().err
    assert main.run(["backup", "verify", str(tmp_path / "x.tar")]) == Exit.CONFLICT


def test_a_file_that_is_there_is_kept(here: Path, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("last year's")
    assert main.run(["backup", "create", str(tmp_path / "x.tar")]) == Exit.INPUT
    assert (tmp_path / "x.tar").read_text() == "last year's"


def test_what_is_no_backup_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("a shopping list")
    assert main.run(["backup", "verify", str(tmp_path / "x.tar")]) == Exit.CONFLICT
    assert main.run(["backup", "verify", str(tmp_path / "nothing.tar")]) == Exit.USAGE
