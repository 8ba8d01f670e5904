"""`cultivar predict` over real files with a real, tiny network: no server, nothing kept."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.drawing import MAPLE, picture
from tests.support.network import write_model
from tests.support.photofile import jpeg

from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.packs.service import load_pack
from cultivar.registry import commands

SHIPPED = Path(__file__).resolve().parents[2] / "packs"


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packs")
    for name in ("drawn", "cats-dogs"):
        shutil.copytree(SHIPPED / name, folder / name, ignore=shutil.ignore_patterns("model.*"))
    write_model(load_pack(folder / "drawn"), folder / "drawn")
    return folder


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, packs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CULTIVAR_PACKS_DIR", str(packs))
    monkeypatch.setenv("CULTIVAR_DEFAULT_MODEL", "drawn")
    monkeypatch.setenv("CULTIVAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leaf.jpg").write_bytes(jpeg(picture(MAPLE, size=320)))
    return tmp_path


def answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_photo_gets_one_line_and_the_safety_wording(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["predict", "leaf.jpg"]) == Exit.DONE
    said = capsys.readouterr()
    assert said.out.startswith("leaf.jpg: ")
    assert said.out.count("\n") == 1
    safety = load_pack(SHIPPED / "drawn").safety
    assert (safety.en in said.err) if safety else said.err == ""
    assert list(at_home.iterdir()) == [at_home / "leaf.jpg"]


def test_json_has_the_members_of_the_api_and_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["predict", "leaf.jpg", "--json"]) == Exit.DONE
    (answer,) = answers(capsys)
    assert (answer["file"], answer["model"], answer["model_version"]) == ("leaf.jpg", "drawn", "1.0.0")
    assert {"refused", "result", "heads", "quality", "warnings"} <= answer.keys()


def test_a_folder_is_looked_through_in_order_and_a_bad_file_stops_nothing(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home / "deep").mkdir()
    for name in ("b.JPG", "deep/c.jpg", "a.jpg"):
        shutil.copy(at_home / "leaf.jpg", at_home / name)
    (at_home / "broken.png").write_bytes(b"not a picture")
    (at_home / "notes.txt").write_text("not asked for")
    assert main.run(["predict", ".", "--json"]) == Exit.INPUT
    found = answers(capsys)
    assert [answer["file"] for answer in found] == ["a.jpg", "b.JPG", "broken.png", "deep/c.jpg", "leaf.jpg"]
    assert [answer["success"] for answer in found] == [True, True, False, True, True]
    assert found[2]["error"]["code"] == "unreadable_image"  # type: ignore[index]


def test_min_confidence_and_top_k_narrow_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["predict", "leaf.jpg", "--json", "--min-confidence", "1"]) == Exit.DONE
    (answer,) = answers(capsys)
    assert all(not head["top"] for head in answer["heads"].values())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "code", "names"),
    [
        (["gone.jpg"], Exit.INPUT, "gone.jpg"),
        (["leaf.jpg", "--model", "roses"], Exit.MISSING, "roses"),
        (["leaf.jpg", "--model", "cats-dogs"], Exit.MISSING, "cats-dogs"),
        (["leaf.jpg", "--min-confidence", "7"], Exit.USAGE, "min-confidence"),
    ],
)
def test_a_failure_is_one_line_with_its_exit_code(
    arguments: list[str], code: Exit, names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["predict", *arguments]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert names in said.err


def test_a_folder_without_photos_is_said(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at_home / "empty").mkdir()
    assert main.run(["predict", "empty"]) == Exit.INPUT
    assert "no_photos" in capsys.readouterr().err


@pytest.fixture
def installed(at_home: Path) -> None:
    """An installation in the data folder, where version 2.0.0 of `drawn` has been activated."""
    candidate = at_home / "candidate"
    candidate.mkdir()
    write_model(load_pack(SHIPPED / "drawn"), candidate, version="2.0.0", seed=5)
    asyncio.run(commands.add_version(Settings(), "drawn", candidate))
    asyncio.run(commands.activate(Settings(), "drawn", "2.0.0"))


def version_of(capsys: pytest.CaptureFixture[str], *options: str) -> object:
    assert main.run(["predict", "leaf.jpg", "--json", *options]) == Exit.DONE
    (answer,) = answers(capsys)
    return answer["model_version"]


@pytest.mark.usefixtures("installed")
def test_where_there_is_an_installation_its_active_version_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert version_of(capsys) == "2.0.0"
    assert version_of(capsys, "--model", "drawn@1.0.0") == "1.0.0"
    asyncio.run(commands.rollback(Settings(), "drawn"))
    assert version_of(capsys) == "1.0.0"
    assert version_of(capsys, "--model", "drawn@2.0.0") == "2.0.0"


@pytest.mark.usefixtures("installed")
def test_a_database_of_another_version_of_the_program_is_said(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(at_home / "data" / "cultivar.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'elsewhere'")
    assert main.run(["predict", "leaf.jpg"]) == Exit.CONFLICT
    assert "cultivar db upgrade" in capsys.readouterr().err


@pytest.mark.parametrize("installation", [True, False])
def test_a_version_that_is_not_there_is_missing(
    installation: bool, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if installation:
        request.getfixturevalue("installed")
    assert main.run(["predict", "leaf.jpg", "--model", "drawn@7.0.0"]) == Exit.MISSING
    assert "7.0.0" in capsys.readouterr().err
