"""A YAML file that remembers its lines: unknown tags and repeated keys are errors, and a fault can be located."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cultivar.packs.errors import BadPack


@dataclass(frozen=True)
class YamlFile:
    path: Path
    data: dict[str, object]
    root: yaml.Node

    def place(self, steps: Sequence[str | int]) -> str:
        """`file:line: a.b.0`, the line of the deepest step that is in the file."""
        node = self.root
        for step in steps:
            found = _child(node, step)
            if found is None:
                break
            node = found
        where = ".".join(str(step) for step in steps)
        return f"{self.path}:{node.start_mark.line + 1}" + (f": {where}" if where else "")


def read_yaml(path: Path) -> YamlFile:
    """Read a mapping; BadPack with file and line if it is not readable, not YAML, no mapping or repeats a key."""
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_aliases(path, text)
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise BadPack(f"{path}: must be a mapping of names to values")
        _refuse_repeats(path, root)
        return YamlFile(path, _built(path, loader, root), root)
    except OSError as error:
        raise BadPack(f"{path} cannot be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadPack(f"{path}{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadPack(f"{path}: not valid YAML in UTF-8") from error


def _built(path: Path, loader: yaml.CSafeLoader, root: yaml.Node) -> dict[str, object]:
    """The values; a scalar that is not of its tag's type makes PyYAML raise almost anything."""
    try:
        data = loader.construct_document(root)
    except (LookupError, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise BadPack(f"{path}: a value is not of the type that it is tagged with") from error
    if not all(isinstance(key, str) for key in data):
        raise BadPack(f"{path}: names must be words")
    return dict(data)


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return next(iter(node.value[step : step + 1]), None)
    return None


def _refuse_aliases(path: Path, text: str) -> None:
    """An alias lets a small file grow without end, or contain itself."""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadPack(f"{path}: the alias *{event.anchor} is not read here, write the value out")


def _refuse_repeats(path: Path, node: yaml.Node) -> None:
    """YAML readers keep the last of two equal keys in silence; here it is an error."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeats(path, child)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                raise BadPack(f"{path}:{key.start_mark.line + 1}: {key.value!r} is given twice")
            seen.add(str(key.value))
            _refuse_repeats(path, value)
