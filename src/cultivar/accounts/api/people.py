"""Routes of accounts for administrators: people, their roles, sessions and keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from cultivar.accounts import people
from cultivar.accounts.errors import GuestKeepsRole, KeyUnknown, OwnAccount, UserUnknown
from cultivar.accounts.schemas import KeyOut, SessionOut, UserFilters, UserOut, UserPatch
from cultivar.kernel.actor import Actor, Role
from cultivar.kernel.auth import needs
from cultivar.kernel.errors import NotAllowed
from cultivar.kernel.http import CursorParams, Session
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.kernel.text import Line

router = APIRouter(prefix="/users", tags=["people"])

Admin = Annotated[Actor, needs("admin", "admin")]


async def _filters(
    role: Role | None = None,
    disabled: bool | None = None,
    email: Annotated[Line | None, Query(max_length=254, description="How the e-mail begins, in any case.")] = None,
) -> UserFilters:
    return UserFilters(role, disabled, email)


@router.get("", responses=responses(InvalidCursor))
async def list_users(
    session: Session, actor: Admin, filters: Annotated[UserFilters, Depends(_filters)], asked: CursorParams
) -> Page[UserOut]:
    """Everybody with an account, guests too, newest first."""
    return await people.people(session, filters, asked)


@router.patch("/{user_id}", responses=responses(UserUnknown, OwnAccount, GuestKeepsRole, NotAllowed))
async def change_user(user_id: UUID, body: UserPatch, session: Session, actor: Admin) -> UserOut:
    """Give somebody a role, or disable or enable their account.

    Who is disabled cannot sign in; every session and key of theirs fails at once, and what they have sent stays. An
    administrator cannot demote or disable themselves, so there is always one.
    """
    return await people.change(session, actor, user_id, body)


@router.get("/{user_id}/sessions", responses=responses(InvalidCursor, UserUnknown))
async def list_sessions_of_user(user_id: UUID, session: Session, actor: Admin, asked: CursorParams) -> Page[SessionOut]:
    """Where somebody is signed in, newest first."""
    return await people.sessions(session, actor, user_id, asked)


@router.delete("/{user_id}/sessions", status_code=204, responses=responses(UserUnknown))
async def end_sessions_of_user(user_id: UUID, session: Session, actor: Admin) -> None:
    """Sign somebody out everywhere; all their tokens fail at once."""
    await people.end_sessions(session, actor, user_id)


@router.get("/{user_id}/keys", responses=responses(InvalidCursor, UserUnknown))
async def list_keys_of_user(user_id: UUID, session: Session, actor: Admin, asked: CursorParams) -> Page[KeyOut]:
    """Somebody's API keys, newest first, without their secrets."""
    return await people.keys(session, user_id, asked)


@router.delete("/{user_id}/keys/{key_id}", status_code=204, responses=responses(KeyUnknown))
async def delete_key_of_user(user_id: UUID, key_id: UUID, session: Session, actor: Admin) -> None:
    """End one of somebody's keys; it fails at once."""
    await people.delete_key(session, actor, user_id, key_id)
