"""API keys: what services sign in with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts import rules, service
from cultivar.accounts.tables import ApiKey, User
from cultivar.kernel.database import Database, DatabaseUnavailable

from .conftest import EMAIL, Person
from .test_api import problem


async def make_key(person: Person, **wanted: Any) -> dict[str, Any]:
    answer = await person.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"], **wanted})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_key_is_shown_once_and_stored_as_a_hash(ada: Person, db: Database) -> None:
    made = await make_key(ada)
    assert made["key"].startswith("cvk_")
    assert made["start"] == made["key"][:12]
    listed = (await ada.ask("GET", "keys")).json()
    assert listed["items"] == [{name: value for name, value in made.items() if name != "key"}]
    async with db.reading() as session:
        row = await session.scalar(select(ApiKey))
    assert row
    assert made["key"] not in {str(value) for value in vars(row).values()}
    assert row.sha256 == rules.fingerprint(made["key"])


async def test_a_key_signs_in_as_its_owner_with_its_scopes_alone(ada: Person) -> None:
    program = Person(ada.http, {"access_token": (await make_key(ada))["key"]})
    assert problem(await program.ask("GET", "users/me")) == (403, "scope_missing")
    assert problem(await program.ask("GET", "keys")) == (403, "scope_missing")


@pytest.mark.parametrize("scopes", [["account"], ["admin"], ["predict", "datasets:read"]])
async def test_a_key_cannot_hold_more_than_its_maker_nor_the_account(ada: Person, scopes: list[str]) -> None:
    answer = await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": scopes})
    assert problem(answer) == (403, "scope_too_wide")
    assert (await ada.ask("GET", "keys")).json()["total"] == 0


async def test_a_guest_makes_no_keys(guest: Person) -> None:
    answer = await guest.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})
    assert problem(answer) == (403, "role_missing")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "\x00"},
        {"name": "x" * 81},
        {"scopes": []},
        {"expires_at": "2020-01-01T00:00:00"},
        {"expires_at": "soon"},
        {"expires_at": "9999-12-31T23:59:59-12:00"},
        {"key": "cvk_mine"},
    ],
)
async def test_a_key_that_does_not_fit_is_422(ada: Person, wrong: dict[str, Any]) -> None:
    answer = await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"], **wrong})
    assert problem(answer) == (422, "invalid")


async def test_a_key_does_not_begin_expired(ada: Person) -> None:
    past = {"name": "Greenhouse", "scopes": ["predict"], "expires_at": "2020-01-01T00:00:00Z"}
    assert problem(await ada.ask("POST", "keys", json=past)) == (400, "already_expired")


async def test_there_is_a_last_key(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "KEYS_AT_MOST", 2)
    for _ in range(2):
        await make_key(ada)
    answer = await ada.ask("POST", "keys", json={"name": "One more", "scopes": ["predict"]})
    assert problem(answer) == (409, "too_many_keys")


async def test_a_deleted_or_expired_key_fails_at_once(ada: Person, db: Database) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    deleted, expired = await make_key(ada), await make_key(ada, expires_at=later)
    assert (await ada.ask("DELETE", f"keys/{deleted['id']}")).status_code == 204
    async with db.transaction() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(ApiKey).where(ApiKey.id == UUID(expired["id"])).values(expires_at=past))
    for key in (deleted["key"], expired["key"], "cvk_made-up"):
        assert problem(await Person(ada.http, {"access_token": key}).ask("GET", "users/me")) == (401, "token_invalid")


async def test_a_key_notes_its_last_use_to_the_hour(ada: Person, db: Database) -> None:
    made = await make_key(ada)
    program = Person(ada.http, {"access_token": made["key"]})
    assert made["last_used_at"] is None
    await program.ask("GET", "users/me")
    first = (await ada.ask("GET", "keys")).json()["items"][0]["last_used_at"]
    await program.ask("GET", "users/me")
    assert first
    assert (await ada.ask("GET", "keys")).json()["items"][0]["last_used_at"] == first
    async with db.transaction() as session:
        await session.execute(update(ApiKey).values(last_used_at=datetime.now(UTC) - timedelta(hours=2)))
    await program.ask("GET", "users/me")
    assert (await ada.ask("GET", "keys")).json()["items"][0]["last_used_at"] >= first


async def test_a_key_loses_what_its_owner_loses(ada: Person, db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(update(User).where(User.email == EMAIL).values(role="expert"))
    key = (await make_key(ada, scopes=["datasets:read", "predict"]))["key"]
    assert (await identify(db, key)).scopes == {"datasets:read", "predict"}
    async with db.transaction() as session:
        await session.execute(update(User).where(User.email == EMAIL).values(role="user"))
    assert (await identify(db, key)).scopes == {"predict"}


async def identify(db: Database, bearer: str) -> Any:
    async with db.reading() as session:
        return await service.authenticate(session, bearer)


class ReadOnly(Database):
    """A database that cannot be written to now."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        raise DatabaseUnavailable
        yield


async def test_a_key_works_while_its_use_cannot_be_noted(ada: Person, db: Database) -> None:
    key = (await make_key(ada))["key"]
    authenticate = service.authenticator(ReadOnly(db.url.render_as_string(hide_password=False)))
    async with db.reading() as session:
        assert (await authenticate(session, key)).scopes == {"predict"}
    assert (await ada.ask("GET", "keys")).json()["items"][0]["last_used_at"] is None


async def test_a_scope_that_there_is_not_is_a_mistake_and_the_others_are_named(ada: Person) -> None:
    answer = await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict", "everything"]})
    assert problem(answer) == (422, "unknown_scope")
    assert "'everything'" in answer.json()["detail"]
    assert "predictions:read" in answer.json()["detail"]
    assert "account" not in answer.json()["detail"]
