"""Accounts: who somebody is, how they come and go, and what they agree to."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import passwords, queries, rules
from cultivar.accounts.audit import note
from cultivar.accounts.errors import (
    AlreadyRegistered,
    ConsentTextChanged,
    EmailTaken,
    LastAdmin,
    PasswordNeeded,
    SessionEnded,
    WeakPassword,
    WrongPassword,
)
from cultivar.accounts.events import AccountClosed, ConsentChanged
from cultivar.accounts.schemas import ConsentChoice, ConsentOut, PersonData
from cultivar.accounts.signin import Throttle, attempt
from cultivar.accounts.tables import ConsentChange, User
from cultivar.accounts.texts import consent_texts
from cultivar.kernel.actor import Actor, Role, scopes_of
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database, DatabaseUnavailable
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.outbox import emit
from cultivar.kernel.tokens import ACCESS, API_KEY_PREFIX, TokenInvalid, unsign

EXPORT = "export_personal_data"
FIRST_ADMIN = "admin@localhost"


async def authenticate(session: AsyncSession, bearer: str) -> Actor:
    """Who sent this access token or API key: one query on unique indexes.

    Raises TokenInvalid or TokenExpired for what is not a token of ours, SessionEnded for one whose session is gone.
    """
    actor, _ = await _identify(session, bearer)
    return actor


def authenticator(db: Database) -> Callable[[AsyncSession, str], Awaitable[Actor]]:
    """`authenticate` that also notes when a session or key was used, once an hour, in a transaction of its own."""

    async def authenticate_and_note(session: AsyncSession, bearer: str) -> Actor:
        actor, last_used = await _identify(session, bearer)
        before = now() - rules.TOUCH_EVERY
        if last_used is None or last_used < before:
            with suppress(DatabaseUnavailable):  # nobody is turned away because a note cannot be made
                async with db.transaction() as writing:
                    await queries.touch(writing, actor, before, now())
        return actor

    return authenticate_and_note


async def _identify(session: AsyncSession, bearer: str) -> tuple[Actor, datetime | None]:
    if bearer.startswith(API_KEY_PREFIX):
        key = await queries.identity_of_key(session, rules.fingerprint(bearer), now())
        if key is None:
            raise TokenInvalid("This key is unknown, deleted or expired.")
        user_id, role, key_id, scopes, last_used = key
        return Actor(user_id, role, rules.key_scopes(scopes, scopes_of(role)), key_id=key_id), last_used
    session_id = UUID(unsign(bearer, ACCESS)["sid"])
    person = await queries.identity_of_session(session, session_id, now())
    if person is None:
        raise SessionEnded
    user_id, role, used = person
    return Actor(user_id, role, scopes_of(role), session_id=session_id), used


async def create_user(session: AsyncSession, email: str, password: str, *, role: Role = "user") -> User:
    """An account with a normal `email` and `password`; raises WeakPassword or EmailTaken."""
    user = User(role=role, email=email, password_hash=await checked_hash(password, email))
    await _save(session, user)
    note("account.created", user_id=user.id, role=role)
    return user


async def upgrade(session: AsyncSession, actor: Actor, email: str, password: str) -> User:
    """Give a guest an e-mail and a password; id, data and sessions stay. Raises AlreadyRegistered for anybody else."""
    phc = await checked_hash(password, email)
    user = _living(await queries.user(session, actor, lock=True))
    if user.role != "guest":
        raise AlreadyRegistered
    user.role, user.email, user.password_hash = "user", email, phc
    await _save(session, user)
    note("account.upgraded", user_id=user.id)
    return user


async def me(session: AsyncSession, actor: Actor) -> User:
    """The actor's own account."""
    return _living(await queries.user(session, actor))


async def change_password(session: AsyncSession, actor: Actor, current: str, new: str, throttle: Throttle) -> None:
    """Replace the actor's password and end their other sessions.

    Raises WrongPassword, TooManyAttempts after too many of those, or WeakPassword, also for the one it is already.
    """
    user = _living(await queries.user(session, actor))
    await _prove(user, current, throttle)
    if new == current:
        raise WeakPassword("The new password is the old one.")
    phc = await checked_hash(new, user.email or "")
    await set_password(session, await _locked(session, actor, user.password_hash), phc, but=actor.session_id)


async def set_password(session: AsyncSession, user: User, phc: str, *, but: UUID | None = None) -> None:
    """Replace a person's password by the one that made the hash `phc`, and end all their sessions `but` one."""
    user.password_hash = phc
    user.must_change_password = False
    await queries.delete_sessions_of(session, user.id, but=but)
    note("account.password_changed", user_id=user.id)


async def close_account(session: AsyncSession, actor: Actor, password: str | None, throttle: Throttle) -> None:
    """End every session and key, forget e-mail and password at once, and state that the rest is to be erased.

    Raises PasswordNeeded unless the actor is a guest, has signed in within 15 minutes or gives the password,
    WrongPassword if that is not right, and LastAdmin for the only administrator, of two that leave at once for one.
    """
    user = _living(await queries.user(session, actor))
    await _confirm(session, actor, user, password, throttle)
    if await queries.lock_admins(session) == {user.id}:
        raise LastAdmin
    await _close(session, await _locked(session, actor, user.password_hash))


async def _close(session: AsyncSession, user: User) -> None:
    await queries.delete_sessions_of(session, user.id)
    await queries.delete_keys_of(session, user.id)
    user.email = user.password_hash = None
    user.closed_at = now()
    emit(session, AccountClosed(user.id, user.closed_at))
    note("account.closed", user_id=user.id)


async def consent_of(session: AsyncSession, actor: Actor) -> ConsentChoice:
    """The saved choice: what holds for a photo when the request says nothing."""
    return await queries.consent(session, actor) or "none"


async def consents(session: AsyncSession, actor: Actor) -> ConsentOut:
    """The saved choice, when and on which text it was made, and the present texts."""
    last = await queries.last_consent_change(session, actor)
    return ConsentOut(
        consent=await consent_of(session, actor),
        text_version=last.text_version if last else None,
        chosen_at=last.at if last else None,
        texts=consent_texts(),
    )


async def choose_consent(session: AsyncSession, actor: Actor, choice: ConsentChoice, read: str | None) -> ConsentOut:
    """Save a choice and log it with the version of its text; raises ConsentTextChanged if `read` is an old version."""
    version = consent_texts().version
    if read not in {None, version}:
        raise ConsentTextChanged(f"The present text is version {version}.")
    user = _living(await queries.user(session, actor, lock=True))
    before, user.consent = user.consent, choice
    change = ConsentChange(user_id=user.id, choice=choice, text_version=version, at=now())
    session.add(change)
    await session.flush()
    if before != choice or choice != "train":
        emit(session, ConsentChanged(user.id, before, choice, version, change.at))
    note("consent.chosen", user_id=user.id, choice=choice, text_version=version)
    return await consents(session, actor)


async def ask_for_export(session: AsyncSession, actor: Actor) -> Job:
    """The job that gathers everything of the actor into a ZIP; while one is at work, that one."""
    payload = {"user_id": str(actor.user_id)}
    return await enqueue(session, EXPORT, payload, owner_id=actor.user_id, key=f"{EXPORT}:{actor.user_id}")


async def is_open(session: AsyncSession, user_id: UUID) -> bool:
    """Whether there is such a person, and they have not closed their account."""
    return await queries.is_open(session, user_id)


async def keep_open(session: AsyncSession, user_id: UUID) -> None:
    """Let nobody close or erase this account until the transaction ends; raises SessionEnded if somebody has."""
    if not await queries.is_open(session, user_id, lock=True):
        raise SessionEnded


async def ended_training(session: AsyncSession, user_id: UUID, since: datetime) -> bool:
    """Whether this person has chosen against training since then."""
    return await queries.chose_against_training(session, user_id, since)


async def export(session: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """Everything that accounts keeps of a person, but secrets."""
    user, sessions, keys, changes = await queries.rows_of(session, user_id)
    data = {"account": user, "sessions": sessions, "keys": keys, "consents": changes}
    return PersonData.model_validate(data).model_dump(mode="json")


async def erase(session: AsyncSession, user_id: UUID) -> None:
    """Remove the person's last row, after every other capability has erased theirs; a second time changes nothing."""
    await queries.delete_user(session, user_id)


async def sweep(session: AsyncSession) -> int:
    """Remove sessions that no token opens any more; how many there were."""
    return await queries.delete_expired(session, now())


async def close_abandoned(session: AsyncSession, *, at_most: int) -> int:
    """Close the accounts of guests whose last session is gone: nobody can be them again. How many there were."""
    guests = await queries.abandoned_guests(session, now(), at_most)
    for guest in guests:
        await _close(session, guest)
    return len(guests)


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """What to print, once, for whoever started the process."""

    email: str
    password: str


async def ensure_first_admin(session: AsyncSession) -> FirstAdmin | None:
    """Make `admin@localhost` with a random password if there is no administrator; print it after the commit."""
    if await queries.an_admin(session) is not None:
        return None
    password = secrets.token_urlsafe(18)
    admin = await create_user(session, FIRST_ADMIN, password, role="admin")
    admin.must_change_password = True
    return FirstAdmin(FIRST_ADMIN, password)


def _living(user: User | None) -> User:
    if user is None:
        raise SessionEnded
    return user


async def _locked(session: AsyncSession, actor: Actor, phc: str | None) -> User:
    """The actor's row, changed by nobody else, once what made the hash `phc` is proven: that takes too long to lock."""
    user = _living(await queries.user(session, actor, lock=True))
    if user.password_hash != phc:
        raise WrongPassword
    return user


async def _confirm(session: AsyncSession, actor: Actor, user: User, password: str | None, throttle: Throttle) -> None:
    if user.password_hash is None:
        return
    if password is not None:
        await _prove(user, password, throttle)
        return
    row = await queries.own_session(session, actor)
    if row is None or not rules.is_fresh(row.created_at, now()):
        raise PasswordNeeded


async def _prove(user: User, password: str, throttle: Throttle) -> None:
    """Throttled like a sign-in, so that a stolen token is no way to guess the password."""
    await attempt(throttle, str(user.id))
    if not await passwords.is_right(password, user.password_hash):
        note("auth.refused", reason="wrong_password", user_id=user.id)
        raise WrongPassword
    await throttle.succeeded(str(user.id))


async def checked_hash(password: str, email: str) -> str:
    """The hash of a normal password, asked for before any row is locked: it takes long. Raises WeakPassword."""
    fault = rules.password_fault(password, email, passwords.common())
    if fault:
        raise WeakPassword(fault)
    return await passwords.make_hash(password)


async def _save(session: AsyncSession, user: User) -> None:
    session.add(user)
    try:
        await session.flush()
    except IntegrityError as error:
        raise EmailTaken from error
