"""People as administrators see and govern them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from cultivar.accounts import service
from cultivar.accounts.tables import User
from cultivar.kernel.actor import Role
from cultivar.kernel.database import Database

from .conftest import EMAIL, PASSWORD, Person
from .test_api import problem


async def somebody(db: Database, http: httpx.AsyncClient, email: str, role: Role) -> Person:
    async with db.transaction() as session:
        await service.create_user(session, email, PASSWORD, role=role)
    person = Person(http)
    assert (await person.sign_in(email)).is_success
    return person


@pytest.fixture
async def root(db: Database, http: httpx.AsyncClient) -> Person:
    """An administrator."""
    return await somebody(db, http, "root@example.org", "admin")


async def id_of(person: Person) -> str:
    return str((await person.ask("GET", "users/me")).json()["id"])


async def listed(admin: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await admin.ask("GET", f"users{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_everybody_is_listed_with_what_works_of_theirs(root: Person, ada: Person, guest: Person) -> None:
    await Person(ada.http).sign_in()
    await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})
    found = {one["email"]: one for one in await listed(root)}
    assert {email: one["role"] for email, one in found.items()} == {
        "root@example.org": "admin", EMAIL: "user", None: "guest",
    }  # fmt: skip
    assert found[EMAIL].keys() == {
        *("id", "email", "role", "disabled", "disabled_at", "created_at", "sessions", "keys", "last_used_at"),
    }
    assert (found[EMAIL]["sessions"], found[EMAIL]["keys"], found[EMAIL]["disabled"]) == (2, 1, False)
    assert found[EMAIL]["last_used_at"].endswith("Z")
    await guest.ask("POST", "auth/logout")
    (gone,) = await listed(root, "?role=guest")
    assert (gone["sessions"], gone["last_used_at"]) == (0, None)


async def test_no_list_shows_what_a_password_became(root: Person, ada: Person) -> None:
    for path in ("users", f"users/{await id_of(ada)}/sessions", f"users/{await id_of(ada)}/keys"):
        text = (await root.ask("GET", path)).text
        assert "password" not in text
        assert "argon2" not in text
        assert "sha256" not in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?role=admin", ["root"]),
        ("?role=expert", ["eve", "ev_e"]),
        ("?email=ev", ["eve", "ev_e"]),
        ("?email=EV_", ["ev_e"]),
        ("?email=%25", []),
        ("?email=example.org", []),
        ("?disabled=true", ["eve"]),
        ("?disabled=false", ["root", "ev_e"]),
        ("?disabled=false&role=expert", ["ev_e"]),
    ],
)
async def test_the_list_is_filtered(root: Person, db: Database, query: str, names: list[str]) -> None:
    for name in ("eve", "ev_e"):
        await somebody(db, root.http, f"{name}@example.org", "expert")
    (eve,) = await listed(root, "?email=eve")
    await root.ask("PATCH", f"users/{eve['id']}", json={"disabled": True})
    found = await listed(root, query)
    assert {one["email"].partition("@")[0] for one in found} == set(names)


async def test_the_list_is_read_page_by_page_newest_first(root: Person) -> None:
    for _ in range(4):
        await Person(root.http).be_guest()
    everything = [one["id"] for one in await listed(root)]
    read: list[str] = []
    path = "users?limit=2"
    while path:
        page = (await root.ask("GET", path)).json()
        assert page["total"] == 5
        read += [one["id"] for one in page["items"]]
        path = f"users?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert read == everything == sorted(everything, reverse=True)
    assert problem(await root.ask("GET", "users?cursor=nonsense")) == (422, "invalid_cursor")
    assert problem(await root.ask("GET", "users?name=eve")) == (422, "invalid")


async def test_who_is_no_administrator_governs_nobody(ada: Person, guest: Person, db: Database) -> None:
    eve = await somebody(db, ada.http, "eve@example.org", "expert")
    target = await id_of(guest)
    for person in (ada, guest, eve):
        for way in ("GET users", f"GET users/{target}/sessions", f"GET users/{target}/keys", f"PATCH users/{target}"):
            body = {"disabled": True} if way.startswith("PATCH") else None
            assert problem(await person.ask(*way.split(" "), json=body)) == (403, "role_missing")
        assert problem(await person.ask("DELETE", f"users/{target}/sessions")) == (403, "role_missing")
        assert problem(await person.ask("DELETE", f"users/{target}/keys/{uuid4()}")) == (403, "role_missing")


async def test_a_role_is_given_and_taken_at_once(root: Person, ada: Person, audit: list[dict[str, Any]]) -> None:
    target = await id_of(ada)
    for role in ("admin", "expert", "user"):
        answer = await root.ask("PATCH", f"users/{target}", json={"role": role})
        assert (answer.status_code, answer.json()["role"]) == (200, role)
        assert (await ada.ask("GET", "users/me")).json()["role"] == role
        assert (await ada.ask("GET", "users")).status_code == (200 if role == "admin" else 403)
    noted = [line for line in audit if line["event"] == "account.role_changed"]
    assert [(line["before"], line["role"]) for line in noted] == [
        ("user", "admin"), ("admin", "expert"), ("expert", "user"),
    ]  # fmt: skip
    assert {(line["user_id"], line["by"]) for line in noted} == {(target, await id_of(root))}


async def test_who_is_disabled_is_out_at_once_and_stays_out(
    root: Person, ada: Person, audit: list[dict[str, Any]]
) -> None:
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()["key"]
    target, refresh = await id_of(ada), (ada.tokens or {})["refresh_token"]
    answer = await root.ask("PATCH", f"users/{target}", json={"disabled": True})
    assert (answer.json()["disabled"], answer.json()["sessions"], answer.json()["keys"]) == (True, 0, 0)
    again = await root.ask("PATCH", f"users/{target}", json={"disabled": True})
    assert again.json() == answer.json()
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    assert problem(await ada.ask("POST", "auth/refresh", json={"refresh_token": refresh})) == (401, "session_ended")
    program = Person(ada.http, {"access_token": key})
    assert problem(await program.ask("GET", "users/me")) == (401, "token_invalid")
    assert problem(await ada.sign_in()) == (403, "account_disabled")
    assert problem(await ada.sign_in(password="Leaf-rust-in-July")) == (401, "wrong_credentials")
    assert problem(await ada.register()) == (409, "email_taken")
    assert [line["by"] for line in audit if line["event"] == "account.disabled"] == [await id_of(root)]


async def test_who_is_enabled_again_signs_in_anew_and_finds_everything(root: Person, ada: Person) -> None:
    await ada.ask("PUT", "users/me/consents", json={"consent": "store"})
    target = await id_of(ada)
    for disabled in (True, False):
        answer = await root.ask("PATCH", f"users/{target}", json={"disabled": disabled})
        assert (answer.json()["disabled"], answer.json()["disabled_at"] is not None) == (disabled, disabled)
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    assert (await ada.sign_in()).is_success
    me = (await ada.ask("GET", "users/me")).json()
    assert (me["id"], me["consent"]) == (target, "store")


async def test_a_key_of_somebody_disabled_opens_nothing_however_it_was_made(
    root: Person, ada: Person, db: Database
) -> None:
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()["key"]
    async with db.transaction() as session:
        await session.execute(update(User).where(User.email == EMAIL).values(disabled_at=User.created_at))
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    assert problem(await Person(ada.http, {"access_token": key}).ask("GET", "users/me")) == (401, "token_invalid")


@pytest.mark.parametrize("body", [{"role": "expert"}, {"disabled": True}, {"role": "admin", "disabled": True}])
async def test_an_administrator_does_not_take_their_own_rights(root: Person, body: dict[str, Any]) -> None:
    me = await id_of(root)
    assert problem(await root.ask("PATCH", f"users/{me}", json=body)) == (409, "own_account")
    assert (await root.ask("GET", "users/me")).json()["role"] == "admin"
    unchanged = await root.ask("PATCH", f"users/{me}", json={"role": "admin", "disabled": False})
    assert unchanged.status_code == 200
    assert (await root.ask("GET", "users/me")).is_success


async def test_of_two_administrators_who_demote_each_other_one_stays(root: Person, db: Database) -> None:
    for round_ in range(5):
        other = await somebody(db, root.http, f"eve{round_}@example.org", "admin")
        ids = await id_of(root), await id_of(other)
        answers = await asyncio.gather(
            root.ask("PATCH", f"users/{ids[1]}", json={"role": "user"}),
            other.ask("PATCH", f"users/{ids[0]}", json={"disabled": True}),
        )
        assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403])
        root = root if answers[0].is_success else other
        assert [one["id"] for one in await listed(root, "?role=admin&disabled=false")] == [await id_of(root)]


async def test_the_only_administrator_stays_until_there_is_another(root: Person, ada: Person) -> None:
    assert problem(await root.ask("DELETE", "users/me")) == (409, "last_admin")
    assert (await root.ask("GET", "users/me")).json()["role"] == "admin"
    await root.ask("PATCH", f"users/{await id_of(ada)}", json={"role": "admin"})
    assert (await root.ask("DELETE", "users/me")).status_code == 204
    assert problem(await ada.ask("DELETE", "users/me")) == (409, "last_admin")


async def test_a_disabled_administrator_is_no_other(root: Person, db: Database) -> None:
    other = await somebody(db, root.http, "eve@example.org", "admin")
    await root.ask("PATCH", f"users/{await id_of(other)}", json={"disabled": True})
    assert problem(await root.ask("DELETE", "users/me")) == (409, "last_admin")


async def test_of_administrators_who_leave_at_once_one_stays(root: Person, db: Database) -> None:
    for round_ in range(5):
        other = await somebody(db, root.http, f"eve{round_}@example.org", "admin")
        answers = await asyncio.gather(*(person.ask("DELETE", "users/me") for person in (root, other)))
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        root = other if answers[0].is_success else root
        assert [one["id"] for one in await listed(root, "?role=admin")] == [await id_of(root)]


@pytest.mark.parametrize("disabled", [True, False])
async def test_a_guest_keeps_their_role_but_can_be_disabled(root: Person, guest: Person, disabled: bool) -> None:
    target = await id_of(guest)
    assert problem(await root.ask("PATCH", f"users/{target}", json={"role": "user"})) == (409, "guest_keeps_role")
    assert (await guest.ask("GET", "users/me")).json()["role"] == "guest"
    answer = await root.ask("PATCH", f"users/{target}", json={"disabled": disabled})
    assert answer.json()["disabled"] is disabled
    assert (await guest.ask("GET", "users/me")).status_code == (401 if disabled else 200)


@pytest.mark.parametrize(
    "body", [{"role": "guest"}, {"role": "owner"}, {"disabled": "yes"}, {"disabled": 1}, {"email": EMAIL}, [], None]
)
async def test_a_change_that_does_not_fit_changes_nothing(root: Person, ada: Person, body: object) -> None:
    target = await id_of(ada)
    assert problem(await root.ask("PATCH", f"users/{target}", json=body)) == (422, "invalid")
    assert (await ada.ask("GET", "users/me")).json()["role"] == "user"


async def test_nothing_sent_changes_nothing(root: Person, ada: Person, audit: list[dict[str, Any]]) -> None:
    answer = await root.ask("PATCH", f"users/{await id_of(ada)}", json={})
    assert (answer.status_code, answer.json()["role"], answer.json()["disabled"]) == (200, "user", False)
    assert [line for line in audit if line["event"].startswith("account.")] == []


@pytest.mark.parametrize("who", [UUID(int=7), "closed"])
async def test_nobody_and_who_has_left_are_unknown(root: Person, ada: Person, who: object) -> None:
    target = await id_of(ada) if who == "closed" else who
    if who == "closed":
        await ada.ask("DELETE", "users/me")
    for verb, path in (("PATCH", ""), ("GET", "/sessions"), ("DELETE", "/sessions"), ("GET", "/keys")):
        body = {} if verb == "PATCH" else None
        assert problem(await root.ask(verb, f"users/{target}{path}", json=body)) == (404, "unknown_user")
    assert problem(await root.ask("DELETE", f"users/{target}/keys/{uuid4()}")) == (404, "unknown_key")
    assert await listed(root, "?role=user") == ([] if who == "closed" else await listed(root, f"?email={EMAIL}"))


async def test_an_administrator_signs_somebody_out_and_ends_a_key(
    root: Person, ada: Person, audit: list[dict[str, Any]]
) -> None:
    target = await id_of(ada)
    keys = [
        (await ada.ask("POST", "keys", json={"name": name, "scopes": ["predict"]})).json() for name in ("one", "two")
    ]
    shown = (await root.ask("GET", f"users/{target}/keys")).json()
    assert [one["name"] for one in shown["items"]] == ["two", "one"]
    seen = (await root.ask("GET", f"users/{target}/sessions")).json()
    assert [one["current"] for one in seen["items"]] == [False]
    assert (await root.ask("DELETE", f"users/{target}/keys/{keys[0]['id']}")).status_code == 204
    again = await root.ask("DELETE", f"users/{target}/keys/{keys[0]['id']}")
    assert problem(again) == (404, "unknown_key")
    assert problem(await root.ask("DELETE", f"users/{await id_of(root)}/keys/{keys[1]['id']}")) == (404, "unknown_key")
    assert (await root.ask("DELETE", f"users/{target}/sessions")).status_code == 204
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    program = Person(ada.http, {"access_token": keys[1]["key"]})
    assert problem(await program.ask("GET", "users/me")) == (403, "scope_missing")  # it still works
    assert (await root.ask("GET", "users/me")).is_success
    by = [(line["event"], line["by"]) for line in audit if "by" in line]
    assert by == [("key.deleted", await id_of(root)), ("auth.sessions_ended", await id_of(root))]
