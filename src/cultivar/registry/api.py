"""Routes of models."""

from typing import Annotated

from fastapi import APIRouter, Query

from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import TheWorld, known_query
from cultivar.kernel.pages import Page
from cultivar.kernel.problems import responses
from cultivar.packs.schemas import Language
from cultivar.registry import service, views
from cultivar.registry.errors import ModelsNotReady, UnknownModel
from cultivar.registry.schemas import LabelOut, ModelDetail, ModelOut

router = APIRouter(prefix="/models", tags=["models"], dependencies=[known_query])

Reader = Annotated[Actor, needs("models:read")]
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
