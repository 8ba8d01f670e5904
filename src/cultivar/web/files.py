"""Files of a storage that is a folder, by signed links; a bucket serves its own."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from cultivar.kernel.auth import public
from cultivar.kernel.http import TheWorld
from cultivar.kernel.problems import responses
from cultivar.kernel.storage import ObjectMissing, media_type

router = APIRouter(prefix="/files", tags=["files"], dependencies=[public])

_HEADERS = {
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
}


@router.get("/{key:path}", summary="A file, by a signed link", responses=responses(ObjectMissing), name="read_file")
async def read_file(
    key: str,
    expires: Annotated[int, Query(description="When the link ends, Unix seconds.")],
    signature: Annotated[str, Query(max_length=128)],
    world: TheWorld,
) -> FileResponse:
    path = world.storage.verify(key, expires, signature)
    if not path.is_file():
        raise ObjectMissing
    return FileResponse(path, media_type=media_type(key), headers=_HEADERS)
