"""`cultivar models`: list, show and verify the models of the packs; import others, and choose which one serves."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.kernel.telemetry import configure_quietly
from cultivar.packs.schemas import Language, Pack
from cultivar.packs.service import load
from cultivar.registry import commands
from cultivar.registry.errors import UnknownModel
from cultivar.registry.schemas import ModelOut, VersionOut

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Named = Annotated[str, typer.Argument(metavar="PACK", help="The pack.")]
Spoken = Annotated[Language, typer.Option(help="Of titles and texts.")]

app = typer.Typer()


@app.callback()
def models() -> None:
    """List, show and verify the models of the packs in CULTIVAR_PACKS_DIR; import others, choose which one serves.

    \b
    Examples:
      cultivar models list
      cultivar models show plant-health
      cultivar models verify
      cultivar models import best.onnx --pack banana-ripeness --activate
      cultivar models rollback banana-ripeness
    """


@app.command("list")
def list_models(as_json: AsJson = False, language: Spoken = "en") -> None:
    """List the packs that have a model.

    \b
    Example:
      cultivar models list --json
    """
    found = [commands.summary(pack) for pack in _packs([]) if pack.model_folder]
    if as_json:
        _print_json([one.model_dump(mode="json") for one in found])
        return
    table = Table("model", "version", "title", "classes", "input", "MB", box=None, pad_edge=False)
    for one in found:
        table.add_row(*_row(one, language))
    Console().print(table if found else "No pack has a model yet.")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The pack.")], as_json: AsJson = False, language: Spoken = "en"
) -> None:
    """Show one model: what it asks, what it knows, how good it is, whose it is.

    \b
    Examples:
      cultivar models show cats-dogs
      cultivar models show plant-health --language fr
      cultivar models show plant-health --json
    """
    detail, labels = commands.full(_packs([name])[0])
    if as_json:
        _print_json(detail.model_dump(mode="json") | {"labels": [one.model_dump(mode="json") for one in labels]})
        return
    typer.echo(f"{detail.title[language]} ({detail.name} {detail.version})\n{detail.description[language]}\n")
    for head in detail.heads:
        typer.echo(f"{head.title[language]} ({head.kind}): {', '.join(one.title[language] for one in head.labels)}")
    typer.echo("\nclass_id  class_name")
    for label in labels:
        typer.echo(f"{label.class_id:>8}  {label.class_name} · {label.title[language]}")
    typer.echo(
        f"\nWeights: {detail.size_bytes / 1e6:.1f} MB, sha256 {detail.sha256}\nLicence: {detail.licence.weights}"
    )
    typer.echo(f"\n{detail.card}" if detail.card else "\nIt has no card.")


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Packs; all with a model if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check manifest, hash, graph and fit of each model, and run it once. Exit code 5 if anything is wrong.

    \b
    Examples:
      cultivar models verify
      cultivar models verify plant-health --json
    """
    packs = _packs(names) if names else [pack for pack in _packs([]) if pack.model_folder]
    if not packs:
        raise UnknownModel("No pack has a model yet.")
    verdicts = list(commands.verify(packs))
    if as_json:
        _print_json([asdict(verdict) | {"sound": verdict.fault is None} for verdict in verdicts])
    for verdict in [] if as_json else verdicts:
        typer.echo(f"{verdict.model} {verdict.version or '?'}: {verdict.fault or 'sound'}")
    if any(verdict.fault for verdict in verdicts):
        raise typer.Exit(Exit.CONFLICT)


@app.command()
def versions(pack: Named, as_json: AsJson = False) -> None:
    """List the versions of a model, the newest first.

    \b
    Example:
      cultivar models versions banana-ripeness
    """
    _tell(asyncio.run(commands.list_versions(_quiet(), pack)), as_json)


@app.command()
def activate(
    pack: Named, version: Annotated[str, typer.Argument(help="One of its versions.")], as_json: AsJson = False
) -> None:
    """Have a version serve. It is tried out first; servers that run follow within seconds and lose no request.

    \b
    Example:
      cultivar models activate banana-ripeness 2.0.0
    """
    _tell([asyncio.run(commands.activate(_quiet(), pack, version))], as_json)


@app.command()
def rollback(pack: Named, as_json: AsJson = False) -> None:
    """Return to the version that served before; once more, to the one before that.

    \b
    Example:
      cultivar models rollback banana-ripeness
    """
    _tell([asyncio.run(commands.rollback(_quiet(), pack))], as_json)


@app.command("import", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def import_model(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="`.onnx`, `.pt` or `.keras`.")],
    pack: Annotated[str, typer.Option(help="The pack that it is to serve.")],
    version: Annotated[str | None, typer.Option(help="Default: `imported-` and the start of its hash.")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Read a `.pt`, which is a pickle: its tensors alone.")] = False,
    renamed: Annotated[list[str] | None, typer.Option("--map", help="`label=class`, or `label=` to drop it.")] = None,
    activate: Annotated[bool, typer.Option("--activate", help="Have it serve at once.")] = False,
    out: Annotated[Path | None, typer.Option(help="Only write the model's folder here, to upload it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a model of your own: converted, checked against the pack, compared with the original, kept as a version.

    \b
    Where the file does not say it:
      --labels a,b,c      its labels, in their order; --drop-others drops those that no class takes
      --input HOW         how it takes colours: yolo, yolox, imagenet, half, unit, bytes
      --resize HOW        how a photo gets its size: squash, crop, letterbox
      --size PIXELS       the side of the picture
      --tiles PIXELS      of a detector: look at larger photos in tiles of this side too
      --architecture NAME of a .pt, such as yolov8n-seg
      --licence TEXT      of the weights

    \b
    Examples:
      cultivar models import best.onnx --pack banana-ripeness --map unripe='Not Mature' --activate
      cultivar models import best.pt --pack banana-ripeness --trust
      cultivar models import model.keras --pack cats-dogs --labels cat,dog --input bytes
      cultivar models import best.onnx --pack banana-ripeness --out folder
    """
    options = [*context.args, *(f"--map={pair}" for pair in _pairs(renamed or []))]
    options += [*(["--trust"] if trust else []), *(["--version", version] if version else [])]
    folder = _packs([pack])[0].folder
    if out:
        _convert(file, folder, out, options)
        typer.echo(json.dumps({"folder": str(out)}) if as_json else str(out))
        return
    _tell([_imported(file, folder, options, activate=activate)], as_json)


def _imported(file: Path, pack: Path, options: list[str], *, activate: bool) -> VersionOut:
    settings = _quiet()
    with TemporaryDirectory(prefix="cultivar-import-") as made:
        _convert(file, pack, Path(made), options)
        added, _ = asyncio.run(commands.add_version(settings, pack.name, Path(made)))
    return asyncio.run(commands.activate(settings, pack.name, added.version)) if activate else added


def _pairs(given: list[str]) -> list[str]:
    if wrong := [pair for pair in given if "=" not in pair]:
        raise typer.BadParameter(f"{wrong[0]!r} is no label=class", param_hint="--map")
    return given


def _convert(file: Path, pack: Path, out: Path, options: list[str]) -> None:
    """In a process of its own: converting needs libraries that serving never loads."""
    if find_spec("onnx") is None:
        typer.echo("cultivar: importing needs an extra: pip install 'cultivar[train]'", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)
    module = [sys.executable, "-m", "cultivar.trainer.importing"]
    command = [*module, str(file), "--pack", str(pack), "--out", str(out), *options]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  our own interpreter and module
    if done.returncode:
        raise typer.Exit(done.returncode if done.returncode > 0 else 128 - done.returncode)


def _quiet() -> Settings:
    settings = Settings()
    configure_quietly(settings)
    return settings


def _tell(found: list[VersionOut], as_json: bool) -> None:
    if as_json:
        told = [one.model_dump(mode="json") for one in found]
        _print_json(told if len(told) != 1 else told[0])
        return
    for one in found:
        typer.echo(f"{one.model} {one.version}  {one.state}, {one.origin} {one.created:%Y-%m-%d}")


def _packs(names: list[str]) -> list[Pack]:
    """The named packs, or all."""
    packs = load(Settings().packs_dir)
    if unknown := [name for name in names if name not in packs]:
        raise UnknownModel(f"No pack is called {unknown[0]!r}. With a model there are: {_with_model(packs.values())}.")
    return [packs[name] for name in names] if names else list(packs.values())


def _with_model(packs: Iterable[Pack]) -> str:
    return ", ".join(pack.name for pack in packs if pack.model_folder) or "none"


def _row(one: ModelOut, language: Language) -> tuple[str, ...]:
    size = f"{one.input.width} x {one.input.height}"
    return one.name, one.version, one.title[language], str(one.classes), size, f"{one.size_bytes / 1e6:.1f}"


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
