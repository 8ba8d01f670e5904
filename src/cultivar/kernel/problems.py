"""Errors on the wire: RFC 9457 documents, one shape for every status."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from cultivar.kernel import errors
from cultivar.kernel.errors import CultivarError
from cultivar.kernel.metrics import ERRORS

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One value that does not fit; what was sent is never repeated."""

    loc: list[str | int] = Field(description="Where: `body`, `query`, `path` or `header`, then the field.")
    msg: str
    type: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it. Programs read `code`, which stays; people read `title` and `detail`."""

    type: str = Field(description="Where this error is explained.", examples=["/help/errors/#not_found"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked.")
    code: str = Field(description="Stable name of the error.", examples=["not_found"])
    request_id: str = Field(description="Finds this request in the logs.")
    errors: list[FieldError] | None = Field(None, description="With 422: each value that does not fit.")


class MethodNotAllowed(CultivarError):
    status = 405
    code = "method_not_allowed"
    title = "This address does not take that method"


class MalformedBody(errors.BadRequest):
    code = "malformed_body"
    title = "The body is not well-formed"


class RouteNotFound(errors.NotFound):
    code = "no_such_route"
    title = "There is nothing at this address"


class Problems(JSONResponse):
    """A problem document as a response; counts the error."""

    media_type = MEDIA_TYPE


def render(scope: Any, error: CultivarError, headers: dict[str, str] | None = None) -> Problems:
    """The response for `error`, counted under its code, which the request's state then holds."""
    ERRORS.labels(error.code).inc()
    scope.setdefault("state", {})["code"] = error.code
    body: dict[str, Any] = {
        "type": f"/help/errors/#{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": scope.get("path", ""),
        "code": error.code,
        "request_id": scope.get("state", {}).get("request_id", ""),
        **error.extra,
    }
    return Problems(body, error.status, headers={**_headers(error), **(headers or {})})


def _headers(error: CultivarError) -> dict[str, str]:
    if isinstance(error, errors.NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.TooManyRequests | errors.Unavailable):
        return {"Retry-After": str(error.retry_after)}
    return {}


def install(app: FastAPI) -> None:
    """Render every error that a route or the router raises; what nobody foresaw is the middleware's."""
    app.add_exception_handler(CultivarError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_misfit)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_error(request: Request, error: Exception) -> Problems:
    assert isinstance(error, CultivarError)  # noqa: S101  for the type checker; registered for this class alone
    return render(request.scope, error)


async def _on_misfit(request: Request, error: Exception) -> Problems:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [{"loc": list(one["loc"]), "msg": one["msg"], "type": one["type"]} for one in error.errors()]
    if any(one["type"] == "json_invalid" for one in found):
        return render(request.scope, MalformedBody("The body is not valid JSON."))
    where = ", ".join(".".join(str(part) for part in one["loc"]) for one in found[:5])
    return render(request.scope, errors.Invalid(f"Look at: {where}.", errors=found))


async def _on_http(request: Request, error: Exception) -> Problems:
    """What Starlette and FastAPI raise themselves: no route, wrong method, a body that cannot be parsed."""
    assert isinstance(error, HTTPException)  # noqa: S101
    known: dict[int, CultivarError] = {
        400: MalformedBody(str(error.detail)),
        404: RouteNotFound(),
        405: MethodNotAllowed(f"{request.method} is not taken here."),
        413: errors.TooLarge(),
        415: errors.UnsupportedType(),
    }
    rest = errors.BadRequest(str(error.detail)) if error.status_code < 500 else errors.Broken()
    found = known.get(error.status_code, rest)
    return render(request.scope, found, dict(error.headers or {}))


def responses(*kinds: type[CultivarError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: these errors by status, with an example for each code."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = found.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: problem_content()}})
        entry["description"] = (entry["description"] + f", {kind.title} (`{kind.code}`)").lstrip(", ")
        entry["content"][MEDIA_TYPE]["examples"][kind.code] = {"summary": kind.title, "value": _example(kind)}
    return found


def problem_content() -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}


def _example(kind: type[CultivarError]) -> dict[str, Any]:
    return {
        "type": f"/help/errors/#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.title,
        "instance": "/api/v1/predict",
        "code": kind.code,
        "request_id": "0193b0a4c1e27d6f9a3b5c7d8e9f0a1b",
    }
