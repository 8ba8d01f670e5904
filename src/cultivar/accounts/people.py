"""People as administrators see and govern them: who there is, what they may do, where they are signed in."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import queries, signin
from cultivar.accounts.audit import note
from cultivar.accounts.errors import GuestKeepsRole, KeyUnknown, OwnAccount, UserUnknown
from cultivar.accounts.schemas import KeyOut, SessionOut, UserFilters, UserOut, UserPatch
from cultivar.accounts.tables import ApiKey, SessionRow, User
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.errors import NotAllowed
from cultivar.kernel.pages import Cursor, Page


async def people(session: AsyncSession, filters: UserFilters, asked: Cursor) -> Page[UserOut]:
    """Everybody with an open account whom the filters leave, newest first."""
    rows, total, cursor = await queries.page(session, queries.people(filters), User.id, asked)
    return Page(items=await _shown(session, rows), total=total, next_cursor=cursor)


async def change(session: AsyncSession, actor: Actor, user_id: UUID, wanted: UserPatch) -> UserOut:
    """Set somebody's role, or disable or enable them; what is not sent stays.

    Administrators change nobody's rights at the same time, and never their own: so there is always one. Raises
    UserUnknown, OwnAccount, GuestKeepsRole, or NotAllowed for who has been demoted meanwhile.
    """
    if actor.user_id not in await queries.lock_admins(session):
        raise NotAllowed("You are not an administrator any more.")
    user = await _found(session, user_id, lock=True)
    loses = (wanted.role or user.role) != user.role or wanted.disabled is True
    if user.id == actor.user_id and loses:
        raise OwnAccount
    if wanted.role is not None:
        _give_role(user, wanted, actor)
    if wanted.disabled is not None and wanted.disabled is not (user.disabled_at is not None):
        await _turn(session, user, actor, disabled=wanted.disabled)
    await session.flush()
    return (await _shown(session, [user]))[0]


async def sessions(session: AsyncSession, actor: Actor, user_id: UUID, asked: Cursor) -> Page[SessionOut]:
    """Where somebody is signed in, newest first; raises UserUnknown."""
    await _found(session, user_id)
    rows, total, cursor = await queries.page(session, queries.sessions_of(user_id, now()), SessionRow.id, asked)
    return Page(items=[signin.shown(row, actor) for row in rows], total=total, next_cursor=cursor)


async def end_sessions(session: AsyncSession, actor: Actor, user_id: UUID) -> None:
    """Sign somebody out everywhere; raises UserUnknown."""
    await _found(session, user_id)
    await queries.delete_sessions_of(session, user_id)
    note("auth.sessions_ended", user_id=user_id, by=actor.user_id)


async def keys(session: AsyncSession, user_id: UUID, asked: Cursor) -> Page[KeyOut]:
    """Somebody's API keys, newest first, without their secrets; raises UserUnknown."""
    await _found(session, user_id)
    rows, total, cursor = await queries.page(session, queries.keys_of(user_id), ApiKey.id, asked)
    return Page(items=[KeyOut.model_validate(row) for row in rows], total=total, next_cursor=cursor)


async def delete_key(session: AsyncSession, actor: Actor, user_id: UUID, key_id: UUID) -> None:
    """End one of somebody's keys at once; raises KeyUnknown."""
    if not await queries.delete_key(session, user_id, key_id):
        raise KeyUnknown
    note("key.deleted", user_id=user_id, key_id=key_id, by=actor.user_id)


def _give_role(user: User, wanted: UserPatch, actor: Actor) -> None:
    if user.role == "guest":
        raise GuestKeepsRole
    if wanted.role is not None and wanted.role != user.role:
        before, user.role = user.role, wanted.role
        note("account.role_changed", user_id=user.id, before=before, role=user.role, by=actor.user_id)


async def _turn(session: AsyncSession, user: User, actor: Actor, *, disabled: bool) -> None:
    """Both ways every session and key ends: also one that began while the account was being disabled."""
    user.disabled_at = now() if disabled else None
    await queries.delete_sessions_of(session, user.id)
    await queries.delete_keys_of(session, user.id)
    note("account.disabled" if disabled else "account.enabled", user_id=user.id, by=actor.user_id)


async def _found(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User:
    user = await queries.person(session, user_id, lock=lock)
    if user is None:
        raise UserUnknown
    return user


async def _shown(session: AsyncSession, rows: Sequence[User]) -> list[UserOut]:
    use = await queries.use_of(session, [user.id for user in rows], now())
    return [
        UserOut(
            id=user.id,
            email=user.email,
            role=user.role,
            disabled=user.disabled_at is not None,
            disabled_at=user.disabled_at,
            created_at=user.created_at,
            **use[user.id]._asdict(),
        )
        for user in rows
    ]
