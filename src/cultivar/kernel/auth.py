"""What a route asks of whoever calls it.

    bearer ─► the authenticator that `web` sets ─► Actor ─► needs(scope, role)

Every route declares `needs(...)` or `public`; a test walks all routes and fails for one that declares neither.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import SCOPES, Actor, Role, at_least
from cultivar.kernel.errors import NotAllowed, NotSignedIn
from cultivar.kernel.telemetry import bind_actor


class ScopeMissing(NotAllowed):
    code = "scope_missing"
    title = "This token or key does not reach that far"


class RoleMissing(NotAllowed):
    code = "role_missing"
    title = "Your role does not allow this"


Authenticator = Callable[[AsyncSession, str], Awaitable[Actor]]
"""Turns a bearer token or API key into an Actor, or raises NotSignedIn; reads only."""

_people = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/token",
    refreshUrl="/api/v1/auth/refresh",
    scopes=SCOPES,
    scheme_name="SignIn",
    description="E-mail and password.",
    auto_error=False,
)
_programs = HTTPBearer(scheme_name="Bearer", description="An access token or an API key (`cvk_…`).", auto_error=False)


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependency behind `needs`; a test and the OpenAPI document read it off the routes."""

    scope: str
    role: Role

    async def __call__(
        self,
        request: Request,
        bearer: str | None = Security(_people),
        _: HTTPAuthorizationCredentials | None = Security(_programs),  # noqa: B008
    ) -> Actor:
        """Authenticate in a short transaction of its own, so that an answer that takes long holds no lock meanwhile."""
        if not bearer:
            raise NotSignedIn("Send `Authorization: Bearer` with an access token or an API key.")
        async with request.app.state.world.db.reading() as session:
            actor: Actor = await request.app.state.authenticate(session, bearer)
        bind_actor(actor.user_id)
        if not at_least(actor.role, self.role):
            raise RoleMissing(f"This needs the role `{self.role}`.")
        if self.scope not in actor.scopes:
            raise ScopeMissing(f"This needs the scope `{self.scope}`.")
        return actor


def needs(scope: str, role: Role = "guest") -> Any:
    """`Annotated[Actor, needs("predict")]`: the actor, who holds `scope` and at least `role`.

    401 `not_signed_in`, `token_invalid` or `token_expired`; 403 `role_missing` or `scope_missing`.
    """
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}")
    return Security(Needs(scope, role), scopes=[scope])


async def open_to_all() -> None:
    """The mark of a route that is open on purpose; asynchronous, since others are run in a thread."""


public = Depends(open_to_all)
