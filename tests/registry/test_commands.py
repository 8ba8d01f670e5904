"""`cultivar models`: what lies in the packs' folders, and whether it is sound."""

import json
from pathlib import Path

import pytest

from cultivar.cli.exits import Exit
from cultivar.cli.main import run
from tests.registry.conftest import give_model


@pytest.fixture(autouse=True)
def _these_packs(packs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CULTIVAR_PACKS_DIR", str(packs_dir))


def test_list_shows_the_packs_that_have_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "drawn" in said
    assert "1.0.0" in said
    assert "plant-health" not in said


def test_list_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--json"]) == Exit.DONE
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["cats-dogs", "drawn"]


def test_show_lists_every_class(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "drawn", "--language", "fr"]) == Exit.DONE
    said = capsys.readouterr().out
    assert "5  Willow___healthy · Feuille de saule saine" in said
    assert "Bananier, Érable, Saule" in said


def test_show_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "drawn", "--json"]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert len(told["labels"]) == told["classes"] == 6


@pytest.mark.parametrize("command", [["list"], ["show", "drawn"], ["verify"]])
def test_a_pack_that_does_not_hold_together_is_one_line(
    command: list[str], packs_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (packs_dir / "drawn" / "pack.yaml").write_text("name: drawn\ncolour: green\n")
    assert run(["models", *command]) == Exit.BROKEN
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "drawn" in said.err
    assert said.err.endswith("(bad_pack)\n")


@pytest.mark.parametrize("arguments", [["show"], ["show", "drawn", "--language", "de"], ["verify", "--quick"]])
def test_a_wrong_command_line_is_a_matter_of_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", *arguments]) == Exit.USAGE
    assert "Usage: cultivar models" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "verify"])
@pytest.mark.parametrize("name", ["oak", "plant-health"])
def test_what_is_not_there_is_one_line(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["models", command, name])
    said = capsys.readouterr()
    expected = Exit.CONFLICT if (command, name) == ("verify", "plant-health") else Exit.MISSING
    assert code == expected
    assert len((said.out + said.err).splitlines()) == 1


def test_verify_finds_sound_models_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "verify"]) == Exit.DONE
    assert capsys.readouterr().out.splitlines() == ["cats-dogs 1.0.0: sound", "drawn 1.0.0: sound"]


def test_verify_finds_one_altered_byte(packs_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = packs_dir / "drawn" / "model.onnx"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    assert run(["models", "verify", "--json"]) == Exit.CONFLICT
    cats, drawn = json.loads(capsys.readouterr().out)
    assert cats == {"model": "cats-dogs", "version": "1.0.0", "fault": None, "sound": True}
    assert not drawn["sound"]
    assert "SHA-256" in drawn["fault"]


def test_verify_finds_a_graph_that_lacks_an_output(packs_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give_model(
        packs_dir / "drawn", refusals=[{"code": "no_plant", "source": "output", "output": "far", "threshold": 1}]
    )
    assert run(["models", "verify", "drawn"]) == Exit.CONFLICT
    assert "no output ['far']" in capsys.readouterr().out


def test_verify_finds_a_model_of_other_classes(packs_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = packs_dir / "drawn" / "labels.yaml"
    labels.write_text(labels.read_text("utf-8").replace("Willow___healthy", "Willow___well"), encoding="utf-8")
    assert run(["models", "verify", "drawn"]) == Exit.CONFLICT
    assert "class 5 is Willow___healthy in the model" in capsys.readouterr().out


def test_verify_finds_a_manifest_that_is_none(packs_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (packs_dir / "drawn" / "model.json").write_text("{}")
    assert run(["models", "verify", "drawn"]) == Exit.CONFLICT
    assert "drawn ?: " in capsys.readouterr().out


def test_without_any_model_there_is_nothing_to_verify(packs_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for manifest in packs_dir.glob("*/model.json"):
        manifest.unlink()
    assert run(["models", "verify"]) == Exit.MISSING
    assert run(["models", "list"]) == Exit.DONE
    assert "No pack has a model yet." in capsys.readouterr().out
    assert run(["models", "list", "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out) == []


def test_who_asks_for_an_unknown_model_is_told_those_that_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "nope"]) == Exit.MISSING
    assert "'nope'. With a model there are: cats-dogs, drawn. (" in capsys.readouterr().err
