"""The routes of datasets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cultivar.datasets import service
from cultivar.datasets.schemas import ItemFilters, ItemOut, Source, Split
from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs
from cultivar.kernel.http import CursorParams, TheWorld
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.kernel.text import Line

router = APIRouter(prefix="/datasets", tags=["datasets"])

Word = Annotated[Line | None, Query(max_length=255)]


def _filters(
    model: Word = None, class_name: Word = None, split: Split | None = None, source: Source | None = None
) -> ItemFilters:
    return ItemFilters(model, class_name, split, source)


@router.get("/items", responses=responses(InvalidCursor))
async def list_items(
    _: Annotated[Actor, needs("datasets:read", role="expert")],
    world: TheWorld,
    filters: Annotated[ItemFilters, Depends(_filters)],
    cursor: CursorParams,
) -> Page[ItemOut]:
    """The training queue: pictures that people corrected and allow to be learned from, newest first. For experts."""
    return await service.page(world, filters, cursor)
