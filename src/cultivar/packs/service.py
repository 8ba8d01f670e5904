"""Read packs from their folders, and apply their rules.

A pack is `packs/<name>/` with `pack.yaml`, `labels.yaml` and, once trained, `model.json`, its weights and `CARD.md`.
"""

from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from cultivar.packs.assess import assess
from cultivar.packs.assessment import Assessment, GradeSaid
from cultivar.packs.errors import BadPack
from cultivar.packs.schemas import Language, Pack
from cultivar.packs.severity import Severity as LeafSeverity
from cultivar.packs.severity import class_name as leaf_class
from cultivar.packs.severity import judge
from cultivar.packs.yamlfile import YamlFile, read_yaml

__all__ = [
    "Assessment",
    "GradeSaid",
    "LeafSeverity",
    "assess",
    "judge",
    "language_for",
    "leaf_class",
    "load",
    "load_pack",
]


def load(packs_dir: Path) -> dict[str, Pack]:
    """Every pack under `packs_dir` by name, in alphabetical order; BadPack if one is not valid or there is none."""
    packs = {folder.name: load_pack(folder) for folder in sorted(_folders(packs_dir))}
    if not packs:
        raise BadPack(f"{packs_dir} holds no pack: none of its folders has a pack.yaml")
    return packs


def load_pack(folder: Path) -> Pack:
    """One pack; BadPack names the file, the line and the field of the first fault."""
    head, labels = read_yaml(folder / "pack.yaml"), read_yaml(folder / "labels.yaml")
    data = head.data | _with_sources(labels)
    model = folder / "model.json"
    card = folder / "CARD.md"
    data["folder"] = folder
    data["model_folder"] = folder if model.is_file() else None
    data["card"] = card.read_text(encoding="utf-8") if card.is_file() else None
    try:
        pack = Pack.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = (labels if first["loc"] and first["loc"][0] in labels.data else head).place(first["loc"])
        raise BadPack(f"{place}: {first['msg']}") from error
    if pack.name != folder.name:
        raise BadPack(f"{head.place(('name',))}: the folder is called {folder.name!r}, the pack {pack.name!r}")
    return pack


def _folders(packs_dir: Path) -> list[Path]:
    try:
        return [folder for folder in packs_dir.iterdir() if (folder / "pack.yaml").is_file()]
    except OSError as error:
        raise BadPack(f"{packs_dir} cannot be read: {error.strerror}") from error


def _with_sources(labels: YamlFile) -> dict[str, object]:
    """Put each source's text where a class names its key."""
    data = dict(labels.data)
    known = data.pop("sources", {})
    classes = data.get("classes")
    if not isinstance(known, dict) or not isinstance(classes, list):
        raise BadPack(f"{labels.path}: `classes` must be a list and `sources` a mapping of key to title")
    data["classes"] = [_one_with_sources(labels, known, i, raw) for i, raw in enumerate(classes)]
    return data


def _one_with_sources(labels: YamlFile, known: dict[str, object], index: int, raw: object) -> object:
    if not isinstance(raw, dict) or not isinstance(raw.get("sources"), list):
        return raw
    for place, key in enumerate(raw["sources"]):
        if key not in known:
            raise BadPack(f"{labels.place(('classes', index, 'sources', place))}: {key!r} is not one of `sources`")
    return raw | {"sources": [known[key] for key in raw["sources"]]}


def language_for(accept_language: str) -> Language:
    """The language of ours that an `Accept-Language` header (RFC 9110, 12.5.4) likes best; English when in doubt."""
    ours: tuple[Language, ...] = get_args(Language)
    wanted: dict[str, float] = {}
    for choice in accept_language.lower().split(","):
        tag, _, weight = choice.partition(";")
        wanted.setdefault(tag.strip().partition("-")[0], _weight(weight))
    return max(ours, key=lambda language: wanted.get(language, wanted.get("*", 0.0)))


def _weight(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
    except ValueError:
        return 0.0
