"""The web app is built with the machine's Node where that is good enough, else with one that pip brings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.tree import ROOT
from tools import node

NPM = "#!/bin/sh\necho 11.0.0\n"


def commands(folder: Path, **scripts: str) -> Path:
    """A folder with these programs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in scripts.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("says", "enough"),
    [("v20.19.0", True), ("v24.1.0", True), ("v20.18.3", False), ("v8.99.0", False), ("nonsense", False)],
)
def test_a_node_is_taken_from_the_version_on_that_the_build_needs(tmp_path: Path, says: str, enough: bool) -> None:
    assert node.good(commands(tmp_path, node=f"#!/bin/sh\necho {says}\n", npm=NPM)) is enough


def test_a_node_without_a_working_npm_is_not_taken(tmp_path: Path) -> None:
    found = commands(tmp_path, node="#!/bin/sh\necho v22.12.0\n")
    assert not node.good(found)
    assert not node.good(commands(found, npm="#!/bin/sh\nexit 1\n"))
    assert not node.good(None)


def test_the_machines_own_node_runs_where_the_app_lies(tmp_path: Path) -> None:
    said = run(project(tmp_path), commands(tmp_path / "bin", node="#!/bin/sh\necho v22.12.0\n", npm=WHERE), "run", "x")
    assert said.stdout.split() == [str(tmp_path / "web"), "run", "x"]


WHERE = '#!/bin/sh\n[ "$1" = --version ] && echo 11 || { pwd; echo "$@"; }\n'


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_node_one_is_fetched_once_with_an_npm_whose_scripts_find_both(tmp_path: Path) -> None:
    tools = project(tmp_path)
    (tmp_path / "web" / "package.json").write_text('{"scripts": {"a": "npm run b", "b": "node -p 6*7"}}')
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("sh", "env"):
        (bare / name).symlink_to(str(shutil.which(name)))
    first, second = (run(tools, bare, "run", "--silent", "a") for _ in range(2))
    assert (first.stdout.strip(), second.stdout.strip()) == ("42", "42")
    assert "Fetching Node" in first.stderr
    assert "Fetching Node" not in second.stderr


def project(folder: Path) -> Path:
    """A checkout with these tools and an empty app."""
    (folder / "web").mkdir()
    (folder / "tools").mkdir()
    for name in ("node.py", "uv.py"):
        shutil.copy(ROOT / "tools" / name, folder / "tools" / name)
    return folder / "tools" / "node.py"


def run(tool: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """With the programs of `path` alone, by a Python that has pip."""
    environment = os.environ | {"PATH": str(path)}
    command = [str(Path(sys.base_prefix) / "bin" / "python3"), str(tool), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done
