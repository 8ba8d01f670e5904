"""`cultivar user`: create people."""

import asyncio
import sys
from typing import Annotated, Literal

import typer

from cultivar.accounts import commands
from cultivar.kernel.settings import Settings
from cultivar.kernel.telemetry import configure

NewRole = Literal["user", "expert", "admin"]

app = typer.Typer()


@app.callback()
def user() -> None:
    """Create people.

    \b
    Example:
      cultivar user create --email ada@example.org --role expert
    """


@app.command()
def create(
    email: Annotated[str, typer.Option(help="What they sign in with.")],
    role: Annotated[NewRole, typer.Option(help="What they may do.")] = "user",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Create an account and print its id. The password is asked for, unless it comes on standard input.

    \b
    Example:
      cultivar user create --email ada@example.org --password-stdin --role admin < password.txt
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked()
    settings = Settings()
    configure(settings)
    typer.echo(asyncio.run(commands.create_user(settings, email, password, role)))


def _asked() -> str:
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer
