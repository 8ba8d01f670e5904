"""`cultivar predict` over folders and buckets: tables that go on where they were left, drawings, Ray."""

import csv
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import obstore
import pytest
from PIL import Image

from cultivar.bulk.outfile import Outfile
from cultivar.bulk.places import Place, places_in
from cultivar.bulk.rules import COLUMNS
from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import bucket
from tests.support.servers import s3_settings


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, drawn: Path, photos: list[bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three photos and a file that is none."""
    monkeypatch.setenv("CULTIVAR_PACKS_DIR", str(drawn.parent))
    monkeypatch.setenv("CULTIVAR_DEFAULT_MODEL", "drawn")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "field" / "deep").mkdir(parents=True)
    for name, photo in zip(("a.jpg", "c.png", "deep/d.jpg"), photos, strict=False):
        (tmp_path / "field" / name).write_bytes(photo)
    (tmp_path / "field" / "b.jpg").write_bytes(b"not a photo")
    return tmp_path


NAMES = ["field/a.jpg", "field/b.jpg", "field/c.png", "field/deep/d.jpg"]


def lines(file: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_folder_becomes_lines_and_a_table_of_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["predict", "field", "--out", "out/results.ndjson"]) == Exit.INPUT
    assert main.run(["predict", "field", "--out", "results.csv"]) == Exit.INPUT
    found, table = lines("out/results.ndjson"), rows("results.csv")
    assert [line["file"] for line in found] == [row["file"] for row in table] == NAMES
    assert [line["success"] for line in found] == [True, False, True, True]
    assert tuple(table[0]) == COLUMNS
    for line, row in zip(found, table, strict=True):
        result = line.get("result") or {}
        assert row["class_name"] == (result["class_name"] if result else "")  # type: ignore[index]
    assert table[1]["error_code"] == "unreadable_image"
    assert capsys.readouterr().out.splitlines()[-1] == "results.csv: 4 photos, 1 not read"


@pytest.mark.parametrize("name", ["results.ndjson", "results.csv"])
def test_a_run_that_was_cut_off_is_gone_on_with(name: str) -> None:
    assert main.run(["predict", "field", "--out", name]) == Exit.INPUT
    whole = Path(name).read_bytes()
    lines_ = whole.splitlines(keepends=True)
    kept = b"".join(lines_[:3])
    Path(name).write_bytes(kept + lines_[3][:10])
    assert main.run(["predict", "field", "--out", name]) == Exit.INPUT
    again = Path(name).read_bytes()
    assert again.startswith(kept)
    found = [row["file"] for row in (rows(name) if name.endswith(".csv") else lines(name))]
    assert found == NAMES


def test_what_stands_in_the_table_is_not_looked_at_again(at_home: Path) -> None:
    assert main.run(["predict", "field", "--out", "results.csv"]) == Exit.INPUT
    before = Path("results.csv").read_bytes()
    shutil.rmtree(at_home / "field" / "deep")
    for name in ("a.jpg", "c.png"):
        (at_home / "field" / name).write_bytes(b"not a photo any more")
    assert main.run(["predict", "field", "--out", "results.csv"]) == Exit.INPUT
    assert Path("results.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("results.txt", None, Exit.INPUT),
        ("results.csv", "a,b\r\n1,2\r\n", Exit.CONFLICT),
        ("results.ndjson", "[1]\n", Exit.CONFLICT),
        ("results.ndjson", "words\n", Exit.CONFLICT),
        (
            "results.ndjson",
            '{"file": "a.jpg", "success": true, "model": "roses", "model_version": "1.0.0"}\n',
            Exit.CONFLICT,
        ),
    ],
)
def test_a_file_of_something_else_is_not_written_to(name: str, content: str | None, code: Exit) -> None:
    if content is not None:
        Path(name).write_bytes(content.encode())
    assert main.run(["predict", "field", "--out", name]) == code
    assert (Path(name).read_bytes().decode() if Path(name).exists() else None) == content


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_known_again(tmp_path: Path) -> None:
    item = {"file": "=a.jpg", "success": True, "model": "m", "model_version": "1"}
    with Outfile(tmp_path / "out.csv", "m", "1") as out:
        out.write(item)
    with Outfile(tmp_path / "out.csv", "m", "1") as out:
        assert out.stands("=a.jpg")
        assert not out.stands("a.jpg")


def test_drawings_lie_as_the_photos_did() -> None:
    assert main.run(["predict", "field", "--overlay", "drawn"]) == Exit.INPUT
    drawn = sorted(path.relative_to("drawn").as_posix() for path in Path("drawn").rglob("*.jpg"))
    assert drawn == ["a.jpg", "c.png.jpg", "deep/d.jpg"]
    with Image.open("drawn/deep/d.jpg") as picture, Image.open("field/deep/d.jpg") as photo:
        assert picture.width == photo.width
        assert picture.size != photo.size  # a line of words below it


def drawings(*named: str) -> dict[str, str]:
    """Where each photo's drawing goes below the folder of the drawings."""
    found = places_in(named, Settings())
    return {place.where: place.drawing(Path("drawn")).relative_to("drawn").as_posix() for place in found}


def test_photos_of_one_name_in_several_folders_have_a_drawing_each(at_home: Path, photos: list[bytes]) -> None:
    for folder, photo in zip(("north/plot", "south/plot"), photos, strict=False):
        (at_home / folder).mkdir(parents=True)
        (at_home / folder / "x.jpg").write_bytes(photo)
    assert main.run(["predict", "north/plot", "south/plot", "--overlay", "drawn"]) == Exit.DONE
    drawn = sorted(path.relative_to("drawn").as_posix() for path in Path("drawn").rglob("*.jpg"))
    assert drawn == ["north/plot/x.jpg", "south/plot/x.jpg"]
    alone = {"north/plot/x.jpg": "north/plot/x.jpg", "south/plot/x.jpg": "south/plot/x.jpg"}
    assert drawings("north/plot/x.jpg", "south/plot/x.jpg") == alone
    assert sorted(drawings("north", str(at_home / "south")).values()) == sorted(alone)


@pytest.mark.parametrize(
    ("named", "made"),
    [
        (["field"], ["a.jpg", "b.jpg", "c.png.jpg", "deep/d.jpg"]),
        (["."], ["field/a.jpg", "field/b.jpg", "field/c.png.jpg", "field/deep/d.jpg"]),
        (["field/deep/d.jpg"], ["d.jpg"]),
        (["field/a.jpg", "field/c.png"], ["a.jpg", "c.png.jpg"]),
        (["field", "field/deep"], ["a.jpg", "b.jpg", "c.png.jpg", "deep/d.jpg"]),
        (["field/a.jpg", "field/deep"], ["a.jpg", "deep/d.jpg"]),
    ],
)
def test_a_drawing_lies_as_its_photo_does_below_all_that_is_named(named: list[str], made: list[str]) -> None:
    assert sorted(drawings(*named).values()) == made


def test_a_photo_whose_drawing_would_have_anothers_name_has_a_number(at_home: Path, photos: list[bytes]) -> None:
    for name in ("c.png.jpg", "c.png-2.jpg"):
        (at_home / "field" / name).write_bytes(photos[0])
    made = drawings("field")
    assert len(set(made.values())) == len(made) == 6
    assert {made["field/c.png"], made["field/c.png.jpg"]} == {"c.png.jpg", "c.png-3.jpg"}


def test_no_drawing_takes_the_place_of_a_photo(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in (at_home / "field").rglob("*.*")}
    (at_home / "linked").symlink_to("field")
    for overlay in ("field", "field/../field", "linked"):
        assert main.run(["predict", "field", "--overlay", overlay]) == Exit.USAGE
        assert "a.jpg" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (at_home / "field").rglob("*.*")} == before


@pytest.mark.parametrize("below", ["../../a.jpg", "/a.jpg", "x/../a.jpg"])
def test_no_drawing_leaves_its_folder(below: str) -> None:
    file = Place("s3://plots/x", below).drawing(Path("drawn"))
    assert Path("drawn") in file.parents
    assert ".." not in file.parts


@pytest.mark.slow
def test_a_bucket_is_looked_through_like_a_folder(at_home: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = s3_settings(s3, at_home)
    store = bucket(str(settings.storage_url), settings)
    for path in sorted((at_home / "field").rglob("*.*")):
        obstore.put(store, f"field 7/{path.relative_to(at_home / 'field').as_posix()}", path.read_bytes())
    for name in ("s3_endpoint", "s3_access_key", "s3_secret_key"):
        value = getattr(settings, name)
        monkeypatch.setenv(f"CULTIVAR_{name.upper()}", getattr(value, "get_secret_value", lambda value=value: value)())
    where = f"{settings.storage_url}/field 7"
    assert main.run(["predict", where, "--out", "results.ndjson", "--overlay", "drawn"]) == Exit.INPUT
    assert main.run(["predict", "field", "--out", "here.ndjson"]) == Exit.INPUT
    found, here = lines("results.ndjson"), lines("here.ndjson")
    assert [line["file"] for line in found] == [f"{where}/{name.removeprefix('field/')}" for name in NAMES]
    assert [line.get("result") for line in found] == [line.get("result") for line in here]
    assert (at_home / "drawn" / "deep" / "d.jpg").exists()
    assert main.run(["predict", "s3://nowhere-at-all/x"]) == Exit.UNAVAILABLE


def test_without_ray_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    assert main.run(["predict", "field", "--engine", "ray"]) == Exit.UNAVAILABLE
    assert "pip install 'cultivar[ray]'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(find_spec("ray") is None, reason="pip install 'cultivar[ray]' (420 MB)")
@pytest.mark.filterwarnings("ignore")
def test_ray_gives_the_same_results_and_drawings() -> None:
    assert main.run(["predict", "field", "--out", "here.ndjson", "--overlay", "here"]) == Exit.INPUT
    asked = ["predict", "field", "--out", "ray.ndjson", "--overlay", "ray", "--engine", "ray"]
    assert main.run(asked) == Exit.INPUT
    assert lines("ray.ndjson") == lines("here.ndjson")
    names = sorted(path.relative_to("here") for path in Path("here").rglob("*.jpg"))
    assert names
    assert all((Path("ray") / name).read_bytes() == (Path("here") / name).read_bytes() for name in names)
