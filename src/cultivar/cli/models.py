"""`cultivar models`: list, show and verify the models of the packs."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.packs.schemas import Language, Pack
from cultivar.packs.service import load
from cultivar.registry import commands
from cultivar.registry.errors import UnknownModel
from cultivar.registry.schemas import ModelOut

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Spoken = Annotated[Language, typer.Option(help="Of titles and texts.")]

app = typer.Typer()


@app.callback()
def models() -> None:
    """List, show and verify the models of the packs in CULTIVAR_PACKS_DIR.

    \b
    Examples:
      cultivar models list
      cultivar models show plant-health
      cultivar models verify
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
