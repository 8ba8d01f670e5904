"""What the build promises: a lock for every machine, serving without torch, one command for CI."""

import re
import secrets
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()


def test_the_lock_names_public_addresses_only() -> None:
    sources = {str(package["source"]) for package in LOCK["package"] if package["name"] != "cultivar"}
    assert sources == {str({"registry": "https://pypi.org/simple"})}


def test_torch_and_its_gpu_libraries_stand_outside_the_lock() -> None:
    names = {package["name"] for package in LOCK["package"]} - {"nvidia-ml-py"}  # it reads meters, in plain Python
    assert not {name for name in names if name in {"torch", "triton"} or name.startswith(("nvidia-", "cuda-"))}


def test_serving_asks_for_nothing_that_only_training_or_testing_needs() -> None:
    wanted = {re.split(r"[\[<>=~ ;]", line)[0] for line in PROJECT["project"]["dependencies"]}
    dev = {re.split(r"[\[<>=~ ;]", line)[0] for line in PROJECT["dependency-groups"]["dev"] if isinstance(line, str)}
    train = {re.split(r"[\[<>=~ ;]", line)[0] for line in PROJECT["project"]["optional-dependencies"]["train"]}
    assert not wanted & (dev | train)


def test_the_extras_are_those_that_the_documentation_names() -> None:
    assert set(PROJECT["project"]["optional-dependencies"]) == {
        "rabbitmq", "redis", "otel", "openvino", "train", "keras", "yolo", "ray",
    }  # fmt: skip


@pytest.mark.parametrize("target", ["run", "test", "setup", "check", "app", "docs", "bench", "soak"])
def test_make_knows_the_targets_that_the_documents_name(target: str) -> None:
    assert re.search(rf"^{target}:.*## .+$", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("target", ["run", "wheel"])
def test_what_serves_carries_the_web_app_and_the_manual(target: str) -> None:
    (needs,) = re.findall(rf"^{target}:(.*?)##", MAKEFILE, re.MULTILINE)
    assert {"$(APP)", "$(HELP)"} <= set(needs.split())


@pytest.mark.parametrize("target", ["check", "test"])
def test_what_checks_the_server_checks_the_web_app(target: str) -> None:
    (rule,) = re.findall(rf"^{target}:.*(?:\n\t.+)+", MAKEFILE, re.MULTILINE)
    assert {"lint", "app-check"} <= set(rule.split())


def test_make_run_installs_no_development_tool() -> None:
    (recipe,) = re.findall(r"^\$\(DONE\)/server:.*\n\t(.+)$", MAKEFILE, re.MULTILINE)
    assert "--no-default-groups" in recipe
    assert "extra" not in recipe


def test_ci_skips_nothing_and_is_make_test() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert "CULTIVAR_TEST_REQUIRE=all" in script
    assert script.rstrip().endswith("make test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_program_loads_in_a_python_without_torch() -> None:
    script = "import sys; sys.modules['torch'] = None; import cultivar.web.app, cultivar.cli.main, cultivar.cli.serve"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_of_one_group_run_in_one_process(tmp_path: Path) -> None:
    """They share what takes long to make: a browser, a trained model."""
    (tmp_path / "test_grouped.py").write_text(
        "import os, pathlib, pytest\n"
        "@pytest.mark.xdist_group('one')\n"
        "@pytest.mark.parametrize('n', range(6))\n"
        "def test_where(n):\n"
        "    with pathlib.Path('pids').open('a') as file:\n"
        "        file.write(f'{os.getpid()} ')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    pids = (tmp_path / "pids").read_text().split()
    assert (len(pids), len(set(pids))) == (6, 1)


@pytest.mark.parametrize("data", [secrets.token_bytes(8)])
def test_bytes_do_not_name_a_test(data: bytes, request: pytest.FixtureRequest) -> None:
    """Each worker makes its own: named after them, the test would have two names, and no test would run."""
    assert len(data) == 8
    assert request.node.name == "test_bytes_do_not_name_a_test[data]"
