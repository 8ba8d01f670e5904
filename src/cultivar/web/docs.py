"""The API's page, its document, and the manual; every file comes from the package."""

import asyncio
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from cultivar.kernel.auth import public
from cultivar.kernel.errors import NotFound

router = APIRouter(include_in_schema=False, dependencies=[public])
built = APIRouter(include_in_schema=False, dependencies=[public])
unbuilt = APIRouter(include_in_schema=False, dependencies=[public])
first = APIRouter(include_in_schema=False, dependencies=[public])

_STATIC = Path(__file__).parent / "static" / "swagger"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cultivar API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/page.js"></script>
</body>
</html>
"""


class ManualMissing(NotFound):
    code = "manual_missing"
    title = "The manual is not built: run `make docs`"


@first.get("/", summary="The API's page, where the app is not built")
async def start() -> RedirectResponse:
    return RedirectResponse("/docs")


@router.get("/docs", summary="The API's page")
async def docs() -> HTMLResponse:
    return HTMLResponse(_PAGE)


@router.get("/api/docs", summary="The API's page, where others look for it")
async def docs_elsewhere() -> RedirectResponse:
    return RedirectResponse("/docs")


@router.get("/openapi.json", summary="The OpenAPI document")
async def openapi(request: Request) -> JSONResponse:
    return JSONResponse(await asyncio.to_thread(request.app.openapi))


@router.get("/api/v1/openapi.json", summary="The OpenAPI document")
async def openapi_of_version(request: Request) -> JSONResponse:
    return await openapi(request)


@unbuilt.get("/help", summary="How to build the manual")
@unbuilt.get("/help/{page:path}", summary="How to build the manual")
async def manual_missing(page: str = "") -> None:
    raise ManualMissing


@built.get("/help", summary="The manual")
async def manual() -> RedirectResponse:
    return RedirectResponse("/help/")


def mount(app: FastAPI, help_dir: Path) -> None:
    """Serve the page's own files, and the manual where it has been built."""
    app.mount("/docs/assets", StaticFiles(directory=_STATIC), name="docs")
    if not (help_dir / "index.html").is_file():
        app.include_router(unbuilt)
        return
    app.include_router(built)
    app.mount("/help", StaticFiles(directory=help_dir, html=True), name="help")
