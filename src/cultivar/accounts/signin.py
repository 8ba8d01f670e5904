"""Signing in, staying signed in and signing out.

sign in ─► session row (generation 0) ─► access token + refresh token 0
refresh n, and the row is at n ─► row moves to n + 1, refresh token n + 1
refresh n, and the row is past n ─► somebody uses a copy: the session ends
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import passwords, queries, rules
from cultivar.accounts.audit import note
from cultivar.accounts.errors import AccountDisabled, SessionEnded, SessionUnknown, TooManyAttempts, WrongCredentials
from cultivar.accounts.schemas import SessionOut
from cultivar.accounts.tables import SessionRow, User
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page
from cultivar.kernel.tokens import ACCESS, sign, unsign

REFRESH = "refresh"


class Throttle(Protocol):
    """Counts failed attempts by name and address."""

    async def attempt(self, name: str, /) -> int: ...

    async def succeeded(self, name: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the door: a browser, whose refresh token is a cookie, or a program; `client` is its name for itself."""

    browser: bool = False
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, good for `expires_in`, and a refresh token, good once and for `lasts`."""

    access: str
    expires_in: timedelta
    refresh: str
    lasts: timedelta


async def sign_in(session: AsyncSession, username: str, password: str, visitor: Visitor, throttle: Throttle) -> Tokens:
    """Tokens for an e-mail and its password; raises WrongCredentials, or TooManyAttempts after too many of those.

    An unknown e-mail and a wrong password cost the same time and get the same answer.
    """
    await attempt(throttle, username)
    user = await _user_named(session, username)
    phc = user.password_hash if user else None
    right = await passwords.is_right(rules.normal_password(password), phc)
    if user is None or phc is None or not right:
        note("auth.refused", reason="wrong_credentials")
        raise WrongCredentials
    await _admit(session, user, phc)
    await throttle.succeeded(username)
    return await _begin(session, user, visitor)


async def _admit(session: AsyncSession, user: User, phc: str) -> None:
    """Only who has given the right password is told that the account is disabled."""
    if await queries.still_has(session, user.id, phc):
        return
    reason = AccountDisabled if user.disabled_at else WrongCredentials
    note("auth.refused", reason=reason.code, user_id=user.id)
    raise reason


async def attempt(throttle: Throttle, name: str) -> None:
    """Count an attempt as failed until it succeeds; raises TooManyAttempts if it is one too many."""
    wait = await throttle.attempt(name)
    if wait:
        note("auth.refused", reason="too_many_attempts")
        raise TooManyAttempts(f"Try again in {wait} seconds.", retry_after=wait)


async def sign_in_guest(session: AsyncSession, visitor: Visitor) -> Tokens:
    """A new guest and their tokens."""
    user = User(id=new_id(), role="guest")
    session.add(user)
    await session.flush()
    return await _begin(session, user, visitor)


async def refresh(db: Database, token: str, visitor: Visitor) -> Tokens:
    """New tokens for a refresh token, which is spent by it; raises SessionEnded, TokenInvalid or TokenExpired.

    A spent token ends its session. That must be kept although the request fails, hence a transaction of its own.
    A browser's last token is good for a minute more, since the answer that replaced it may not have arrived.
    """
    claims = unsign(token, REFRESH)
    async with db.transaction() as session:
        row = await _advanced(session, UUID(claims["sid"]), claims["gen"], visitor)
    if row is None:
        raise SessionEnded
    return _tokens(row, visitor)


async def _advanced(session: AsyncSession, session_id: UUID, generation: int, visitor: Visitor) -> SessionRow | None:
    row = await queries.session_row(session, session_id)
    if row is None or row.expires_at <= now():
        return None
    end = rules.session_end(row.created_at, now())
    if await queries.advance(session, session_id, generation, last_used_at=now(), expires_at=end):
        await session.refresh(row)
        return row
    await session.refresh(row)
    if visitor.browser and rules.reply_was_lost(generation, row.generation, now() - row.last_used_at):
        return row
    await queries.delete_session(session, session_id)
    note("auth.session_ended", reason="refresh_token_reused", session_id=session_id, user_id=row.user_id)
    return None


async def sign_out(session: AsyncSession, actor: Actor) -> None:
    """End the actor's own session."""
    if actor.session_id is not None:
        await end_session(session, actor, actor.session_id)


async def sessions(session: AsyncSession, actor: Actor, asked: Cursor) -> Page[SessionOut]:
    """Where the actor is signed in, newest first."""
    rows, total, cursor = await queries.page(session, queries.sessions_of(actor.user_id, now()), SessionRow.id, asked)
    return Page(items=[shown(row, actor) for row in rows], total=total, next_cursor=cursor)


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's sessions; its tokens fail at once."""
    if not await queries.delete_own_session(session, actor, session_id):
        raise SessionUnknown
    note("auth.session_ended", reason="asked", session_id=session_id, user_id=actor.user_id)


async def end_sessions(session: AsyncSession, actor: Actor, *, keep_current: bool) -> None:
    """End all of the actor's sessions, or all but the one that asks."""
    await queries.delete_sessions_of(session, actor.user_id, but=actor.session_id if keep_current else None)
    note("auth.sessions_ended", user_id=actor.user_id, kept_current=keep_current)


async def _user_named(session: AsyncSession, username: str) -> User | None:
    try:
        return await queries.user_with_email(session, rules.normal_email(username))
    except ValueError:
        return None


async def _begin(session: AsyncSession, user: User, visitor: Visitor) -> Tokens:
    row = SessionRow(
        id=new_id(), user_id=user.id, generation=0, client=visitor.client, expires_at=rules.session_end(now(), now())
    )
    session.add(row)
    await session.flush()
    note("auth.signed_in", user_id=user.id, session_id=row.id, role=user.role)
    return _tokens(row, visitor)


def _tokens(row: SessionRow, visitor: Visitor) -> Tokens:
    lasts = row.expires_at - now()
    expires_in = min(lasts, rules.ACCESS_FOR_BROWSER if visitor.browser else rules.ACCESS_FOR)
    access = sign({"sub": str(row.user_id), "sid": str(row.id)}, ACCESS, expires_in)
    return Tokens(access, expires_in, sign({"sid": str(row.id), "gen": row.generation}, REFRESH, lasts), lasts)


def shown(row: SessionRow, actor: Actor) -> SessionOut:
    """A session as it goes over the wire; `current` if the actor asks in it."""
    made = SessionOut.model_validate(row)
    made.current = row.id == actor.session_id
    return made
