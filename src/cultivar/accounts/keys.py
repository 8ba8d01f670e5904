"""API keys: what a service signs in with."""

import secrets
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import queries, rules
from cultivar.accounts.audit import note
from cultivar.accounts.errors import AlreadyExpired, KeyUnknown, ScopeTooWide, ScopeUnknown, TooManyKeys
from cultivar.accounts.schemas import KeyIn, KeyOut, NewKey
from cultivar.accounts.tables import ApiKey
from cultivar.kernel.actor import SCOPES, Actor, Role, scopes_of
from cultivar.kernel.clock import now
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor, Page
from cultivar.kernel.tokens import API_KEY_PREFIX


async def keys(session: AsyncSession, actor: Actor, asked: Cursor) -> Page[KeyOut]:
    """The actor's keys, newest first, without their secrets."""
    rows, total, cursor = await queries.page(session, queries.keys_of(actor.user_id), ApiKey.id, asked)
    return Page(items=[KeyOut.model_validate(row) for row in rows], total=total, next_cursor=cursor)


async def make_key(session: AsyncSession, owner: UUID, role: Role, wanted: KeyIn) -> NewKey:
    """A key that its owner's role allows, shown this once.

    Raises ScopeUnknown, ScopeTooWide, AlreadyExpired or TooManyKeys.
    """
    if unknown := sorted(set(wanted.scopes) - SCOPES.keys()):
        valid = ", ".join(scope for scope in SCOPES if scope not in rules.NEVER_IN_A_KEY)
        raise ScopeUnknown(f"There is no scope {', '.join(unknown)!r}. A key may hold: {valid}.")
    scopes = rules.key_scopes(wanted.scopes, scopes_of(role))
    refused = sorted(set(wanted.scopes) - scopes)
    if refused:
        raise ScopeTooWide(f"Not for this key: {', '.join(refused)}.")
    if wanted.expires_at is not None and wanted.expires_at <= now():
        raise AlreadyExpired
    if await queries.count_keys(session, owner) >= rules.KEYS_AT_MOST:
        raise TooManyKeys
    key = API_KEY_PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=new_id(),
        user_id=owner,
        name=wanted.name,
        start=key[:12],
        sha256=rules.fingerprint(key),
        scopes=sorted(scopes),
        created_at=now(),
        expires_at=wanted.expires_at,
    )
    session.add(row)
    await session.flush()
    note("key.created", user_id=owner, key_id=row.id, scopes=row.scopes)
    return NewKey(**KeyOut.model_validate(row).model_dump(), key=key)


async def delete_key(session: AsyncSession, actor: Actor, key_id: UUID) -> None:
    """End one of the actor's keys at once."""
    if not await queries.delete_key(session, actor.user_id, key_id):
        raise KeyUnknown
    note("key.deleted", user_id=actor.user_id, key_id=key_id)
