"""Read a question off a request: a form with photos and fields, or one photo as the body with fields in the query."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from cultivar.kernel.errors import TooLarge
from cultivar.kernel.problems import MalformedBody
from cultivar.predictions.errors import EmptyFile, NotAPhoto
from cultivar.predictions.schemas import AskParams

PHOTOS_AT_MOST = 5


class _InMemory(MultiPartParser):
    """Parts stay in memory: the body's limit is far below it, and a temporary file would be a copy on disk."""

    spool_max_size = 1 << 40


async def read_question(request: Request, limit: int) -> tuple[AskParams, list[bytes]]:
    """The parameters and one to five photos, which have at most `limit` bytes together.

    Raises TooLarge (413), NotAPhoto (415), MalformedBody and EmptyFile (400), RequestValidationError (422).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    asked = [("query", name, value) for name, value in request.query_params.multi_items()]
    if kind == "multipart/form-data":
        fields, photos = await _read_form(request)
        if sum(map(len, photos)) > limit:
            raise TooLarge(f"Photos have at most {limit:,} bytes together.", limit=limit)
        return read_params([*asked, *fields]), photos
    if not kind.startswith("image/"):
        raise NotAPhoto("The content type is multipart/form-data or image/*.")
    params, photo = read_params(asked), await request.body()
    return params, _not_empty([photo])


async def _read_form(request: Request) -> tuple[list[tuple[str, str, str]], list[bytes]]:
    try:
        form = await _InMemory(request.headers, request.stream()).parse()
    except MultiPartException as error:
        raise MalformedBody(error.message) from error
    try:
        return await _sorted_out(form)
    finally:
        await form.close()


async def _sorted_out(form: FormData) -> tuple[list[tuple[str, str, str]], list[bytes]]:
    fields, photos = [], []
    for name, part in form.multi_items():
        if isinstance(part, str):
            fields.append(("body", name, part))
        elif name == "file":
            photos.append(await part.read())
        else:
            raise _misfit("body", name, "extra_forbidden", "Photos go in parts named `file`")
    if not 1 <= len(photos) <= PHOTOS_AT_MOST:
        raise _misfit("body", "file", "wrong_count", f"One to {PHOTOS_AT_MOST} parts with a file name")
    return fields, _not_empty(photos)


def _not_empty(photos: list[bytes]) -> list[bytes]:
    for index, photo in enumerate(photos):
        if not photo:
            raise EmptyFile("This file holds no bytes.", file_index=index)
    return photos


def read_params(fields: Iterable[tuple[str, str, str]]) -> AskParams:
    """Parameters from `(place, name, value)`; each name at most once. Raises RequestValidationError."""
    found = list(fields)
    places = {name: place for place, name, _ in found}
    for name, times in Counter(name for _, name, _ in found).items():
        if times > 1:
            raise _misfit(places[name], name, "duplicate", "This parameter is given more than once")
    try:
        return AskParams.model_validate({name: value for _, name, value in found})
    except ValidationError as error:
        raise RequestValidationError([_placed(one, places) for one in error.errors()]) from error


def _placed(error: Any, places: dict[str, str]) -> dict[str, Any]:
    name = error["loc"][0] if error["loc"] else "latitude"
    return {**error, "loc": (places.get(str(name), "query"), name)}


def _misfit(place: str, name: str, kind: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (place, name), "type": kind, "msg": message}])
