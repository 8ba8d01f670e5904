"""Read a model off a request into a folder: a form with its files, or a ZIP of them, in a form or as the body."""

import zipfile
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from cultivar.kernel.errors import TooLarge
from cultivar.kernel.problems import MalformedBody
from cultivar.registry.errors import ModelRefused, NotAModel
from cultivar.registry.files import CARD, MANIFEST

PARTS_AT_MOST: Final = 8
SMALL: Final = {MANIFEST: 4 * 2**20, CARD: 2**20}
"""Bytes at most of the files that are read as text."""
_PIECE: Final = 2**20
_ZIP: Final = frozenset(("application/zip", "application/x-zip-compressed"))


@asynccontextmanager
async def received(request: Request, limit: int) -> AsyncIterator[Path]:
    """A folder with the files of the model, gone afterwards; at most `limit` bytes, packed and unpacked.

    Raises NotAModel (415), MalformedBody and ModelRefused (400), TooLarge (413).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data" and kind not in _ZIP:
        raise NotAModel("The content type is multipart/form-data or application/zip.")
    with TemporaryDirectory(prefix="cultivar-model-") as name:
        folder = Path(name)
        if kind in _ZIP:
            await _stream(request, folder / "upload.zip")
            await to_thread(_unpack, folder / "upload.zip", folder, limit)
        else:
            await _from_form(request, folder, limit)
        yield folder


async def _stream(request: Request, file: Path) -> None:
    """The edge counts the bytes."""
    with file.open("wb") as out:
        async for piece in request.stream():
            await to_thread(out.write, piece)


async def _from_form(request: Request, folder: Path, limit: int) -> None:
    parser = MultiPartParser(request.headers, request.stream(), max_files=PARTS_AT_MOST, max_fields=0)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise MalformedBody(error.message) from error
    try:
        for _, part in form.multi_items():
            if isinstance(part, UploadFile):
                await to_thread(_take, part, folder, limit)
    finally:
        await form.close()


def _take(part: UploadFile, folder: Path, limit: int) -> None:
    name = PurePosixPath(part.filename or "").name
    if name.lower().endswith(".zip"):
        with part.file as file:
            _unpack(file, folder, limit)
        return
    _write(part.file, folder, name, limit)


def _unpack(archive: Path | IO[bytes], folder: Path, limit: int) -> None:
    """The files of a ZIP, out of whatever folders; what a desktop adds by itself is left out."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = [one for one in packed.infolist() if not one.is_dir() and _is_meant(one.filename)]
            if len(members) > PARTS_AT_MOST:
                raise ModelRefused(f"A model has at most {PARTS_AT_MOST} files, this ZIP has {len(members)}.")
            for member in members:
                with packed.open(member) as file:
                    _write(file, folder, PurePosixPath(member.filename).name, limit)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise ModelRefused(f"This ZIP cannot be read: {error}") from error


def _is_meant(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] != "__MACOSX" and not path.name.startswith(".")


def _write(file: IO[bytes], folder: Path, name: str, limit: int) -> None:
    """Write one file, counting what really comes: a ZIP may say less than it holds."""
    if name not in SMALL and not name.endswith(".onnx"):
        raise ModelRefused(f"{name!r} is not taken here: send {MANIFEST}, the .onnx that it names, and perhaps {CARD}.")
    if (folder / name).exists():
        raise ModelRefused(f"{name} is sent twice.")
    taken = sum(one.stat().st_size for one in folder.iterdir() if one.suffix != ".zip")
    most = min(SMALL.get(name, limit), limit - taken)
    with (folder / name).open("xb") as out:
        while piece := file.read(_PIECE):
            if out.tell() + len(piece) > most:
                raise TooLarge(f"{name} has more than {most:,} bytes.", limit=most)
            out.write(piece)
