"""Files of a storage that is a folder, by signed links; a bucket serves its own."""

import os
import stat
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from cultivar.kernel.auth import public
from cultivar.kernel.clock import now
from cultivar.kernel.errors import BadRequest, CultivarError
from cultivar.kernel.http import TheWorld
from cultivar.kernel.problems import Problems, render, responses
from cultivar.kernel.storage import ObjectMissing, media_type

router = APIRouter(prefix="/files", tags=["files"], dependencies=[public])

_KEPT_S = 3600
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
}


class MalformedRange(BadRequest):
    code = "malformed_range"
    title = "The header `Range` is not one of bytes, such as `bytes=0-99`"


class RangeNotSatisfiable(CultivarError):
    status = 416
    code = "range_not_satisfiable"
    title = "The file has no such part"


_OF_RANGES: dict[int, type[CultivarError]] = {kind.status: kind for kind in (MalformedRange, RangeNotSatisfiable)}
_BYTES = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_PARTS: dict[str, Any] = {
    "parameters": [
        {
            "name": "Range",
            "in": "header",
            "description": "Which part, such as `bytes=0-99`.",
            "schema": {"type": "string"},
        }
    ]
}


class File(FileResponse):
    """A file that says in a problem which range cannot be had, or that it has gone since it was found.

    Starlette's own says the one in plain text, and breaks off after its headers at the other.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem: Problems | None = None
        start: Message | None = None

        async def pass_on(message: Message) -> None:
            nonlocal problem, start
            if message["type"] == "http.response.start":
                start = message  # sent with the first bytes, since only then the file is open
                if message["status"] in _OF_RANGES:
                    whole = Headers(raw=message["headers"]).get("content-range")
                    error = _OF_RANGES[message["status"]]()
                    problem = render(scope, error, {"Content-Range": whole} if whole else None)
            elif problem is None:
                if start is not None:
                    await send(start)
                    start = None
                await send(message)

        try:
            await super().__call__(scope, receive, pass_on)
        except FileNotFoundError:
            problem = render(scope, ObjectMissing())
        if problem is not None:
            await problem(scope, receive, send)


def _stat(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except OSError as error:
        raise ObjectMissing from error
    if not stat.S_ISREG(found.st_mode):
        raise ObjectMissing
    return found


@router.get(
    "/{key:path}",
    summary="A file, by a signed link",
    name="read_file",
    response_class=FileResponse,
    openapi_extra=_PARTS,
    responses={
        200: {"description": "The file", "content": _BYTES},
        206: {"description": "The part of it that `Range` names", "content": _BYTES},
        **responses(ObjectMissing, MalformedRange, RangeNotSatisfiable),
    },
)
async def read_file(
    key: str,
    expires: Annotated[int, Query(description="When the link ends, Unix seconds.")],
    signature: Annotated[str, Query(max_length=128)],
    world: TheWorld,
) -> FileResponse:
    path = world.storage.verify(key, expires, signature)
    found = _stat(path)
    kept_s = min(_KEPT_S, expires - int(now().timestamp()))  # a browser shows it no longer than its link opens it
    headers = _HEADERS | {"Cache-Control": f"private, max-age={kept_s}, immutable"}
    return File(path, media_type=media_type(key), headers=headers, stat_result=found)
