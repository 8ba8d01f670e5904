"""`cultivar predict`: say what photos show, without a server."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cultivar.cli.exits import Exit
from cultivar.kernel.errors import CultivarError
from cultivar.kernel.settings import Settings
from cultivar.packs.schemas import Language, Pack
from cultivar.packs.service import load
from cultivar.predictions.commands import Wanted, look, photos_in
from cultivar.predictions.schemas import Said
from cultivar.registry.errors import UnknownModel
from cultivar.vision.runtime.engine import Engine

app = typer.Typer()


@app.command()
def predict(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Photos, or folders of photos.")],
    model: Annotated[str | None, typer.Option(help="A pack. Default: CULTIVAR_DEFAULT_MODEL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each photo.")] = False,
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out weaker labels.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Labels of a head that has more than ten.")] = 5,
    language: Annotated[Language, typer.Option(help="Of names and advice.")] = "en",
) -> None:
    """Say what photos show. Nothing is kept and no server is needed; a folder works as well.

    \b
    Examples:
      cultivar predict leaf.jpg
      cultivar predict photos/ --json > answers.jsonl
      cultivar predict cat.jpg --model cats-dogs
    """
    settings = Settings()
    wanted = Wanted(_pack(settings, model or settings.default_model), language, min_confidence, top_k)
    unread = asyncio.run(_predict(photos_in(files), wanted, as_json))
    if unread:
        raise typer.Exit(Exit.INPUT)


def _pack(settings: Settings, name: str) -> Pack:
    serves = {name: pack for name, pack in load(settings.packs_dir).items() if pack.model_folder}
    if name not in serves:
        raise UnknownModel(f"No model is called {name!r}. There are: {', '.join(serves) or 'none'}.")
    return serves[name]


async def _predict(files: Sequence[Path], wanted: Wanted, as_json: bool) -> int:
    """Print an answer for each file; how many could not be read."""
    engine, key, unread = Engine(), wanted.pack.name, 0
    await engine.start()
    try:
        version = (await engine.open(key, wanted.pack.model_folder or wanted.pack.folder)).version
        with _progress(len(files)) as bar:
            task = bar.add_task("", total=len(files))

            def tell(file: Path, said: Said | CultivarError) -> None:
                nonlocal unread
                unread += isinstance(said, CultivarError)
                typer.echo(_json(file, said, version, key) if as_json else _words(file, said, wanted))
                bar.advance(task)

            await look(engine, key, files, wanted, tell)
    finally:
        await engine.close()
    if wanted.pack.safety and not as_json:
        typer.echo(getattr(wanted.pack.safety, wanted.language), err=True)
    return unread


def _progress(files: int) -> Progress:
    """A bar on standard error, where there is more than one file and somebody to watch it."""
    errors = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, transient=True, disable=files < 2 or not errors.is_terminal)


def _json(file: Path, said: Said | CultivarError, version: str, model: str) -> str:
    if isinstance(said, CultivarError):
        return json.dumps({"file": str(file), "success": False, "error": {"code": said.code, "detail": said.detail}})
    told = {"file": str(file), "success": True, "model": model, "model_version": version}
    return json.dumps(told | said.model_dump(mode="json"), ensure_ascii=False)


def _words(file: Path, said: Said | CultivarError, wanted: Wanted) -> str:
    if isinstance(said, CultivarError):
        return f"{file}: not read. {said.detail}"
    if said.result is None:
        why = said.refusal
        return f"{file}: refused ({why.code}). {why.message} {why.advice}" if why else f"{file}: refused."
    title = getattr(wanted.pack.classes[said.result.class_id].title, wanted.language)
    weak = ", not sure" if "low_confidence" in said.warnings else ""
    return f"{file}: {title} ({said.result.class_name}), {said.result.confidence:.0%}{weak}"
