"""What every route shares: its transaction, the world, which page is asked for, problem documents."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.pages import Cursor
from cultivar.kernel.world import World


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.world.db.transaction() as session:
        yield session


async def _cursor(
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")] = None,
) -> Cursor:
    return Cursor(limit, cursor)


TheWorld = Annotated[World, Depends(_world)]
"""Everything with effects."""

Session = Annotated[AsyncSession, Depends(_transaction, scope="function")]
"""One request, one transaction: committed before the answer leaves, so a commit that fails is never answered 200."""

CursorParams = Annotated[Cursor, Depends(_cursor)]
"""Which part of a list the request asks for."""
