"""Routes of accounts for everybody: signing in, sessions, keys, consents, one's own account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from cultivar.accounts import keys, rules, service, signin
from cultivar.accounts.errors import (
    AccountDisabled,
    AlreadyExpired,
    AlreadyRegistered,
    ConsentTextChanged,
    EmailTaken,
    KeyUnknown,
    LastAdmin,
    PasswordNeeded,
    RefreshTokenMissing,
    ScopeTooWide,
    ScopeUnknown,
    SessionEnded,
    SessionUnknown,
    TooManyAttempts,
    TooManyKeys,
    WeakPassword,
    WrongCredentials,
    WrongOrigin,
    WrongPassword,
)
from cultivar.accounts.schemas import (
    ConsentIn,
    ConsentOut,
    Credentials,
    ExportOut,
    KeyIn,
    KeyOut,
    LeaveIn,
    NewKey,
    PasswordIn,
    Person,
    RefreshIn,
    SessionOut,
    SignedIn,
)
from cultivar.accounts.tables import User
from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs, public
from cultivar.kernel.http import CursorParams, Session, TheWorld
from cultivar.kernel.limits import SignInThrottle
from cultivar.kernel.pages import InvalidCursor, Page
from cultivar.kernel.problems import responses
from cultivar.kernel.tokens import TokenExpired, TokenInvalid

router = APIRouter(tags=["accounts"])

COOKIE = "cultivar_refresh"
COOKIE_PATH = "/api/v1/auth"

Owner = Annotated[Actor, needs("account")]
Registered = Annotated[Actor, needs("account", "user")]


async def _visitor(
    request: Request,
    world: TheWorld,
    cookie: Annotated[
        bool, Query(description="For browsers: keep the refresh token in an HttpOnly cookie; 15-minute access tokens.")
    ] = False,
) -> signin.Visitor:
    """A browser must come from a page of ours, so that no other site signs people in or out."""
    settings, head = world.settings, request.headers
    ours = [str(request.base_url), *settings.cors_origins, *([settings.public_url] if settings.public_url else [])]
    if cookie and not rules.is_own_page(head.get("origin"), head.get("sec-fetch-site"), ours):
        raise WrongOrigin
    return signin.Visitor(browser=cookie, client=(head.get("user-agent") or "")[:200] or None)


Visitor = Annotated[signin.Visitor, Depends(_visitor)]


def _answer(tokens: signin.Tokens, visitor: signin.Visitor, request: Request, response: Response) -> SignedIn:
    """Tokens for a program in the body; a browser's refresh token where its scripts cannot read it."""
    if visitor.browser:
        _set_cookie(request, response, tokens.refresh, int(tokens.lasts.total_seconds()))
    return SignedIn(
        access_token=tokens.access,
        expires_in=int(tokens.expires_in.total_seconds()),
        refresh_token=None if visitor.browser else tokens.refresh,
    )


def _set_cookie(request: Request, response: Response, value: str, max_age: int) -> None:
    public_url = request.app.state.world.settings.public_url or ""
    secure = request.url.scheme == "https" or public_url.startswith("https://")
    response.set_cookie(
        COOKIE, value, max_age=max_age, path=COOKIE_PATH, secure=secure, httponly=True, samesite="strict"
    )


@router.post(
    "/auth/register",
    status_code=201,
    response_model=Person,
    dependencies=[public],
    responses=responses(EmailTaken, WeakPassword),
)
async def register(body: Credentials, session: Session) -> User:
    """Make an account. Sign in with `auth/token` right after."""
    return await service.create_user(session, body.email, body.password)


@router.post(
    "/auth/token",
    response_model_exclude_none=True,
    dependencies=[public],
    responses=responses(WrongCredentials, AccountDisabled, TooManyAttempts, WrongOrigin),
)
async def sign_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    session: Session,
    visitor: Visitor,
    throttle: SignInThrottle,
    request: Request,
    response: Response,
) -> SignedIn:
    """Sign in with an e-mail as `username` and a password (OAuth2 password grant)."""
    tokens = await signin.sign_in(session, form.username, form.password, visitor, throttle)
    return _answer(tokens, visitor, request, response)


@router.post(
    "/auth/guest",
    status_code=201,
    response_model_exclude_none=True,
    dependencies=[public],
    responses=responses(WrongOrigin),
)
async def sign_in_guest(session: Session, visitor: Visitor, request: Request, response: Response) -> SignedIn:
    """Begin without an e-mail. A guest's data stay when it is upgraded."""
    return _answer(await signin.sign_in_guest(session, visitor), visitor, request, response)


@router.post("/auth/upgrade", response_model=Person, responses=responses(EmailTaken, WeakPassword, AlreadyRegistered))
async def upgrade(body: Credentials, session: Session, actor: Owner) -> User:
    """Give a guest an e-mail and a password. Id, data and sessions stay."""
    return await service.upgrade(session, actor, body.email, body.password)


@router.post(
    "/auth/refresh",
    response_model_exclude_none=True,
    dependencies=[public],
    responses=responses(SessionEnded, TokenInvalid, TokenExpired, WrongOrigin),
)
async def refresh(
    world: TheWorld,
    visitor: Visitor,
    request: Request,
    response: Response,
    body: RefreshIn | None = None,
    kept: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
) -> SignedIn:
    """New tokens for a refresh token, which works once; with `cookie=true` it is read from the cookie.

    A refresh token that is used a second time ends its session.
    """
    token = kept if visitor.browser else body and body.refresh_token
    if not token:
        raise RefreshTokenMissing
    return _answer(await signin.refresh(world.db, token, visitor), visitor, request, response)


@router.post("/auth/logout", status_code=204)
async def sign_out(session: Session, actor: Owner, request: Request, response: Response) -> None:
    """End the session that asks; its tokens fail at once."""
    await signin.sign_out(session, actor)
    _set_cookie(request, response, "", 0)


@router.get("/users/me", response_model=Person)
async def read_me(session: Session, actor: Owner) -> User:
    """One's own account."""
    return await service.me(session, actor)


@router.delete(
    "/users/me", status_code=204, responses=responses(PasswordNeeded, WrongPassword, LastAdmin, TooManyAttempts)
)
async def close_account(session: Session, actor: Owner, throttle: SignInThrottle, body: LeaveIn | None = None) -> None:
    """Close the account for good: all sign-ins and keys fail at once, and a job erases everything of this person.

    The password is needed unless this session was begun within the last 15 minutes; guests have none. The only
    administrator stays until there is another.
    """
    await service.close_account(session, actor, body.password if body else None, throttle)


@router.post("/users/me/password", status_code=204, responses=responses(WrongPassword, WeakPassword, TooManyAttempts))
async def change_password(body: PasswordIn, session: Session, actor: Registered, throttle: SignInThrottle) -> None:
    """Replace one's password. All other sessions end at once; this one and API keys go on."""
    await service.change_password(session, actor, body.current_password, body.new_password, throttle)


@router.get("/users/me/export", status_code=202)
async def ask_for_export(session: Session, actor: Owner, response: Response) -> ExportOut:
    """Gather everything of this person in a ZIP; follow the job, whose result holds a link for a day."""
    job = await service.ask_for_export(session, actor)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return ExportOut(job_id=job.id, state=job.state)


@router.get("/users/me/consents")
async def read_consents(session: Session, actor: Owner) -> ConsentOut:
    """What is kept of one's photos, and what that means in English and French."""
    return await service.consents(session, actor)


@router.put("/users/me/consents", responses=responses(ConsentTextChanged))
async def choose_consent(body: ConsentIn, session: Session, actor: Owner) -> ConsentOut:
    """Choose what is kept from now on; logged with the version of the text."""
    return await service.choose_consent(session, actor, body.consent, body.text_version)


@router.get("/sessions", responses=responses(InvalidCursor))
async def list_sessions(session: Session, actor: Owner, asked: CursorParams) -> Page[SessionOut]:
    """Where one is signed in, newest first."""
    return await signin.sessions(session, actor, asked)


@router.delete("/sessions", status_code=204)
async def end_sessions(
    session: Session,
    actor: Owner,
    keep_current: Annotated[bool, Query(description="Stay signed in here.")] = False,
) -> None:
    """Sign out everywhere, here too unless `keep_current=true`; all tokens fail at once."""
    await signin.end_sessions(session, actor, keep_current=keep_current)


@router.delete("/sessions/{session_id}", status_code=204, responses=responses(SessionUnknown))
async def end_session(session_id: UUID, session: Session, actor: Owner) -> None:
    """Sign out in one place; its tokens fail at once."""
    await signin.end_session(session, actor, session_id)


@router.get("/keys", responses=responses(InvalidCursor))
async def list_keys(session: Session, actor: Owner, asked: CursorParams) -> Page[KeyOut]:
    """One's API keys, newest first, without their secrets."""
    return await keys.keys(session, actor, asked)


@router.post("/keys", status_code=201, responses=responses(ScopeUnknown, ScopeTooWide, AlreadyExpired, TooManyKeys))
async def make_key(body: KeyIn, session: Session, actor: Registered) -> NewKey:
    """Make an API key for a program. It is shown this once."""
    return await keys.make_key(session, actor.user_id, actor.role, body)


@router.delete("/keys/{key_id}", status_code=204, responses=responses(KeyUnknown))
async def delete_key(key_id: UUID, session: Session, actor: Owner) -> None:
    """End a key; it fails at once."""
    await keys.delete_key(session, actor, key_id)
