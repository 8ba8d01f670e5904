"""What an operator does with accounts from the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import keys, queries, rules, service
from cultivar.accounts.errors import AccountUnknown, EmailInvalid
from cultivar.accounts.schemas import KeyIn
from cultivar.kernel import schema
from cultivar.kernel.actor import Role
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database
from cultivar.kernel.errors import Invalid
from cultivar.kernel.settings import Settings


async def create_user(settings: Settings, email: str, password: str, role: Role) -> UUID:
    """An account with any role; its id. Raises EmailInvalid, EmailTaken or WeakPassword."""
    async with _transaction(settings) as session:
        made = await service.create_user(session, _normal(email), rules.normal_password(password), role=role)
    return made.id


async def reset_password(settings: Settings, email: str, password: str) -> UUID:
    """Another password for the person with this e-mail, whose sessions end; their id.

    Raises AccountUnknown, EmailInvalid or WeakPassword.
    """
    async with _transaction(settings) as session:
        phc = await service.checked_hash(rules.normal_password(password), _normal(email))
        user = await queries.user_with_email(session, _normal(email), lock=True)
        if user is None:
            raise AccountUnknown
        await service.set_password(session, user, phc)
        return user.id


async def create_key(settings: Settings, email: str, *, name: str, scopes: list[str], days: int | None) -> str:
    """A key of the person with this e-mail, which ends after `days`. Raises AccountUnknown, ScopeTooWide or Invalid."""
    expires_at = now() + timedelta(days=days) if days else None
    try:
        wanted = KeyIn(name=name, scopes=scopes, expires_at=expires_at)
    except ValidationError as error:
        raise Invalid("A key has a name of 1 to 80 printable characters, and at least one scope.") from error
    async with _transaction(settings) as session:
        owner = await queries.user_with_email(session, _normal(email))
        if owner is None:
            raise AccountUnknown
        return (await keys.make_key(session, owner.id, owner.role, wanted)).key


@asynccontextmanager
async def _transaction(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Embedded, the tables are brought up first, so that an account can be made before the first start."""
    db = Database(settings.database_url)
    try:
        await schema.prepare(db, settings)
        async with db.transaction() as session:
            yield session
    finally:
        await db.close()


def _normal(email: str) -> str:
    try:
        return rules.normal_email(email)
    except ValueError as error:
        raise EmailInvalid from error
