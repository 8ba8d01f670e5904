"""Who asks: an identity with a role and scopes. Plain data, known to every layer."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Role = Literal["guest", "user", "expert", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most; each may do what those before it may."""

SCOPES: dict[str, str] = {
    "predict": "Send photos and get answers.",
    "predictions:read": "Read one's own predictions and their photos.",
    "predictions:write": "Delete one's own predictions.",
    "feedback:read": "Read one's own feedback and the counts over everybody's.",
    "feedback:write": "Say whether an answer was right.",
    "surveys:read": "Read one's own surveys.",
    "surveys:write": "Make, change and delete one's own surveys.",
    "statistics:read": "Read the statistics.",
    "models:read": "Read which models there are and what they know.",
    "alerts:write": "See to alerts of monitoring (experts).",
    "datasets:read": "Read the training queue (experts).",
    "jobs:read": "Follow one's own background jobs.",
    "jobs:write": "Call off one's own background jobs.",
    "account": "Manage one's own account, sessions, keys and consents; never given to an API key.",
    "admin": "Run this installation (administrators).",
}

_ROLE_OF_SCOPE: dict[str, Role] = {"alerts:write": "expert", "datasets:read": "expert", "admin": "admin"}


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated identity: a person's session or one of their API keys (`key_id`)."""

    user_id: UUID
    role: Role
    scopes: frozenset[str]
    session_id: UUID | None = None
    key_id: UUID | None = None


def at_least(role: Role, wanted: Role) -> bool:
    """Whether `role` may do what `wanted` may."""
    return ROLES.index(role) >= ROLES.index(wanted)


def scopes_of(role: Role) -> frozenset[str]:
    """All scopes that a person of this role holds."""
    return frozenset(scope for scope in SCOPES if at_least(role, _ROLE_OF_SCOPE.get(scope, "guest")))
