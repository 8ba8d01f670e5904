"""`cultivar db`: bring the database's tables up or down, or check them."""

import asyncio
from typing import Annotated

import typer

from cultivar.cli.exits import Exit
from cultivar.kernel import migrate
from cultivar.kernel.database import Database
from cultivar.kernel.revision import stored
from cultivar.kernel.settings import Settings

app = typer.Typer()


@app.callback()
def db() -> None:
    """Bring the database's tables up or down, or check them.

    \b
    Examples:
      cultivar db upgrade
      cultivar db check
    """


@app.command()
def upgrade(
    to: Annotated[str, typer.Argument(metavar="REVISION", help="How far; `head` is the newest.")] = "head",
) -> None:
    """Bring the tables up to this program's revision, wholly or not at all; rows stay.

    \b
    Example:
      cultivar db upgrade
    """
    url = Settings().database_url
    asyncio.run(migrate.upgrade(url, to))
    typer.echo(f"at revision {asyncio.run(_revision(url))}")


@app.command()
def downgrade(
    to: Annotated[str, typer.Argument(metavar="REVISION", help="How far; `-1` is one step, `base` removes all.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring the tables down to an older revision. What only newer ones can hold is lost: make a backup first.

    \b
    Example:
      cultivar db downgrade --yes -- -1
    """
    if not yes:
        typer.confirm(f"Bring the tables down to {to}, and lose what it cannot hold?", abort=True)
    url = Settings().database_url
    asyncio.run(migrate.downgrade(url, to))
    typer.echo(f"at revision {asyncio.run(_revision(url)) or 'none'}")


@app.command()
def check() -> None:
    """Say whether the tables are what this program expects: exit code 5 and a line each if not, 7 without an answer.

    \b
    Example:
      cultivar db check
    """
    found = asyncio.run(migrate.differences(Settings().database_url))
    for sentence in found:
        typer.echo(sentence, err=True)
    if found:
        raise typer.Exit(Exit.CONFLICT)
    typer.echo("the tables are what this program expects")


async def _revision(url: str) -> str | None:
    db = Database(url)
    try:
        return await stored(db)
    finally:
        await db.close()
