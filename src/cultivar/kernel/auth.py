"""Who asks, and what they may do.

    bearer ─► the authenticator that `web` sets ─► Actor ─► needs(scope, role)

Every route declares `needs(...)` or `public`; a test walks all routes and fails for one that declares neither.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.errors import NotAllowed, NotSignedIn
from cultivar.kernel.telemetry import bind_actor

Role = Literal["guest", "user", "expert", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most; each may do what those before it may."""

SCOPES: dict[str, str] = {
    "predict": "Send photos and get answers.",
    "predictions:read": "Read one's own predictions and their photos.",
    "predictions:write": "Delete one's own predictions.",
    "feedback:read": "Read one's own feedback and the counts over everybody's.",
    "feedback:write": "Say whether an answer was right.",
    "statistics:read": "Read the statistics.",
    "models:read": "Read which models there are and what they know.",
    "datasets:read": "Read the training queue (experts).",
    "jobs:read": "Follow one's own background jobs.",
    "account": "Manage one's own account, sessions, keys and consents; never given to an API key.",
    "admin": "Run this installation (administrators).",
}

_ROLE_OF_SCOPE: dict[str, Role] = {"datasets:read": "expert", "admin": "admin"}


ACCESS = "access"
"""The purpose of access tokens; their claim `sub` is the person, `sid` the session."""

API_KEY_PREFIX = "cvk_"


class ScopeMissing(NotAllowed):
    code = "scope_missing"
    title = "This token or key does not reach that far"


class RoleMissing(NotAllowed):
    code = "role_missing"
    title = "Your role does not allow this"


class TokenInvalid(NotSignedIn):
    code = "token_invalid"
    title = "This token is not valid"


class TokenExpired(NotSignedIn):
    code = "token_expired"
    title = "This token has expired"


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated identity: a person's session or one of their API keys (`key_id`)."""

    user_id: UUID
    role: Role
    scopes: frozenset[str]
    session_id: UUID | None = None
    key_id: UUID | None = None

    @property
    def is_expert(self) -> bool:
        return at_least(self.role, "expert")

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


def at_least(role: Role, wanted: Role) -> bool:
    """Whether `role` may do what `wanted` may."""
    return ROLES.index(role) >= ROLES.index(wanted)


def scopes_of(role: Role) -> frozenset[str]:
    """All scopes that a person of this role holds."""
    return frozenset(scope for scope in SCOPES if at_least(role, _ROLE_OF_SCOPE.get(scope, "guest")))


class _Keyring:
    """The process's signing keys, one per purpose, so that a token made for one is worth nothing for another."""

    def __init__(self) -> None:
        self._secret: bytes | None = None
        self._keys: dict[str, OctKey] = {}

    def use(self, secret: bytes) -> None:
        self._secret, self._keys = secret, {}

    def key(self, purpose: str) -> OctKey:
        if purpose not in self._keys:
            if self._secret is None:
                raise RuntimeError("auth.use_secret() comes first")
            self._keys[purpose] = OctKey.import_key(hmac.digest(self._secret, purpose.encode(), hashlib.sha256))
        return self._keys[purpose]


_keyring = _Keyring()


def use_secret(secret: bytes) -> None:
    """Set, once per process, what tokens are signed with."""
    _keyring.use(secret)


def sign(claims: Mapping[str, Any], purpose: str, ttl: timedelta) -> str:
    """A JWT (HS256) of `claims`, good for `purpose` and for `ttl` from now."""
    issued = int(now().timestamp())
    body = {**claims, "iat": issued, "exp": issued + int(ttl.total_seconds())}
    return jwt.encode({"alg": "HS256"}, body, _keyring.key(purpose))


def unsign(token: str, purpose: str) -> dict[str, Any]:
    """The claims of a token that `sign` made for `purpose`; raises TokenInvalid or TokenExpired."""
    try:
        claims = jwt.decode(token, _keyring.key(purpose), algorithms=["HS256"]).claims
        _REGISTERED.validate(claims)
    except ExpiredTokenError as error:
        raise TokenExpired from error
    except (JoseError, ValueError) as error:
        raise TokenInvalid from error
    return claims


_REGISTERED = jwt.JWTClaimsRegistry(exp={"essential": True})

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


def open_to_all() -> None:
    """The mark of a route that is open on purpose."""


public = Depends(open_to_all)
