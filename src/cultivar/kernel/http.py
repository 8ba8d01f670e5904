"""What every route shares: its transaction, the world, which page is asked for, problem documents."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.pages import Cursor
from cultivar.kernel.world import World


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.world.db.transaction() as session:
        yield session


def _query_names(dependant: Dependant) -> set[str]:
    inner = (_query_names(one) for one in dependant.dependencies)
    return {field.alias for field in dependant.query_params}.union(*inner)


async def _known_query(request: Request) -> None:
    if request.query_params:
        known = _query_names(request.scope["route"].dependant)
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            words = f"This is not known here; these are: {', '.join(sorted(known)) or 'none'}"
            raise RequestValidationError(
                [{"loc": ("query", name), "type": "extra_forbidden", "msg": words} for name in unknown]
            )


known_query = Depends(_known_query)
"""Of a route or router: a query parameter that it does not know is 422, not ignored."""


async def _cursor(
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")] = None,
    _: None = known_query,
) -> Cursor:
    return Cursor(limit, cursor)


TheWorld = Annotated[World, Depends(_world)]
"""Everything with effects."""

Session = Annotated[AsyncSession, Depends(_transaction, scope="function")]
"""One request, one transaction: committed before the answer leaves, so a commit that fails is never answered 200."""

CursorParams = Annotated[Cursor, Depends(_cursor)]
"""Which part of a list the request asks for."""
