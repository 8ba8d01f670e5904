"""What accounts promises below the wire: races, time, secrets, first start."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event, func, select, update

from cultivar.accounts import passwords, service, signin
from cultivar.accounts.errors import EmailTaken, SessionEnded, WeakPassword
from cultivar.accounts.tables import SessionRow, User
from cultivar.kernel.actor import Actor
from cultivar.kernel.database import Database
from cultivar.kernel.limits import Limits
from cultivar.kernel.settings import Settings
from cultivar.kernel.tokens import TokenExpired

from .conftest import EMAIL, PASSWORD, Person
from .test_api import problem


async def refresh(person: Person) -> int:
    assert person.tokens
    body = {"refresh_token": person.tokens["refresh_token"]}
    return (await person.ask("POST", "auth/refresh", json=body)).status_code


async def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(ada: Person, db: Database) -> None:
    for _ in range(5):
        await ada.sign_in()
        assert sorted(await asyncio.gather(refresh(ada), refresh(ada))) == [200, 401]
        assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")


async def test_of_many_registrations_at_once_one_wins(stranger: Person, db: Database) -> None:
    answers = await asyncio.gather(*(stranger.register() for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    async with db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 1


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.slow)])
async def limits(
    request: pytest.FixtureRequest, app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Limits]:
    """The application's, counted in each of the places."""
    monkeypatch.setattr("cultivar.kernel.limits._REDIS_PATIENCE_S", 60.0)  # a busy machine is no fault
    url = request.getfixturevalue("redis").url if request.param == "redis" else None
    app.state.limits = made = Limits.of(settings.model_copy(update={"redis_url": url}))
    yield made
    await made.close()


GUESS = "Leaf-rust-in-July"


@pytest.mark.parametrize(
    ("method", "path", "sent", "refused"),
    [
        ("POST", "auth/token", {"data": {"username": EMAIL, "password": GUESS}}, 401),
        ("POST", "users/me/password", {"json": {"current_password": GUESS, "new_password": f"{PASSWORD}-too"}}, 403),
        ("DELETE", "users/me", {"json": {"password": GUESS}}, 403),
    ],
)
async def test_many_guesses_at_once_are_no_way_around_the_throttle(
    ada: Person, limits: Limits, method: str, path: str, sent: dict[str, Any], refused: int
) -> None:
    answers = await asyncio.gather(*(ada.ask(method, path, **sent) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [refused] * 5 + [429] * 15
    assert {problem(answer)[1] for answer in answers if answer.status_code == 429} == {"too_many_attempts"}


async def test_an_idle_session_expires_and_is_swept(ada: Person, db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(update(SessionRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    assert await refresh(ada) == 401
    assert (await ada.sign_in()).status_code == 200
    async with db.transaction() as session:
        assert await service.sweep(session) == 1
    async with db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(SessionRow)) == 1


async def test_an_access_token_expires_by_itself(ada: Person, monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    monkeypatch.setattr(signin.rules, "ACCESS_FOR", timedelta(seconds=-1))
    answer = await ada.sign_in()
    async with db.reading() as session:
        with pytest.raises(TokenExpired):
            await service.authenticate(session, answer.json()["access_token"])


async def test_who_somebody_is_costs_one_query(ada: Person, db: Database) -> None:
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()["key"]
    assert ada.tokens
    for bearer in (ada.tokens["access_token"], key):
        async with db.reading() as session:
            seen: list[str] = []
            bind = session.get_bind()
            event.listen(bind, "before_cursor_execute", lambda *args, seen=seen: seen.append(args[2]))
            await service.authenticate(session, bearer)
        assert len(seen) == 1


async def test_a_role_given_or_taken_counts_at_once(ada: Person, db: Database) -> None:
    assert ada.tokens
    async with db.transaction() as session:
        await session.execute(update(User).values(role="admin"))
    async with db.reading() as session:
        actor = await service.authenticate(session, ada.tokens["access_token"])
    assert (actor.role, "admin" in actor.scopes) == ("admin", True)


async def test_an_embedded_start_makes_one_admin_and_says_its_password_once(stranger: Person, db: Database) -> None:
    async with db.transaction() as session:
        first = await service.ensure_first_admin(session)
    async with db.transaction() as session:
        assert await service.ensure_first_admin(session) is None
    assert first
    assert (await stranger.sign_in(first.email, first.password)).status_code == 200
    me = (await stranger.ask("GET", "users/me")).json()
    assert (me["role"], me["must_change_password"]) == ("admin", True)
    body = {"current_password": first.password, "new_password": PASSWORD}
    assert (await stranger.ask("POST", "users/me/password", json=body)).status_code == 204
    assert (await stranger.ask("GET", "users/me")).json() == {**me, "must_change_password": False}


async def test_an_account_can_be_made_with_a_role_and_only_once(db: Database, stranger: Person) -> None:
    async with db.transaction() as session:
        await service.create_user(session, EMAIL, PASSWORD, role="expert")
    with pytest.raises(EmailTaken):
        async with db.transaction() as session:
            await service.create_user(session, EMAIL, PASSWORD)
    with pytest.raises(WeakPassword):
        async with db.transaction() as session:
            await service.create_user(session, "eve@example.org", "password")
    await stranger.sign_in()
    assert (await stranger.ask("GET", "users/me")).json()["role"] == "expert"


async def test_nobody_has_the_consent_of_none(db: Database) -> None:
    nobody = Actor(UUID(int=0), "guest", frozenset())
    async with db.reading() as session:
        assert await service.consent_of(session, nobody) == "none"
        with pytest.raises(SessionEnded):
            await service.me(session, nobody)


async def test_the_audit_log_names_who_and_what_but_no_secret(stranger: Person, audit: list[dict[str, Any]]) -> None:
    await stranger.register()
    await stranger.sign_in(password="Leaf-rust-in-July")
    await stranger.sign_in()
    tokens = stranger.tokens or {}
    await stranger.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})
    await stranger.ask("POST", "auth/logout")
    events = [line["event"] for line in audit]
    assert events == ["account.created", "auth.refused", "auth.signed_in", "key.created", "auth.session_ended"]
    for secret in (EMAIL, PASSWORD, "July", tokens["access_token"], tokens["refresh_token"], "cvk_"):
        assert secret not in str(audit)


async def test_an_unknown_e_mail_costs_the_same_hash_as_a_known_one() -> None:
    real = await passwords.make_hash(PASSWORD)
    assert passwords.NOBODY.split("$")[:4] == real.split("$")[:4]
    assert Argon2Hasher.identify(passwords.NOBODY)
    assert await passwords.is_right(PASSWORD, real)
    assert not await passwords.is_right(PASSWORD, None)
    assert not await passwords.is_right("Leaf-rust-in-July", real)


def test_the_list_of_common_passwords_is_a_real_one() -> None:
    common = passwords.common()
    assert len(common) > 3_000
    assert {"password", "iloveyou", "qwertyuiop", "1234567890"} <= common
    assert all(word == word.lower() and len(word) >= 8 for word in common)


@pytest.mark.parametrize("way", ["sign_in", "close", "change", "upgrade"])
async def test_nobody_waits_to_write_while_a_password_is_hashed(
    ada: Person, guest: Person, db: Database, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    written = 0

    async def write_beside(work: Callable[[], Any]) -> Any:
        nonlocal written
        async with asyncio.timeout(20), db.transaction() as session:
            session.add(User(role="guest"))
        written += 1
        return work()

    monkeypatch.setattr(passwords, "_in_thread", write_beside)
    if way == "sign_in":
        answer = await ada.sign_in()
    elif way == "close":
        answer = await ada.ask("DELETE", "users/me", json={"password": PASSWORD})
    elif way == "change":
        body = {"current_password": PASSWORD, "new_password": "Quince-and-medlar"}
        answer = await ada.ask("POST", "users/me/password", json=body)
    else:
        answer = await guest.ask("POST", "auth/upgrade", json={"email": "eve@example.org", "password": PASSWORD})
    assert answer.is_success
    assert written == (2 if way == "change" else 1)


@pytest.mark.parametrize("way", ["sign_in", "close", "change"])
async def test_a_password_that_changes_while_it_is_verified_opens_nothing(
    ada: Person, db: Database, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    verify = passwords.is_right

    async def change_beside(password: str, phc: str | None) -> bool:
        async with db.transaction() as session:
            await session.execute(update(User).values(password_hash=await passwords.make_hash("Quince-and-medlar")))
        return await verify(password, phc)

    monkeypatch.setattr(passwords, "is_right", change_beside)
    if way == "sign_in":
        assert problem(await ada.sign_in()) == (401, "wrong_credentials")
    elif way == "close":
        refused = await ada.ask("DELETE", "users/me", json={"password": PASSWORD})
        assert problem(refused) == (403, "wrong_password")
    else:
        body = {"current_password": PASSWORD, "new_password": "Medlar-and-quince"}
        assert problem(await ada.ask("POST", "users/me/password", json=body)) == (403, "wrong_password")
    monkeypatch.setattr(passwords, "is_right", verify)
    assert (await ada.sign_in(password="Quince-and-medlar")).is_success
