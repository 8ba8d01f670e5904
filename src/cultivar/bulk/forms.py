"""Read a batch off a request, into storage as it comes: a form with photos or a ZIP, a ZIP as the body, or ids as JSON.

Of what is sent, one photo or one piece of a ZIP is in memory at a time. If anything fails, nothing of it stays.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from python_multipart.multipart import parse_options_header

from cultivar.bulk import rules, service
from cultivar.bulk.errors import NoPhotosSent, NotABatch, TooManyPhotos
from cultivar.bulk.multipart import parts
from cultivar.bulk.schemas import BatchOut, BatchParams, ItemError, Request, Sent, Source
from cultivar.kernel.errors import CultivarError, TooLarge
from cultivar.kernel.fields import Fields, misfit, read_fields
from cultivar.kernel.ids import new_id
from cultivar.kernel.problems import MalformedBody
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.packs.service import language_for

_ZIP = b"PK"
_ZIPS = frozenset(("application/zip", "application/x-zip-compressed"))
_FIELD_BYTES = 1 << 20
_IDS_BYTES = 1 << 20


class Arriving:
    """What has come of a batch so far. `end` says that all of it has."""

    def __init__(self, world: World) -> None:
        self.job_id = new_id()
        self.source: Source | None = None
        self.sent: list[Sent] = []
        self.fields: Fields = []
        self.content: list[bytes] = []
        self.archive = "archive"
        self._storage: Storage = world.storage
        self._photo_bytes = world.settings.predict_body_limit

    async def photo(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """One of several photos, or a lone ZIP, which its first bytes tell."""
        data = bytearray()
        async for piece in pieces:
            if not self.sent and data[:2] + piece[:2] == _ZIP and not data:
                await self.zip(name, _after(piece, pieces))
                return
            if len(data) <= self._photo_bytes:
                data += piece
        self._take("files")
        if len(self.sent) >= rules.FILES_AT_MOST:
            raise TooManyPhotos(
                f"A form takes {rules.FILES_AT_MOST} photos; send more as a ZIP.", limit=rules.FILES_AT_MOST
            )
        fault = self._fault(data)
        if fault is None:
            await self._storage.put(rules.object_key(self.job_id, len(self.sent)), bytes(data), "image/*")
        self.content += [name.encode(errors="replace"), hashlib.sha256(data).digest()]
        self.sent.append(Sent(rules.shown_name(name), fault=fault))

    async def zip(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """A ZIP, straight into storage."""
        if self.source is not None:
            raise misfit("body", "archive", "wrong_count", "One ZIP, or photos: not both, and not two")
        self._take("archive")
        self.archive, digest = rules.shown_name(name), hashlib.sha256()

        async def heard() -> AsyncIterator[bytes]:
            async for piece in pieces:
                digest.update(piece)
                yield piece

        await self._storage.put_stream(rules.object_key(self.job_id, None), heard(), "application/zip")
        self.content.append(digest.digest())

    def _take(self, source: Source) -> None:
        if self.source not in {None, source}:
            raise misfit("body", source, "wrong_count", "One ZIP, or photos: not both, and not two")
        self.source = source

    def _fault(self, data: bytearray) -> ItemError | None:
        if not data:
            return ItemError(code="empty_file", detail="This file holds no bytes.")
        if len(data) > self._photo_bytes:
            return ItemError(code=TooLarge.code, detail=f"A photo has at most {self._photo_bytes:,} bytes.")
        return None

    def end(self) -> Request:
        """Raises RequestValidationError, NoPhotosSent."""
        params = read_fields(_gathered(self.fields), BatchParams)
        if params.image_ids:
            self._take("images")
            self.sent = [Sent(str(image_id), image_id=image_id) for image_id in dict.fromkeys(params.image_ids)]
        if self.source is None or (self.source != "archive" and not self.sent):
            raise NoPhotosSent("Send `files`, an `archive` or `image_ids`.")
        fields = json.dumps(sorted(self.fields, key=str), default=str).encode()
        return Request(self.job_id, self.source, params, self.sent, content=(*self.content, fields))


async def read_batch(request: HttpRequest, world: World, *, language: str, key: str | None) -> Request:
    """The batch, its photos in storage; `kept` removes them if it comes to nothing.

    Raises RequestValidationError (422), NotABatch (415), MalformedBody and NoPhotosSent (400), TooManyPhotos (413).
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    arriving = Arriving(world)
    arriving.fields += [("query", name, value) for name, value in request.query_params.multi_items()]
    try:
        match kind:
            case b"multipart/form-data":
                await _read_form(request, options.get(b"boundary", b""), arriving)
            case b"application/json" | b"application/x-www-form-urlencoded":
                await _read_ids(request, kind, arriving)
            case _ if kind.decode("latin-1") in _ZIPS:
                await arriving.zip("archive", request.stream())
            case _:
                raise NotABatch("The content type is multipart/form-data, application/zip or application/json.")
        return replace(arriving.end(), language=language_for(language), key=key)
    except BaseException:
        with suppress(CultivarError):
            await service.remove(world.storage, arriving.job_id)
        raise


async def kept(batch: Request, world: World, submitted: Awaitable[tuple[BatchOut, bool]]) -> tuple[BatchOut, bool]:
    """What came of asking for it; of a batch that comes to nothing, or was there before, nothing stays in storage."""
    replayed = True
    try:
        out, replayed = await submitted
        return out, replayed
    finally:
        if replayed:
            with suppress(CultivarError):
                await service.remove(world.storage, batch.job_id)


async def _read_ids(request: HttpRequest, kind: bytes, arriving: Arriving) -> None:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _IDS_BYTES:
            raise TooLarge(f"Ids and parameters have at most {_IDS_BYTES:,} bytes.", limit=_IDS_BYTES)
    try:
        if kind == b"application/json":
            found: Any = json.loads(body)
            pairs = list(found.items()) if isinstance(found, dict) else None
        else:
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError as error:
        raise MalformedBody("The body is not what its content type says.") from error
    if pairs is None:
        raise RequestValidationError([{"loc": ("body",), "type": "model_type", "msg": "An object is wanted"}])
    arriving.fields += [("body", name, value) for name, value in pairs]


def _gathered(fields: Fields) -> Fields:
    """`image_ids` may be given many times: one list."""
    ids = [value for _, name, value in fields if name == "image_ids"]
    if len(ids) < 2:
        return fields
    rest = [field for field in fields if field[1] != "image_ids"]
    return [*rest, ("body", "image_ids", ",".join(map(str, ids)))]


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _read_form(request: HttpRequest, boundary: bytes, arriving: Arriving) -> None:
    async for name, file_name, pieces in parts(request.stream(), boundary):
        if file_name is None:
            arriving.fields.append(("body", name, await _text(pieces)))
        elif name == "files":
            await arriving.photo(file_name, pieces)
        elif name == "archive":
            await arriving.zip(file_name, pieces)
        else:
            raise misfit("body", name, "extra_forbidden", "Photos go in parts named `files`, a ZIP in `archive`")


async def _text(pieces: AsyncIterator[bytes]) -> str:
    value = bytearray()
    async for piece in pieces:
        value += piece
        if len(value) > _FIELD_BYTES:
            raise TooLarge(f"A field has at most {_FIELD_BYTES:,} bytes.", limit=_FIELD_BYTES)
    return value.decode(errors="replace")
