"""Routes of models and their versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, Session, TheWorld, known_query
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import MalformedBody, responses
from cultivar.kernel.storage import ObjectMissing, StorageUnavailable
from cultivar.packs.schemas import Language
from cultivar.registry import forms, service, versions, views
from cultivar.registry.errors import (
    ModelFaulty,
    ModelMisfit,
    ModelRefused,
    ModelsNotReady,
    NotAModel,
    NothingBefore,
    UnknownModel,
    UnknownVersion,
    VersionTaken,
)
from cultivar.registry.schemas import LabelOut, ModelDetail, ModelOut, VersionOut

router = APIRouter(prefix="/models", tags=["models"], dependencies=[known_query])

Reader = Annotated[Actor, needs("models:read")]
Admin = Annotated[Actor, needs("admin", "admin")]
Named = Annotated[str, Path(max_length=50, description="A version of the model.")]
Wanted = Annotated[Language | None, Query(alias="lang", description="Texts in this language alone; else in all.")]


@router.get("", responses=responses(ModelsNotReady))
async def list_models(world: TheWorld, actor: Reader, lang: Wanted = None) -> Page[ModelOut]:
    """The models that serve, by name. There are few: the page is the whole list."""
    items = [views.model(one, lang) for one in service.catalogue(world).serving.values()]
    return Page(items=items, total=len(items), next_cursor=None)


@router.get("/{pack}", responses=responses(UnknownModel, ModelsNotReady))
async def read_model(pack: str, world: TheWorld, actor: Reader, lang: Wanted = None) -> ModelDetail:
    """One model: heads, refusals, safety wording, licence, metrics and card."""
    return views.detail(service.serving(world, pack), lang)


@router.get("/{pack}/labels", responses=responses(UnknownModel, ModelsNotReady))
async def list_labels(pack: str, world: TheWorld, actor: Reader, lang: Wanted = None) -> Page[LabelOut]:
    """Every answer that a model can give, by `class_id`. The list is stable, and the page is the whole of it."""
    items = views.labels(service.serving(world, pack).pack, lang)
    return Page(items=items, total=len(items), next_cursor=None)


@router.get("/{pack}/versions", responses=responses(UnknownModel, InvalidCursor, ModelsNotReady))
async def list_versions(
    pack: str, session: Session, world: TheWorld, actor: Reader, cursor: CursorParams
) -> Page[VersionOut]:
    """Every version of a model, the newest first; one of them at most is active."""
    return await versions.page(session, service.known_pack(world, pack), cursor)


_FILE = {"type": "string", "format": "binary"}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": _FILE, "minItems": 1, "maxItems": 8}},
                }
            },
            "application/zip": {"schema": _FILE},
        },
    }
}
_ADDED: dict[int | str, dict[str, Any]] = {
    200: {"model": VersionOut, "description": "These very files were there already"},
    201: {"headers": {"Location": {"description": "The list of versions.", "schema": {"type": "string"}}}},
}


@router.post(
    "/{pack}/versions",
    status_code=201,
    openapi_extra=_UPLOAD,
    responses=_ADDED
    | responses(
        MalformedBody,
        ModelRefused,
        UnknownModel,
        ModelMisfit,
        VersionTaken,
        NotAModel,
        ModelsNotReady,
        StorageUnavailable,
    ),
)
async def add_version(pack: str, request: Request, response: Response, world: TheWorld, actor: Admin) -> VersionOut:
    """Add a version: `model.json`, the `.onnx` files that it names and perhaps `CARD.md`, as a form's files or a ZIP.

    It is checked against the pack and tried out before it is kept, and serves when it is activated.
    """
    known = service.known_pack(world, pack)
    async with forms.received(request, world.settings.model_body_limit) as folder:
        added, new = await versions.add(world, known, folder, actor.user_id)
    response.status_code = 201 if new else 200
    if new:
        response.headers["Location"] = request.url.path
    return added


_SWAP = responses(
    UnknownModel, UnknownVersion, ObjectMissing, ModelFaulty, NothingBefore, ModelsNotReady, StorageUnavailable
)


@router.post("/{pack}/versions/{version}/activate", responses=_SWAP)
async def activate_version(pack: str, version: Named, world: TheWorld, actor: Admin) -> VersionOut:
    """Have this version answer, at once here and within seconds everywhere. No request is lost meanwhile.

    It is opened first: a version that cannot be leaves the old one serving.
    """
    return await versions.activate(world, service.known_pack(world, pack), version, actor.user_id)


@router.post("/{pack}/rollback", responses=_SWAP)
async def roll_back(pack: str, world: TheWorld, actor: Admin) -> VersionOut:
    """Return to the version that was active before; asked again, to the one before that."""
    return await versions.rollback(world, service.known_pack(world, pack), actor.user_id)
