"""The questions that accounts asks its rows; each is bound to one person, or says why not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cultivar.accounts.schemas import ConsentChoice, UserFilters
from cultivar.accounts.tables import ApiKey, ConsentChange, SessionRow, User
from cultivar.kernel.actor import Actor, Role
from cultivar.kernel.pages import Cursor, decode_cursor, encode_cursor, exact_total

Row_ = TypeVar("Row_", User, SessionRow, ApiKey)


# Asked at every request, and so put together once.
_BY_SESSION = (
    select(User.id, User.role, SessionRow.last_used_at)
    .join(SessionRow, SessionRow.user_id == User.id)
    .where(
        SessionRow.id == bindparam("session_id"),
        SessionRow.expires_at > bindparam("now"),
        User.closed_at.is_(None),
        User.disabled_at.is_(None),
    )
)
_BY_KEY = (
    select(User.id, User.role, ApiKey.id, ApiKey.scopes, ApiKey.last_used_at)
    .join(ApiKey, ApiKey.user_id == User.id)
    .where(
        ApiKey.sha256 == bindparam("sha256"),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now")),
        User.closed_at.is_(None),
        User.disabled_at.is_(None),
    )
)


async def user(session: AsyncSession, actor: Actor, *, lock: bool = False) -> User | None:
    """The actor's row; with `lock` nobody else changes it until the transaction ends."""
    statement = select(User).where(User.id == actor.user_id, User.closed_at.is_(None))
    return await session.scalar(_locking(statement) if lock else statement)


async def user_with_email(session: AsyncSession, email: str, *, lock: bool = False) -> User | None:
    """Asked by nobody yet, to sign in, or by the operator; with `lock` nobody signs in until the transaction ends."""
    statement = select(User).where(User.email == email)
    return await session.scalar(_locking(statement) if lock else statement)


def _locking(statement: Select[User]) -> Select[User]:
    """With the row as it is when the lock is had, whatever was read before."""
    return statement.with_for_update().execution_options(populate_existing=True)


async def still_has(session: AsyncSession, user_id: UUID, phc: str) -> bool:
    """Whether this is the hash of an enabled person, now that a change on its way has ended and until we have."""
    statement = select(User.id).where(User.id == user_id, User.password_hash == phc, User.disabled_at.is_(None))
    return await session.scalar(statement.with_for_update(read=True, key_share=True)) is not None


async def an_admin(session: AsyncSession) -> User | None:
    """Asked by the process at its first start."""
    return await session.scalar(select(User).where(User.role == "admin").limit(1))


async def identity_of_session(
    session: AsyncSession, session_id: UUID, now: datetime
) -> Row[UUID, Role, datetime] | None:
    """Person, role and last use behind an access token, while its session lives: two primary keys, one query."""
    return (await session.execute(_BY_SESSION, {"session_id": session_id, "now": now})).one_or_none()


async def identity_of_key(
    session: AsyncSession, sha256: str, now: datetime
) -> Row[UUID, Role, UUID, list[str], datetime | None] | None:
    """Person, role, key, its scopes and last use behind an API key until it expires: one unique index, one query."""
    return (await session.execute(_BY_KEY, {"sha256": sha256, "now": now})).one_or_none()


async def touch(session: AsyncSession, actor: Actor, before: datetime, now: datetime) -> None:
    """Note the use of the actor's session or key, unless somebody noted one after `before`."""
    table = ApiKey if actor.key_id else SessionRow
    await session.execute(
        update(table)
        .where(table.id == (actor.key_id or actor.session_id), table.user_id == actor.user_id)
        .where(or_(table.last_used_at.is_(None), table.last_used_at < before))
        .values(last_used_at=now)
    )


async def own_session(session: AsyncSession, actor: Actor) -> SessionRow | None:
    """The session that the actor asks in; a key has none."""
    statement = select(SessionRow).where(SessionRow.id == actor.session_id, SessionRow.user_id == actor.user_id)
    return await session.scalar(statement)


async def session_row(session: AsyncSession, session_id: UUID) -> SessionRow | None:
    """Asked with a signed refresh token, which names its session."""
    return await session.get(SessionRow, session_id)


async def advance(
    session: AsyncSession, session_id: UUID, generation: int, *, last_used_at: datetime, expires_at: datetime
) -> bool:
    """Move a session from `generation` to the next one; of two that try at once only one is told True."""
    found = await session.scalar(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.generation == generation)
        .values(generation=generation + 1, last_used_at=last_used_at, expires_at=expires_at)
        .returning(SessionRow.id)
    )
    return found is not None


async def delete_session(session: AsyncSession, session_id: UUID) -> None:
    """Asked with a spent refresh token: whoever holds it, nobody may go on."""
    await session.execute(delete(SessionRow).where(SessionRow.id == session_id))


def sessions_of(user_id: UUID, now: datetime) -> Select[SessionRow]:
    """Asked by the person, or by an administrator."""
    return select(SessionRow).where(SessionRow.user_id == user_id, SessionRow.expires_at > now)


def keys_of(user_id: UUID) -> Select[ApiKey]:
    """Asked by the person, or by an administrator. Expired ones are listed until they are deleted."""
    return select(ApiKey).where(ApiKey.user_id == user_id)


async def delete_own_session(session: AsyncSession, actor: Actor, session_id: UUID) -> bool:
    found = await session.scalar(
        delete(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.user_id == actor.user_id)
        .returning(SessionRow.id)
    )
    return found is not None


async def delete_sessions_of(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> None:
    statement = delete(SessionRow).where(SessionRow.user_id == user_id)
    await session.execute(statement if but is None else statement.where(SessionRow.id != but))


async def delete_key(session: AsyncSession, user_id: UUID, key_id: UUID) -> bool:
    """Asked by the key's owner, or by an administrator."""
    found = await session.scalar(
        delete(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id).returning(ApiKey.id)
    )
    return found is not None


async def delete_keys_of(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(ApiKey).where(ApiKey.user_id == user_id))


async def count_keys(session: AsyncSession, user_id: UUID) -> int:
    return await session.scalar(select(func.count()).where(ApiKey.user_id == user_id)) or 0


async def consent(session: AsyncSession, actor: Actor) -> ConsentChoice | None:
    return await session.scalar(select(User.consent).where(User.id == actor.user_id))


async def last_consent_change(session: AsyncSession, actor: Actor) -> ConsentChange | None:
    statement = select(ConsentChange).where(ConsentChange.user_id == actor.user_id)
    return await session.scalar(statement.order_by(ConsentChange.id.desc()).limit(1))


async def chose_against_training(session: AsyncSession, user_id: UUID, since: datetime) -> bool:
    against = ConsentChange.user_id == user_id, ConsentChange.choice != "train", ConsentChange.at >= since
    return bool(await session.scalar(select(exists().where(*against))))


async def page(
    session: AsyncSession, own: Select[Row_], key: InstrumentedAttribute[UUID], asked: Cursor
) -> tuple[Sequence[Row_], int | None, str | None]:
    """A page of `own` rows, newest first: the rows, how many there are in all, and the next cursor."""
    total = await exact_total(session, own)
    if asked.cursor:
        (last,) = decode_cursor(asked.cursor, UUID)
        own = own.where(key < last)
    rows = (await session.scalars(own.order_by(key.desc()).limit(asked.limit + 1))).all()
    shown = rows[: asked.limit]
    return shown, total, encode_cursor(shown[-1].id) if len(rows) > asked.limit else None


async def rows_of(
    session: AsyncSession, user_id: UUID
) -> tuple[User | None, Sequence[SessionRow], Sequence[ApiKey], Sequence[ConsentChange]]:
    """Everything that accounts keeps of one person, for their export."""
    sessions = await session.scalars(select(SessionRow).where(SessionRow.user_id == user_id).order_by(SessionRow.id))
    keys = await session.scalars(select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.id))
    changes = select(ConsentChange).where(ConsentChange.user_id == user_id).order_by(ConsentChange.id)
    return await session.get(User, user_id), sessions.all(), keys.all(), (await session.scalars(changes)).all()


def people(filters: UserFilters) -> Select[User]:
    """Asked by an administrator."""
    found = select(User).where(User.closed_at.is_(None))
    if filters.role is not None:
        found = found.where(User.role == filters.role)
    if filters.disabled is not None:
        found = found.where(User.disabled_at.is_not(None) if filters.disabled else User.disabled_at.is_(None))
    if filters.email is not None:
        found = found.where(User.email.startswith(filters.email.strip().lower(), autoescape=True))
    return found


async def person(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User | None:
    """Asked by an administrator; with `lock` nobody signs in as this person until the transaction ends."""
    statement = select(User).where(User.id == user_id, User.closed_at.is_(None))
    return await session.scalar(_locking(statement) if lock else statement)


async def lock_admins(session: AsyncSession) -> set[UUID]:
    """All who are, for an administrator and for who leaves; nobody unmakes one until the transaction ends."""
    statement = select(User).where(User.role == "admin", User.closed_at.is_(None), User.disabled_at.is_(None))
    return {admin.id for admin in await session.scalars(_locking(statement.order_by(User.id)))}


class Use(NamedTuple):
    """What of a person's works now, and when any of it was last used."""

    sessions: int
    keys: int
    last_used_at: datetime | None


async def use_of(session: AsyncSession, user_ids: Sequence[UUID], now: datetime) -> dict[UUID, Use]:
    """Asked by an administrator."""
    of_sessions = select(SessionRow.user_id, func.count(), func.max(SessionRow.last_used_at)).where(
        SessionRow.user_id.in_(user_ids), SessionRow.expires_at > now
    )
    of_keys = select(ApiKey.user_id, func.count(), func.max(ApiKey.last_used_at)).where(
        ApiKey.user_id.in_(user_ids), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    )
    sessions = {row[0]: row for row in await session.execute(of_sessions.group_by(SessionRow.user_id))}
    keys = {row[0]: row for row in await session.execute(of_keys.group_by(ApiKey.user_id))}
    found = {}
    for user_id in user_ids:
        counted = [by.get(user_id, (user_id, 0, None)) for by in (sessions, keys)]
        used = [row[2] for row in counted if row[2] is not None]
        found[user_id] = Use(counted[0][1], counted[1][1], max(used, default=None))
    return found


async def is_open(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> bool:
    """Asked by a person's own work that took a while; with `lock` they do not leave until the transaction ends."""
    statement = select(User.id).where(User.id == user_id, User.closed_at.is_(None))
    locking = statement.with_for_update(read=True, key_share=True)
    return await session.scalar(locking if lock else statement) is not None


async def delete_user(session: AsyncSession, user_id: UUID) -> None:
    """Asked by the erasure; sessions, keys and the consent log go with the row."""
    await session.execute(delete(User).where(User.id == user_id))


async def abandoned_guests(session: AsyncSession, now: datetime, at_most: int) -> Sequence[User]:
    """Asked by the schedule: guests whom no session opens any more, locked; those somebody is changing are left out."""
    alive = select(SessionRow.id).where(SessionRow.user_id == User.id, SessionRow.expires_at > now).exists()
    statement = select(User).where(User.role == "guest", User.closed_at.is_(None), ~alive).order_by(User.id)
    return (await session.scalars(statement.limit(at_most).with_for_update(skip_locked=True, of=User))).all()


async def delete_expired(session: AsyncSession, now: datetime) -> int:
    """Asked by the schedule: sessions that no token opens any more."""
    gone = await session.scalars(delete(SessionRow).where(SessionRow.expires_at <= now).returning(SessionRow.id))
    return len(gone.all())
