"""`cultivar data`: unpack data sets."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from cultivar.kernel.archives import unpack

app = typer.Typer()


@app.callback()
def data() -> None:
    """Unpack data sets.

    \b
    Example:
      cultivar data unpack plant_leaves.tar --into data
    """


@app.command("unpack")
def unpack_tar(
    archives: Annotated[list[Path], typer.Argument(metavar="TAR...", help="Tars, plain or compressed.")],
    into: Annotated[Path, typer.Option(help="Where each tar gets a folder of its own name.")] = Path(),
) -> None:
    """Unpack tars, each whole or not at all. Names that lead out of the folder, links and devices are refused.

    \b
    Examples:
      cultivar data unpack cats_dogs.tar
      cultivar data unpack plant_leaves.tar plant_leaves_field.tar --into data
    """
    for archive in archives:
        folder = into / archive.name.split(".")[0]
        typer.echo(f"{folder}: {_unpack(archive, folder)} files")


def _unpack(archive: Path, folder: Path) -> int:
    """With a bar on standard error, where somebody watches."""
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(archive.name)
        return unpack(archive, folder, lambda done, total: bar.update(task, completed=done, total=total))
