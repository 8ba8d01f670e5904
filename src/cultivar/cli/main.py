"""The one list of commands. A command's module is loaded when it is called, so `cultivar --help` answers at once."""

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from cultivar.cli.exits import Exit, exit_of
from cultivar.kernel.errors import CultivarError
from cultivar.kernel.memory import kept

COMMANDS = {
    "serve": "Serve the API, its pages and, unless told otherwise, the background jobs.",
    "worker": "Run background jobs beside servers that do not.",
    "predict": "Say what photos show; no server is needed.",
    "train": "Train a pack's model; needs the extra `train`.",
    "models": "List, show, verify and import models, and choose which one serves.",
    "db": "Bring the database's tables up or down, or check them.",
    "user": "Create people, and give them another password.",
    "key": "Create API keys.",
    "data": "Unpack data sets.",
    "backup": "Create, verify and restore backups.",
}
"""Each stands in `cultivar.cli.<name>`, whose `app` is a Typer."""


_PROGRAM_WIDE = {"install_completion", "show_completion"}


def load(name: str) -> Any:
    """The command itself."""
    with kept():
        app: typer.Typer = import_module(f"cultivar.cli.{name}").app
    app.rich_markup_mode = None
    command = typer.main.get_command(app)
    command.name = name
    command.params = [option for option in command.params if option.name not in _PROGRAM_WIDE]
    return command


class _Later(TyperCommand):
    """Stands in a listing for a command that is not loaded yet."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return load(str(self.name)).make_context(info_name, args, parent=parent, **extra)


class _Program(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _Later(name=cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


program = typer.Typer(cls=_Program, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cultivar {import_module('importlib.metadata').version('cultivar')}")
        raise typer.Exit


@program.callback()
def cultivar(
    version: bool = typer.Option(False, "--version", help="Show the version.", callback=_version, is_eager=True),
) -> None:
    """A photo in, an answer out, asked whether it was right, and made better by it.

    \b
    Examples:
      cultivar serve
      cultivar predict leaf.jpg
      cultivar models list
    """


def _say(sentence: str, code: Exit) -> Exit:
    typer.echo(f"cultivar: {' '.join(sentence.split())}", err=True)
    return code


def run(arguments: list[str]) -> int:
    """Do what the arguments say; the exit code. A failure is one line on standard error."""
    try:
        typer.main.get_command(program).main(arguments, prog_name="cultivar")
    except SystemExit as done:
        return int(done.code or 0)
    except CultivarError as error:
        return _say(f"{error.detail} ({error.code})", exit_of(error))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        setting = "CULTIVAR_" + ".".join(map(str, first["loc"])).upper()
        return _say(f"{setting}: {first['msg'].removeprefix('Value error, ')}", Exit.USAGE)
    except OSError as error:
        return _say(f"{error.filename or error.__class__.__name__}: {error.strerror or error}", Exit.INPUT)
    except Exception as error:  # noqa: BLE001  the edge of the process
        if os.environ.get("CULTIVAR_LOG_LEVEL") == "debug":
            traceback.print_exc()
        return _say(f"{error.__class__.__name__}: {error}", Exit.BROKEN)
    return Exit.DONE


def main() -> None:
    """The program `cultivar`."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
