from pathlib import Path

import pytest

from cultivar.cli import train
from cultivar.cli.exits import Exit
from cultivar.cli.main import run

ASKED = ["train", "--pack", "drawn", "--data", "nowhere"]


def test_without_the_extra_one_line_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "find_spec", lambda _name: None)
    assert run(ASKED) == Exit.UNAVAILABLE
    assert capsys.readouterr().err == "cultivar: the trainer needs the extra: pip install 'cultivar[train]'\n"


def test_a_pack_that_is_not_there_is_missing_as_it_is_for_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "find_spec", lambda _name: True)
    (tmp_path / "packs" / "roses").mkdir(parents=True)
    (tmp_path / "packs" / "roses" / "pack.yaml").touch()
    asked = ["train", "--pack", "nope", "--data", "nowhere", "--packs-dir"]
    assert run([*asked, str(tmp_path / "packs")]) == run(["models", "show", "nope"]) == Exit.MISSING
    assert run([*asked, str(tmp_path / "nowhere")]) == Exit.MISSING
    first, _, last = capsys.readouterr().err.splitlines()
    assert first == "cultivar: No pack is called 'nope'. There are: roses. (unknown_model)"
    assert last == "cultivar: No pack is called 'nope'. There are: none. (unknown_model)"


@pytest.mark.slow
def test_the_trainers_own_exit_code_is_passed_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*ASKED, "--out", str(tmp_path)]) == Exit.INPUT
    assert capfd.readouterr().err == "cultivar: nowhere is neither a folder nor a tar (bad_training_data)\n"
