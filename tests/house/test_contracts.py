"""The import contracts hold, and each catches what it is there for: violations are planted in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.tree import ROOT

PLANTED = {
    "layers": ("accounts/service.py", "import cultivar.predictions.service"),
    "rules": ("predictions/rules.py", "import sqlalchemy"),
    "service": ("feedback/service.py", "import fastapi"),
    "vision": ("vision/quality.py", "import sqlalchemy"),
    "serving": ("predictions/rules.py", "import torch"),
    "trainer": ("trainer/errors.py", "import sqlalchemy"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    path = {"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_is_caught(copy: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    victim = copy / "src" / "cultivar" / name
    victim.write_text(f"{victim.read_text()}\n\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{victim.stem}" in done.stdout


@pytest.mark.slow
def test_an_undeclared_package_is_caught(copy: Path) -> None:
    (copy / "src" / "cultivar" / "orchard").mkdir()
    (copy / "src" / "cultivar" / "orchard" / "__init__.py").write_text('"""New."""\n')
    done = lint(copy)
    assert done.returncode == 1
    assert "orchard" in done.stdout


def test_nothing_is_ignored() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()
