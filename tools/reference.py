"""Write the reference pages of the documentation from the code: settings, errors, events, commands.

    python tools/reference.py           writes what has changed
    python tools/reference.py --check   fails if something would change

Only the part of a page between its two marks is ours; what stands before and after is written by hand.
"""

import importlib
import inspect
import pkgutil
import re
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import cultivar
from cultivar.kernel.errors import CultivarError

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- made from the code: `make reference` -->", "<!-- end -->"
TRAINER_SURFACE = "cultivar.trainer.errors"


def load_all() -> list[str]:
    """Import every module, so that every error and fact is known; the trainer only as far as no torch is needed."""
    names = [module.name for module in pkgutil.walk_packages(cultivar.__path__, "cultivar.")]
    wanted = [name for name in names if not name.startswith("cultivar.trainer") or name == TRAINER_SURFACE]
    for name in wanted:
        importlib.import_module(name)
    return wanted


def below(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from below(sub)


def described(thing: Any) -> str:
    """Its own docstring, not one that it inherits or that `dataclass` made."""
    text = inspect.cleandoc(thing.__dict__.get("__doc__") or "")
    return "" if text.startswith(f"{thing.__name__}(") else text


# --- settings ---------------------------------------------------------------------------------------------------------


def settings() -> str:
    from cultivar.kernel.settings import Settings

    lines, place = [], None
    headings = dict(_headings(inspect.getsource(Settings)))
    for name, field in Settings.model_fields.items():
        if headings[name] != place:
            place = headings[name]
            lines += ["", f"## {place}", "", "| Setting | Default | What it does |", "|---|---|---|"]
        described = (field.description or "").replace("|", "\\|")
        lines.append(f"| `CULTIVAR_{name.upper()}` | {_default(field)} | {described} |")
    return "\n".join(lines)


def _headings(source: str) -> Iterator[tuple[str, str]]:
    """Each field with the comment that heads its group."""
    heading = "General"
    for line in source.splitlines():
        if found := re.match(r"    # (.+)", line):
            heading = found[1]
        elif found := re.match(r"    (\w+): ", line):
            yield found[1], heading


def _default(field: Any) -> str:
    if field.default_factory is not None or field.default in (None, []):
        return "–"
    return f"`{field.default}`"


# --- errors -----------------------------------------------------------------------------------------------------------


def codes() -> dict[str, type[CultivarError]]:
    """Every code with the class that defines it."""
    load_all()
    ours = (kind for kind in below(CultivarError) if kind.__module__.startswith("cultivar."))
    return {kind.code: kind for kind in ours if "code" in kind.__dict__}


def errors() -> str:
    parts = []
    for code, kind in sorted(codes().items()):
        parts += [f"### {code}", "", f"**{kind.status}** · {kind.title}."]
        if words := described(kind):
            parts += ["", words]
        parts.append("")
    return "\n".join(parts).rstrip()


# --- events -----------------------------------------------------------------------------------------------------------


def facts() -> dict[str, type[Any]]:
    """Every fact by its name."""
    found = {}
    for module in load_all():
        if module.endswith(".events"):
            for thing in vars(sys.modules[module]).values():
                if is_dataclass(thing) and isinstance(thing, type) and "name" in vars(thing):
                    found[thing.name] = thing
    return found


def events() -> str:
    from cultivar.worker.subscriptions import SUBSCRIPTIONS

    parts = []
    for name, fact in sorted(facts().items()):
        heard = ", ".join(f"`{one.name}`" for one in SUBSCRIPTIONS.get(fact, ())) or "nobody yet"
        parts += [f"### {name}", "", described(fact), "", "| Field | Type |", "|---|---|"]
        parts += [f"| `{field}` | `{_spoken(hint)}` |" for field, hint in _members(fact)]
        parts += ["", f"Heard by: {heard}.", ""]
    return "\n".join(parts).rstrip()


def _members(fact: type[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Its fields, and those of the records among them."""
    hints = typing.get_type_hints(fact)
    for field in fields(fact):
        if is_dataclass(hints[field.name]):
            yield from _members(hints[field.name], f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", hints[field.name]


def _spoken(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
    return re.sub(r"\b[a-z_]+(\.[a-z_]+)*\.(?=[A-Za-z])", "", text).replace(" | ", " or ")


# --- commands ---------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, str]]:
    """Every command, such as `cultivar models list`, with its help."""
    from cultivar.cli import main

    for name in main.COMMANDS:
        yield from _help(main.load(name), f"cultivar {name}", None)


def _help(command: Any, path: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = command.context_class(command, info_name=path.rsplit(maxsplit=1)[-1] if parent else path, parent=parent)
    context.terminal_width = context.max_content_width = 100
    yield path, command.get_help(context)
    for name in getattr(command, "commands", {}):
        yield from _help(command.commands[name], f"{path} {name}", context)


def cli() -> str:
    from cultivar.cli.exits import Exit

    parts = [part for path, words in commands() for part in (f"### {path}", "", "```text", words.rstrip(), "```", "")]
    rows = [f"| {int(code)} | {code.meaning} |" for code in Exit]
    return "\n".join(["## Commands", "", *parts, "## Exit codes", "", "| Code | Meaning |", "|---|---|", *rows])


PAGES: dict[str, Callable[[], str]] = {"settings": settings, "errors": errors, "events": events, "cli": cli}


def page(name: str) -> tuple[str, str]:
    """A page as it is and as it should be."""
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return text, f"{before}{BEGIN}\n\n{PAGES[name]().strip()}\n\n{END}{rest.split(END)[1]}"


def main() -> None:
    stale = []
    for name in PAGES:
        found, wanted = page(name)
        if found != wanted:
            stale.append(name)
            if "--check" not in sys.argv:
                (DOCS / f"{name}.md").write_text(wanted, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"Out of date: {', '.join(stale)}. Run `make reference`.")


if __name__ == "__main__":
    main()
