"""What the house's tests read: our Python files and their syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tests", "bench", "tools", "migrations")
GENERATED = ROOT / "migrations" / "versions"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Our files under these folders, or all of ours; a generated migration is not one."""
    found = (path for folder in folders or FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if GENERATED not in path.parents]


def functions(source: str) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))
