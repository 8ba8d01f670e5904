"""The OpenAPI document: what FastAPI finds, and the errors and headers that stand around every route."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from cultivar.kernel import problems
from cultivar.kernel.auth import Needs, RoleMissing, ScopeMissing, open_to_all
from cultivar.kernel.database import DatabaseUnavailable
from cultivar.kernel.errors import CultivarError, Invalid, NotSignedIn, TooLarge, TooManyRequests, Unavailable
from cultivar.kernel.tokens import TokenExpired, TokenInvalid

_IDENTITY = (NotSignedIn, TokenInvalid, TokenExpired, RoleMissing, ScopeMissing)
_GUIDE = {"description": "Guide to the API", "url": "/help/guide/"}
"""OpenAPI lets the address be relative; FastAPI's own parameter does not."""
_BODY = (problems.MalformedBody, TooLarge)
_API = (TooManyRequests, Unavailable, DatabaseUnavailable)

_HEADERS = {
    "RateLimit": ("How many requests are left for so many seconds; absent without a limit.", '"default";r=99;t=60'),
    "RateLimit-Policy": ("How many requests in how many seconds.", '"default";q=100;w=60'),
    "Retry-After": ("Ask again after so many seconds.", "7"),
}
_ALWAYS = ("RateLimit", "RateLimit-Policy")
_LATER = {"429", "503"}


class Api(FastAPI):
    """FastAPI whose document names each problem that a route may answer."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["externalDocs"] = _GUIDE
            _add_components(document)
            for path, method, needed in operations(self.routes):
                operation = document["paths"].get(path, {}).get(method.lower())
                if operation is not None:
                    _add_problems(operation, path, guarded=isinstance(needed, Needs))
                    _add_headers(operation, path)
        assert self.openapi_schema is not None  # noqa: S101  for the type checker
        return self.openapi_schema


def operations(routes: list[BaseRoute]) -> Iterator[tuple[str, str, Needs | None]]:
    """Every path and method of the application, with what it needs; None is open to all."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIRoute):
            marks = list(guards(context.dependant))
            for method in sorted(context.methods or ()):
                yield context.path_format or "", method, next((mark for mark in marks if mark is not None), None)


def guards(dependant: Dependant) -> Iterator[Needs | None]:
    """The marks that stand on a route: a `Needs`, or None for `public`."""
    if isinstance(dependant.call, Needs):
        yield dependant.call
    elif dependant.call is open_to_all:
        yield None
    for inner in dependant.dependencies:
        yield from guards(inner)


def _add_components(document: dict[str, Any]) -> None:
    schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(schema.pop("$defs"))
    schemas["Problem"] = schema
    document["components"]["headers"] = {
        name: {"description": words, "schema": {"type": "string"}, "example": example}
        for name, (words, example) in _HEADERS.items()
    }
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)


def _add_problems(operation: dict[str, Any], path: str, *, guarded: bool) -> None:
    """Add what its guard, its input and the middleware may answer; a route's own words stay."""
    kinds: list[type[CultivarError]] = [*(_IDENTITY if guarded else ()), *(_API if path.startswith("/api/") else ())]
    kinds += _BODY if "requestBody" in operation else ()
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]  # FastAPI's own shape, which is never sent
    if "requestBody" in operation or operation.get("parameters"):
        kinds.append(Invalid)
    for status, entry in problems.responses(*kinds).items():
        own = operation["responses"].setdefault(str(status), entry)
        content = own.get("content", {}).get(problems.MEDIA_TYPE)
        if own is not entry and content is not None:
            content["examples"] = {**entry["content"][problems.MEDIA_TYPE]["examples"], **content["examples"]}


def _add_headers(operation: dict[str, Any], path: str) -> None:
    """Every answer of the API says how many requests are left; one that puts off says until when."""
    if not path.startswith("/api/"):
        return
    for status, response in operation["responses"].items():
        names = (*_ALWAYS, "Retry-After") if status in _LATER else _ALWAYS
        added = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        response["headers"] = {**response.get("headers", {}), **added}
