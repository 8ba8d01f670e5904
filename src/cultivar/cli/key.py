"""`cultivar key`: create API keys."""

import asyncio
from typing import Annotated

import typer

from cultivar.accounts import commands
from cultivar.kernel.settings import Settings
from cultivar.kernel.telemetry import configure_quietly

app = typer.Typer()


@app.callback()
def key() -> None:
    """Create API keys for programs.

    \b
    Example:
      cultivar key create --email ada@example.org --name greenhouse --scope predict
    """


@app.command()
def create(
    email: Annotated[str, typer.Option(help="Whose key it is; it may never do more than they.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, such as predict; may be given several times.")],
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it works; else until deleted.")] = None,
) -> None:
    """Create a key and print it, this once.

    \b
    Example:
      cultivar key create --email ada@example.org --name greenhouse --scope predict --scope feedback:write --days 365
    """
    settings = Settings()
    configure_quietly(settings)
    typer.echo(asyncio.run(commands.create_key(settings, email, name=name, scopes=scope, days=days)))
