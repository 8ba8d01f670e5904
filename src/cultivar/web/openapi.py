"""The OpenAPI document: what FastAPI finds, and the errors that every route may answer."""

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


class Api(FastAPI):
    """FastAPI whose document names each problem that a route may answer."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["externalDocs"] = _GUIDE
            _add_schemas(document)
            for path, method, needed in operations(self.routes):
                _complete(document["paths"].get(path, {}).get(method.lower()), path, guarded=isinstance(needed, Needs))
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


def _add_schemas(document: dict[str, Any]) -> None:
    schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(schema.pop("$defs"))
    schemas["Problem"] = schema
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)


def _complete(operation: dict[str, Any] | None, path: str, *, guarded: bool) -> None:
    """Add what its guard, its body and the middleware may answer; a route's own words stay."""
    if operation is None:
        return
    kinds: list[type[CultivarError]] = [*(_IDENTITY if guarded else ()), *(_API if path.startswith("/api/") else ())]
    kinds += _BODY if "requestBody" in operation else ()
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]  # FastAPI's own shape, which is never sent
        kinds.append(Invalid)
    for status, entry in problems.responses(*kinds).items():
        own = operation["responses"].setdefault(str(status), entry)
        content = own.get("content", {}).get(problems.MEDIA_TYPE)
        if own is not entry and content is not None:
            content["examples"] = {**entry["content"][problems.MEDIA_TYPE]["examples"], **content["examples"]}
