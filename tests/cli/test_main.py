"""The program's edge: one list of commands, errors of one line, exit codes by kind."""

import subprocess
import sys
from pathlib import Path

import pytest

from cultivar.cli import main
from cultivar.cli.exits import Exit, exit_of
from cultivar.kernel import errors

CLI = Path(main.__file__).parent
NOT_COMMANDS = {"__init__", "main", "exits"}


def all_errors(kind: type[errors.CultivarError] = errors.CultivarError) -> list[type[errors.CultivarError]]:
    return [kind, *(deeper for sub in kind.__subclasses__() for deeper in all_errors(sub))]


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cultivar.cli.main import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=settings or None)


def test_the_list_names_each_file_of_commands() -> None:
    offering = {path.stem for path in CLI.glob("*.py") if "\napp = " in path.read_text()}
    assert offering == set(main.COMMANDS)


def test_help_loads_no_command() -> None:
    script = "import sys; from cultivar.cli.main import run; run(['--help']); print(sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "Examples:" in said
    loaded = said.splitlines()[-1]
    assert "cultivar.cli.main" in loaded
    assert not [name for name in ("sqlalchemy", "fastapi", "onnxruntime", "torch", "PIL") if f"'{name}'" in loaded]


@pytest.mark.parametrize("name", main.COMMANDS)
def test_each_command_shows_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([name, "--help"]) == Exit.DONE
    said = capsys.readouterr().out
    assert f"Usage: cultivar {name}" in said
    assert "Example" in said


def test_an_unknown_command_is_a_matter_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["fertilise"]) == Exit.USAGE
    assert "No such command 'fertilise'" in capsys.readouterr().err


def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    done = run("db", "check", CULTIVAR_PORT="high", CULTIVAR_DATA_DIR=str(tmp_path))
    assert done.returncode == Exit.USAGE
    assert done.stderr.count("\n") == 1
    assert "CULTIVAR_PORT" in done.stderr


OF_STATUS = {
    400: Exit.INPUT, 401: Exit.DENIED, 403: Exit.DENIED, 404: Exit.MISSING, 409: Exit.CONFLICT, 413: Exit.INPUT,
    415: Exit.INPUT, 422: Exit.INPUT, 429: Exit.UNAVAILABLE, 503: Exit.UNAVAILABLE,
}  # fmt: skip


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_the_exit_code_of_its_status(kind: type[errors.CultivarError]) -> None:
    assert exit_of(kind.__new__(kind)) is OF_STATUS.get(kind.status, Exit.BROKEN)


def test_exit_codes_differ_and_say_what_they_mean() -> None:
    assert len({int(code) for code in Exit}) == len(Exit)
    assert all(code.meaning.endswith(".") for code in Exit)


@pytest.mark.parametrize(
    ("setting", "value", "example"),
    [
        ("CULTIVAR_RATE_LIMIT", "many", "100/minute"),
        ("CULTIVAR_DATABASE_URL", "mysql://db/leaves", "postgresql://user:password@host/name"),
    ],
)
def test_a_wrong_setting_is_answered_with_an_example(
    setting: str, value: str, example: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setting, value)
    assert main.run(["models", "list"]) == Exit.USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"cultivar: {setting}: write ")
    assert example in said
    assert "pattern" not in said
