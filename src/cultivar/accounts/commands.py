"""What an operator does with accounts from the command line."""

from datetime import timedelta

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import keys, queries, rules, service
from cultivar.accounts.errors import AccountUnknown, EmailInvalid
from cultivar.accounts.schemas import KeyIn, NewKey
from cultivar.accounts.tables import User
from cultivar.kernel.actor import Role
from cultivar.kernel.clock import now
from cultivar.kernel.errors import Invalid


async def create_user(session: AsyncSession, email: str, password: str, role: Role) -> User:
    """An account with any role; raises EmailInvalid, EmailTaken or WeakPassword."""
    return await service.create_user(session, _normal(email), rules.normal_password(password), role=role)


async def create_key(session: AsyncSession, email: str, *, name: str, scopes: list[str], days: int | None) -> NewKey:
    """A key of the person with this e-mail, which ends after `days`; raises AccountUnknown, ScopeTooWide or Invalid."""
    owner = await queries.user_with_email(session, _normal(email))
    if owner is None:
        raise AccountUnknown
    expires_at = now() + timedelta(days=days) if days else None
    try:
        wanted = KeyIn(name=name, scopes=scopes, expires_at=expires_at)
    except ValidationError as error:
        raise Invalid("A key has a name of 1 to 80 printable characters, and at least one scope.") from error
    return await keys.make_key(session, owner.id, owner.role, wanted)


def _normal(email: str) -> str:
    try:
        return rules.normal_email(email)
    except ValueError as error:
        raise EmailInvalid from error
