"""`cultivar user`: create people, and give them another password."""

import asyncio
import sys
from typing import Annotated, Literal

import typer

from cultivar.accounts import commands
from cultivar.kernel.settings import Settings
from cultivar.kernel.telemetry import configure_quietly

NewRole = Literal["user", "expert", "admin"]

PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

app = typer.Typer()


@app.callback()
def user() -> None:
    """Create people, and give them another password.

    \b
    Examples:
      cultivar user create --email ada@example.org --role expert
      cultivar user password --email ada@example.org
    """


@app.command()
def create(
    email: Annotated[str, typer.Option(help="What they sign in with.")],
    role: Annotated[NewRole, typer.Option(help="What they may do.")] = "user",
    password_stdin: PasswordStdin = False,
) -> None:
    """Create an account and print its id. The password is asked for, unless it comes on standard input.

    \b
    Example:
      cultivar user create --email ada@example.org --password-stdin --role admin < password.txt
    """
    given = _password(password_stdin)
    settings = Settings()
    configure_quietly(settings)
    typer.echo(asyncio.run(commands.create_user(settings, email, given, role)))


@app.command()
def password(
    email: Annotated[str, typer.Option(help="Whose it is.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Give an account another password and print its id. All its sessions end at once; API keys go on.

    \b
    Examples:
      cultivar user password --email admin@localhost
      cultivar user password --email ada@example.org --password-stdin < password.txt
    """
    given = _password(password_stdin)
    settings = Settings()
    configure_quietly(settings)
    typer.echo(asyncio.run(commands.reset_password(settings, email, given)))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask at; send the password in", param_hint="--password-stdin")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer
