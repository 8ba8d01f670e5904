"""The web app: what its build made, for every address that is no route's.

The files are read once, into memory: a build under way never answers half old and half new, and no path of a request
ever meets the disk.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cultivar.kernel import storage
from cultivar.kernel.settings import Settings

INDEX = "/index.html"
CODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings by the ending that the build gives their files, the smallest first."""

_RESERVED = {"api", "assets", "docs", "files", "health", "help", "metrics", "openapi.json"}
"""Below these nothing is a page of the app, whatever a browser asks."""

_HASHED = re.compile(r"/(assets/.+|workbox)-(?=[\w-]*[A-Z0-9])[\w-]{8}\.\w+")
"""A name that changes with the content; a word of eight small letters is not taken for a hash."""

_FOR_EVER, _ASK_FIRST = "public, max-age=31536000, immutable", "no-cache"
_QUALITY = re.compile(r"\s*q\s*=\s*(0(\.\d{0,3})?|1(\.0{0,3})?)\s*", re.IGNORECASE)

_READS = {"GET", "HEAD"}

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:{photos}; "
    "font-src 'self'; connect-src 'self'{photos}; media-src 'self' blob:; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the build: its bytes by content coding (empty: as they are), and what is said with them."""

    bodies: Mapping[str, bytes]
    headers: Mapping[str, str]
    tag: str

    def etag(self, coding: str) -> str:
        return f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'


def read(folder: Path) -> dict[str, File]:
    """Every file of a build by the path that asks for it, with those of its compressed forms that lie beside it."""
    plain = [file for file in sorted(folder.rglob("*")) if file.is_file() and not _is_coded(file)]
    return {f"/{file.relative_to(folder).as_posix()}": _read(file, folder) for file in plain}


def _is_coded(file: Path) -> bool:
    return file.suffix in CODINGS.values() and file.with_suffix("").is_file()


def _read(file: Path, folder: Path) -> File:
    body = file.read_bytes()
    coded = {coding: file.with_name(file.name + ending) for coding, ending in CODINGS.items()}
    bodies = {coding: path.read_bytes() for coding, path in coded.items() if path.is_file()}
    hashed = _HASHED.fullmatch(f"/{file.relative_to(folder).as_posix()}")
    headers = {
        "Content-Type": _TYPES.get(file.suffix.lower(), "application/octet-stream"),
        "Cache-Control": _FOR_EVER if hashed else _ASK_FIRST,
        "Vary": "Accept-Encoding",
    }
    return File({"": body, **bodies}, headers, hashlib.sha256(body).hexdigest()[:32])


def best_coding(accepted: str, there: Collection[str]) -> str:
    """The smallest of the codings that are `there` and that an `Accept-Encoding` takes; empty is none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, semicolon, parameter = part.partition(";")
        found = _QUALITY.fullmatch(parameter)
        weights[name.strip()] = (float(found[1]) if found else 0.0) if semicolon else 1.0
    anything = weights.get("*", 0.0)
    return next((coding for coding in CODINGS if coding in there and weights.get(coding, anything) > 0), "")


class Spa:
    """Answers what no route has matched: with a file of the build, with the app's page to a browser, else as before.

    `photos` is the origin of stored photos where that is another one.
    """

    def __init__(self, folder: Path, *, photos: str | None, otherwise: ASGIApp) -> None:
        self.files = read(folder)
        self._otherwise = otherwise
        self._headers = {
            "Content-Security-Policy": _POLICY.format(photos=f" {photos}" if photos else ""),
            "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._file(scope) if scope["type"] == "http" else None
        answer = self._otherwise if file is None else self._answer(file, scope)
        await answer(scope, receive, send)

    def _file(self, scope: Scope) -> File | None:
        path, index = scope["path"], self.files[INDEX]
        if path == "/":
            return index
        navigates = scope["method"] in _READS and "text/html" in Headers(scope=scope).get("accept", "").lower()
        is_page = navigates and path.lstrip("/").partition("/")[0] not in _RESERVED
        return self.files.get(path, index if is_page else None)

    def _answer(self, file: File, scope: Scope) -> Response:
        if scope["method"] not in _READS:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        scope.setdefault("state", {})["static"] = "/{page}" if file is self.files[INDEX] else "/{file}"
        asked = Headers(scope=scope)
        coding = best_coding(asked.get("accept-encoding", ""), file.bodies)
        headers = {**self._headers, **file.headers, "ETag": file.etag(coding)}
        if scope["path"] not in {"/", *self.files}:  # who does not ask for a page gets none here
            headers["Vary"] = "Accept, Accept-Encoding"
        if coding:
            headers["Content-Encoding"] = coding
        known = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
        if known & {"*", headers["ETag"]}:
            return Response(status_code=304, headers=headers)
        return Response(file.bodies[coding], headers=headers)


def mount(app: FastAPI, settings: Settings) -> bool:
    """Serve the app where it has been built; whether it has."""
    if not (settings.app_dir / INDEX[1:]).is_file():
        return False
    app.router.default = Spa(settings.app_dir, photos=storage.origin(settings), otherwise=app.router.default)
    return True
