"""Accounts over HTTP: what a client of each kind meets."""

from uuid import uuid4

import httpx
import pytest

from .conftest import EMAIL, PASSWORD, Person


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_who_registers_can_sign_in_right_after(stranger: Person) -> None:
    made = await stranger.register()
    assert made.status_code == 201
    assert made.json()["email"] == EMAIL
    assert made.json()["role"] == "user"
    signed_in = await stranger.sign_in()
    assert signed_in.status_code == 200
    assert signed_in.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (signed_in.json()["token_type"], signed_in.json()["expires_in"]) == ("bearer", 24 * 3600)
    assert (await stranger.ask("GET", "users/me")).json() == made.json()


async def test_an_e_mail_is_taken_in_any_case(ada: Person) -> None:
    assert problem(await ada.register("ADA@Example.org")) == (409, "email_taken")
    assert (await ada.sign_in("ADA@Example.ORG ")).status_code == 200


@pytest.mark.parametrize("password", ["short", "password123", "ada@example.org", "aaaaaaaaaaaa"])
async def test_a_weak_password_is_refused_and_makes_no_account(stranger: Person, password: str) -> None:
    assert problem(await stranger.register(password=password)) == (422, "weak_password")
    assert problem(await stranger.sign_in(password=password)) == (401, "wrong_credentials")
    assert (await stranger.register()).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": EMAIL},
        {"email": "ada", "password": PASSWORD},
        {"email": EMAIL, "password": 1234567890},
        {"email": EMAIL, "password": PASSWORD, "role": "admin"},
        {"email": EMAIL, "password": "x" * 5000},
        {"email": "a\x00@example.org", "password": PASSWORD},
    ],
)
async def test_a_body_that_does_not_fit_is_422_and_never_repeated(stranger: Person, body: dict[str, object]) -> None:
    answer = await stranger.ask("POST", "auth/register", json=body)
    assert problem(answer) == (422, "invalid")
    assert PASSWORD not in answer.text


async def test_a_wrong_password_and_an_unknown_e_mail_look_the_same(ada: Person) -> None:
    wrong = await ada.sign_in(password="Leaf-rust-in-July")
    unknown = await ada.sign_in("eve@example.org")
    assert problem(wrong) == problem(unknown) == (401, "wrong_credentials")
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_after_too_many_failures_even_the_right_password_waits(ada: Person) -> None:
    for _ in range(5):
        assert problem(await ada.sign_in(password="Leaf-rust-in-July")) == (401, "wrong_credentials")
    refused = await ada.sign_in()
    assert problem(refused) == (429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert problem(await ada.sign_in("eve@example.org")) == (401, "wrong_credentials")


async def test_a_success_forgets_the_failures(ada: Person) -> None:
    for _ in range(2):
        for _ in range(4):
            await ada.sign_in(password="Leaf-rust-in-July")
        assert (await ada.sign_in()).status_code == 200


async def test_a_guest_keeps_id_and_session_when_upgraded(guest: Person) -> None:
    before = (await guest.ask("GET", "users/me")).json()
    assert (before["role"], before["email"]) == ("guest", None)
    upgraded = await guest.ask("POST", "auth/upgrade", json={"email": EMAIL, "password": PASSWORD})
    assert upgraded.status_code == 200
    after = (await guest.ask("GET", "users/me")).json()
    assert upgraded.json() == after == {**before, "role": "user", "email": EMAIL}
    assert (await guest.sign_in()).status_code == 200
    assert (await guest.ask("GET", "users/me")).json()["id"] == before["id"]


async def test_only_a_guest_is_upgraded_and_only_to_a_free_e_mail(ada: Person, guest: Person) -> None:
    body = {"email": "eve@example.org", "password": PASSWORD}
    assert problem(await ada.ask("POST", "auth/upgrade", json=body)) == (409, "already_registered")
    taken = await guest.ask("POST", "auth/upgrade", json={**body, "email": EMAIL})
    assert problem(taken) == (409, "email_taken")
    assert (await guest.ask("GET", "users/me")).json()["role"] == "guest"


async def test_a_refresh_token_works_once_and_its_copy_ends_the_session(ada: Person) -> None:
    assert ada.tokens
    first = ada.tokens["refresh_token"]
    renewed = (await ada.ask("POST", "auth/refresh", json={"refresh_token": first})).json()
    ada.tokens = renewed
    assert (await ada.ask("GET", "users/me")).status_code == 200
    assert problem(await ada.ask("POST", "auth/refresh", json={"refresh_token": first})) == (401, "session_ended")
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    again = await ada.ask("POST", "auth/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert problem(again) == (401, "session_ended")


async def test_tokens_are_not_taken_for_one_another(ada: Person) -> None:
    assert ada.tokens
    swapped = {"refresh_token": ada.tokens["access_token"]}
    assert problem(await ada.ask("POST", "auth/refresh", json=swapped)) == (401, "token_invalid")
    ada.tokens = {"access_token": ada.tokens["refresh_token"]}
    assert problem(await ada.ask("GET", "users/me")) == (401, "token_invalid")


async def test_a_refresh_without_a_token_says_how(stranger: Person) -> None:
    assert problem(await stranger.ask("POST", "auth/refresh")) == (422, "refresh_token_missing")
    assert problem(await stranger.ask("POST", "auth/refresh?cookie=true")) == (422, "refresh_token_missing")


async def test_who_signs_out_is_out_at_once(ada: Person) -> None:
    assert (await ada.ask("POST", "auth/logout")).status_code == 204
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")


async def test_sessions_are_listed_and_ended_one_by_one(ada: Person) -> None:
    elsewhere = Person(ada.http)
    await elsewhere.sign_in(headers={"User-Agent": "A phone"})
    listed = (await ada.ask("GET", "sessions")).json()
    assert [(one["client"], one["current"]) for one in listed["items"]] == [
        ("A phone", False),
        (ada.http.headers["user-agent"], True),
    ]
    assert (listed["total"], listed["next_cursor"]) == (2, None)
    assert (await ada.ask("DELETE", f"sessions/{listed['items'][0]['id']}")).status_code == 204
    assert problem(await elsewhere.ask("GET", "users/me")) == (401, "session_ended")
    assert (await ada.ask("GET", "users/me")).status_code == 200


async def test_sessions_are_read_page_by_page(ada: Person) -> None:
    for _ in range(4):
        await Person(ada.http).sign_in()
    everything = [one["id"] for one in (await ada.ask("GET", "sessions")).json()["items"]]
    read: list[str] = []
    path = "sessions?limit=2"
    while path:
        page = (await ada.ask("GET", path)).json()
        read += [one["id"] for one in page["items"]]
        path = f"sessions?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert read == everything
    assert len(read) == 5


@pytest.mark.parametrize(("query", "stays"), [("", False), ("?keep_current=true", True)])
async def test_all_sessions_end_at_once(ada: Person, query: str, stays: bool) -> None:
    elsewhere = Person(ada.http)
    await elsewhere.sign_in()
    assert (await ada.ask("DELETE", f"sessions{query}")).status_code == 204
    assert (await elsewhere.ask("GET", "users/me")).status_code == 401
    assert (await ada.ask("GET", "users/me")).is_success is stays


async def test_nobody_sees_or_ends_the_sessions_and_keys_of_others(ada: Person, guest: Person) -> None:
    session = (await ada.ask("GET", "sessions")).json()["items"][0]["id"]
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()["id"]
    assert (await guest.ask("GET", "sessions")).json()["total"] == 1
    assert (await guest.ask("GET", "keys")).json()["total"] == 0
    assert problem(await guest.ask("DELETE", f"sessions/{session}")) == (404, "unknown_session")
    assert problem(await guest.ask("DELETE", f"keys/{key}")) == (404, "unknown_key")
    assert problem(await ada.ask("DELETE", f"sessions/{uuid4()}")) == (404, "unknown_session")
    assert (await ada.ask("GET", "keys")).json()["items"][0]["id"] == key
