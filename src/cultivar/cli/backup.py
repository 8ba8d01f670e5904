"""`cultivar backup`: create, verify and restore backups."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

from cultivar.cli.exits import Exit
from cultivar.kernel import migrate
from cultivar.kernel.backup import archive
from cultivar.kernel.backup.archive import Manifest, Tell
from cultivar.kernel.backup.create import create as write
from cultivar.kernel.backup.restore import restore as put_back
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage

app = typer.Typer()

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The backup.")]
Work = Callable[[Database, Storage, Tell], Awaitable[Manifest]]


@app.callback()
def backup() -> None:
    """Create, verify and restore backups: one file with the database and the objects that it names.

    \b
    Examples:
      cultivar backup create /backups
      cultivar backup verify /backups/cultivar-20260501T120000Z.tar
    """


@app.command()
def create(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; in a folder, one named by the time.")],
) -> None:
    """Write a backup, read it back and compare. People may go on working meanwhile.

    Exit code 5 and a list if the storage had lost objects before; the backup holds all that is left.

    \b
    Examples:
      cultivar backup create cultivar.tar
      cultivar backup create /backups
    """
    file = to / f"cultivar-{now():%Y%m%dT%H%M%SZ}.tar" if to.is_dir() else to
    made = _with_all(lambda db, storage, tell: write(db, storage, migrate.load_tables(), file, tell))
    typer.echo(f"{file}: {_told(made)}")
    _tell_missing(made)


@app.command()
def verify(file: BackupFile) -> None:
    """Read every byte of a backup and compare every hash; exit code 5 if one differs.

    \b
    Example:
      cultivar backup verify cultivar.tar
    """
    with _bars() as tell:
        found = archive.verify(file, tell)
    typer.echo(f"{file}: {_told(found)}")
    _tell_missing(found)


@app.command()
def restore(
    file: BackupFile,
    replace: Annotated[bool, typer.Option("--replace", help="Remove what is in the place now.")] = False,
) -> None:
    """Put a backup into the database and the storage of the settings, of whatever kind, while no server runs.

    The place must be empty, unless it may be replaced. A damaged backup changes nothing.

    \b
    Examples:
      cultivar backup restore cultivar.tar
      CULTIVAR_DATABASE_URL=postgresql://cultivar@db/cultivar cultivar backup restore cultivar.tar
    """
    found = _with_all(lambda db, storage, tell: put_back(file, db, storage, tell, replace=replace))
    typer.echo(f"restored {_told(found)}")


def _with_all(work: Work) -> Manifest:
    """Do the work on what the settings name, with bars on standard error where somebody watches."""

    async def run(settings: Settings, tell: Tell) -> Manifest:
        db = Database(settings.database_url)
        try:
            return await work(db, Storage.open(settings), tell)
        finally:
            await db.close()

    with _bars() as tell:
        return asyncio.run(run(Settings(), tell))


@contextmanager
def _bars() -> Iterator[Tell]:
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bars: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step)
            progress.update(bars[step], completed=done, total=total)

        yield tell


def _told(manifest: Manifest) -> str:
    rows = sum(table.rows for table in manifest.tables)
    return (
        f"{rows} rows, {len(manifest.objects)} objects, revision {manifest.revision}, {manifest.created_at:%F %T} UTC"
    )


def _tell_missing(manifest: Manifest) -> None:
    for name in manifest.missing:
        typer.echo(f"cultivar: the storage has no {name}, which the database names", err=True)
    if manifest.missing:
        raise typer.Exit(Exit.CONFLICT)
