"""`cultivar models`: import, activate, roll back and list versions, beside a server or without one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cultivar.cli.exits import Exit
from cultivar.cli.main import run
from tests.registry.conftest import make_candidate
from tests.trainer.importing.networks import classifier


@pytest.fixture(autouse=True)
def _here(packs_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CULTIVAR_PACKS_DIR", str(packs_dir))
    monkeypatch.setenv("CULTIVAR_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def dog_or_cat(tmp_path: Path) -> Path:
    file = tmp_path / "pets.onnx"
    file.write_bytes(classifier(2, last="Softmax"))
    return file


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def pets(dog_or_cat: Path, *more: str) -> int:
    given = ["--pack", "cats-dogs", "--labels", "Dog,Cat", "--input", "half", *more]
    return run(["models", "import", str(dog_or_cat), *given])


@pytest.mark.slow
def test_a_model_is_imported_activated_and_gone_back_from(dog_or_cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pets(dog_or_cat, "--version", "2.0.0", "--activate", "--json") == Exit.DONE
    one = told(capsys)
    assert (one["version"], one["active"], one["origin"]) == ("2.0.0", True, "added")
    assert run(["models", "versions", "cats-dogs", "--json"]) == Exit.DONE
    assert [(one["version"], one["state"]) for one in told(capsys)] == [("2.0.0", "active"), ("1.0.0", "retired")]
    assert run(["models", "rollback", "cats-dogs"]) == Exit.DONE
    assert "1.0.0" in capsys.readouterr().out
    assert run(["models", "rollback", "cats-dogs"]) == Exit.CONFLICT
    assert capsys.readouterr().err.endswith("(nothing_before)\n")
    assert run(["models", "activate", "cats-dogs", "2.0.0", "--json"]) == Exit.DONE
    assert told(capsys)["active"]
    assert pets(dog_or_cat, "--version", "2.0.0", "--licence", "CC0") == Exit.CONFLICT
    assert capsys.readouterr().err.endswith("(version_taken)\n")


@pytest.mark.slow
def test_it_works_in_a_process_of_its_own(dog_or_cat: Path) -> None:
    """What the tests have loaded is not there."""
    program = [sys.executable, "-m", "cultivar.cli.main", "models"]
    given = [str(dog_or_cat), "--pack", "cats-dogs", "--labels", "Dog,Cat", "--input", "half", "--activate", "--json"]
    done = subprocess.run([*program, "import", *given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    version = json.loads(done.stdout)["version"]
    back = subprocess.run([*program, "rollback", "cats-dogs", "--json"], capture_output=True, text=True, check=False)
    assert (json.loads(back.stdout)["version"], version[:9]) == ("1.0.0", "imported-")


@pytest.mark.slow
def test_with_out_a_folder_is_written_and_nothing_else(
    dog_or_cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pets(dog_or_cat, "--out", str(tmp_path / "made")) == Exit.DONE
    assert capsys.readouterr().out == f"{tmp_path / 'made'}\n"
    assert sorted(file.name for file in (tmp_path / "made").iterdir()) == ["CARD.md", "model.json", "model.onnx"]
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_what_is_refused_is_one_line_with_its_code(dog_or_cat: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = ["models", "import", str(dog_or_cat), "--pack", "cats-dogs", "--labels", "hen,egg", "--input", "unit"]
    assert run(given) == Exit.INPUT
    said = capfd.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.endswith("(import_refused)\n")
    assert "--map" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "best.onnx"],
        ["import", "best.onnx", "--pack", "cats-dogs", "--map", "Dog"],
        ["activate", "cats-dogs"],
        ["rollback"],
    ],
)
def test_a_wrong_command_line_is_a_matter_of_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", *arguments]) == Exit.USAGE
    assert "Usage: cultivar models" in capsys.readouterr().err


@pytest.mark.slow
def test_an_option_that_the_converter_does_not_know_is_a_matter_of_usage(
    dog_or_cat: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert pets(dog_or_cat, "--colour", "green") == Exit.USAGE
    assert "--colour" in capfd.readouterr().err


def test_an_unknown_pack_or_version_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "import", "best.onnx", "--pack", "oak"]) == Exit.MISSING
    assert run(["models", "activate", "cats-dogs", "9"]) == Exit.MISSING
    assert run(["models", "rollback", "oak"]) == Exit.MISSING
    assert capsys.readouterr().err.count("\n") == 3


def test_without_an_extra_the_converter_says_which_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cultivar.cli import models

    monkeypatch.setattr(models, "find_spec", lambda _name: None)
    assert run(["models", "import", "best.onnx", "--pack", "cats-dogs"]) == Exit.UNAVAILABLE
    assert "pip install 'cultivar[train]'" in capsys.readouterr().err


def test_a_folder_that_was_made_elsewhere_can_be_added(tmp_path: Path) -> None:
    import asyncio

    from cultivar.kernel.settings import Settings
    from cultivar.registry import commands

    added, new = asyncio.run(commands.add_version(Settings(), "drawn", make_candidate(tmp_path / "candidate")))
    assert (added.version, new) == ("2.0.0", True)
    assert [one.version for one in asyncio.run(commands.list_versions(Settings(), "drawn"))] == ["2.0.0", "1.0.0"]
