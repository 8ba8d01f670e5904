"""Budgets on the tail: nothing grows until two subjects live in it. There is no list of exceptions."""

import ast

import pytest
from tests.house.tree import ROOT, Function, functions, python_files

FILE, FUNCTION, HANDLER = 300, 40, 8
VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "api_route"}


def is_handler(function: Function) -> bool:
    """Whether a route decorator (`@router.get(...)`) stands on it."""
    calls = (mark.func for mark in function.decorator_list if isinstance(mark, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr in VERBS for call in calls)


def body_lines(function: Function) -> int:
    """Lines of the body without its docstring, which is the route's public description."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def over_budget(source: str) -> list[str]:
    """What in this file is too long, one sentence each."""
    found = [f"{lines} lines, {FILE} are the limit"] if (lines := source.count("\n")) > FILE else []
    for function in functions(source):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > FUNCTION:
            found.append(f"{function.name} (line {function.lineno}): {length} lines, {FUNCTION} are the limit")
        if is_handler(function) and (length := body_lines(function)) > HANDLER:
            found.append(f"handler {function.name} (line {function.lineno}): {length} lines, {HANDLER} are the limit")
    return found


def test_every_file_function_and_handler_is_within_its_budget() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}: {what}" for path in python_files() for what in over_budget(path.read_text())
    ]
    assert not too_long, "\n".join(too_long)


def long_function(lines: int) -> str:
    return "def f():\n" + "    x = 1\n" * (lines - 1)


def handler(lines: int) -> str:
    return '@router.get("/x")\nasync def f():\n    """Words.\n\n    More words."""\n' + "    x = 1\n" * lines


@pytest.mark.parametrize(
    ("source", "fits"),
    [
        (long_function(FUNCTION), True),
        (long_function(FUNCTION + 1), False),
        (handler(HANDLER), True),
        (handler(HANDLER + 1), False),
        ("x = 1\n" * FILE, True),
        ("x = 1\n" * (FILE + 1), False),
    ],
)
def test_the_check_itself_sees_the_first_line_too_many(source: str, fits: bool) -> None:
    assert (over_budget(source) == []) is fits
