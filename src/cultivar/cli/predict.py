"""`cultivar predict`: say what photos show, without a server."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cultivar.bulk.commands import Machinery, Outfile, Place, lines, places_in
from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.kernel.telemetry import configure_quietly
from cultivar.packs.schemas import Language, Pack
from cultivar.packs.service import load
from cultivar.predictions.schemas import Wanted
from cultivar.registry.commands import folder_of
from cultivar.registry.errors import UnknownModel
from cultivar.vision.manifest import read_manifest

app = typer.Typer()


@app.command()
def predict(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Photos, or folders or buckets of photos.")],
    model: Annotated[
        str | None, typer.Option(metavar="PACK[@VERSION]", help="Default: CULTIVAR_DEFAULT_MODEL.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each photo.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write to this .csv or .ndjson; one that is there is gone on with.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="Folder for the photos with their answers drawn on them.")
    ] = None,
    engine: Annotated[Machinery, typer.Option(help="`ray`: on Ray Data; needs the extra `ray`.")] = "local",
    min_confidence: Annotated[float | None, typer.Option(min=0, max=1, help="Leave out weaker labels.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Labels of a head that has more than ten.")] = 5,
    language: Annotated[Language, typer.Option(help="Of names and advice.")] = "en",
) -> None:
    """Say what photos show. Nothing is kept and no server is needed; a folder or s3://bucket/prefix works as well.

    Without a VERSION the one that is active answers, as over HTTP, where the data folder or CULTIVAR_DATABASE_URL holds
    an installation; else the pack's own.

    \b
    Examples:
      cultivar predict leaf.jpg
      cultivar predict photos/ --json > answers.jsonl
      cultivar predict leaf.jpg --model drawn@1.0.0
      cultivar predict photos/ --out results.csv --overlay drawn/
      cultivar predict s3://plots/2026/ --out results.ndjson --engine ray
    """
    settings = Settings()
    configure_quietly(settings)
    pack = asyncio.run(_pack(settings, model or settings.default_model))
    wanted = Wanted(pack, language, min_confidence, top_k)
    places = places_in(files, settings)
    if overlay and (lost := _drawn_over(places, overlay)):
        raise typer.BadParameter(f"a drawing would take the place of {lost}", param_hint="--overlay")
    unread = asyncio.run(_predict(places, wanted, settings, _Ways(as_json, out, overlay, engine)))
    if unread:
        raise typer.Exit(Exit.INPUT)


@dataclass(frozen=True, slots=True)
class _Ways:
    """How answers leave, and what makes them."""

    as_json: bool
    out: Path | None
    overlay: Path | None
    engine: Machinery


async def _pack(settings: Settings, model: str) -> Pack:
    """With the model that is to answer, named as PACK or PACK@VERSION."""
    name, _, version = model.partition("@")
    packs = load(settings.packs_dir)
    if name not in packs:
        raise UnknownModel(f"No model is called {name!r}. There are: {', '.join(packs)}.")
    return packs[name].model_copy(update={"model_folder": await folder_of(settings, packs[name], version or None)})


async def _predict(places: Sequence[Place], wanted: Wanted, settings: Settings, ways: _Ways) -> int:
    """Print or write an answer for each photo; how many could not be read, now or before."""
    with ExitStack() as stack:
        out = stack.enter_context(Outfile(ways.out, wanted.pack.name, _version(wanted.pack))) if ways.out else None
        left = [place for place in places if not (out and out.stands(place.name))]
        unread = out.failed if out else 0
        bar = stack.enter_context(_progress(len(left)))
        task = bar.add_task("", total=len(left))
        async with aclosing(lines(left, wanted, settings, overlay=ways.overlay, on=ways.engine)) as looked:
            async for line in looked:
                unread += not line["success"]
                _tell(line, out, wanted, ways)
                bar.advance(task)
    if out:
        typer.echo(f"{ways.out}: {len(places):,} photos, {unread:,} not read")
    elif wanted.pack.safety and not ways.as_json:
        typer.echo(getattr(wanted.pack.safety, wanted.language), err=True)
    return unread


def _drawn_over(places: Sequence[Place], overlay: Path) -> str | None:
    """The first photo that a drawing would be written over."""
    photos = {Path(place.where).resolve(): place.name for place in places}
    return next((photos[file] for place in places if (file := place.drawing(overlay).resolve()) in photos), None)


def _tell(line: dict[str, Any], out: Outfile | None, wanted: Wanted, ways: _Ways) -> None:
    if out is not None:
        out.write(line)
    else:
        typer.echo(json.dumps(line, ensure_ascii=False) if ways.as_json else _words(line, wanted))


def _version(pack: Pack) -> str:
    return read_manifest((pack.model_folder or pack.folder) / "model.json").version


def _progress(files: int) -> Progress:
    """A bar on standard error, where there is more than one file and somebody to watch it."""
    errors = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors, transient=True, disable=files < 2 or not errors.is_terminal)


def _words(line: dict[str, Any], wanted: Wanted) -> str:
    file, result, why = line["file"], line.get("result"), line.get("refusal")
    if not line["success"]:
        return f"{file}: not read. {line['error']['detail']}"
    if result is None:
        return f"{file}: refused ({why['code']}). {why['message']} {why['advice']}" if why else f"{file}: refused."
    title = getattr(wanted.pack.answers[result["class_id"]].title, wanted.language)
    weak = ", not sure" if "low_confidence" in line["warnings"] else ""
    return f"{file}: {title} ({result['class_name']}), {result['confidence']:.0%}{weak}"
