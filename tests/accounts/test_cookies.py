"""Browsers keep their refresh token where no script can read it."""

from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from cultivar.accounts.rules import REPLY_LOST
from cultivar.accounts.tables import SessionRow
from cultivar.kernel.clock import now
from cultivar.kernel.database import Database

from .conftest import EMAIL, PASSWORD, Person
from .test_api import problem

COOKIE = "cultivar_refresh"


def cookie_of(answer: httpx.Response) -> dict[str, str]:
    morsel = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    return {"value": morsel.value, **{name: str(value) for name, value in morsel.items() if value}}


async def test_a_browsers_refresh_token_is_a_cookie_and_its_access_token_short(ada: Person) -> None:
    answer = await ada.sign_in(params={"cookie": "true"})
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    assert answer.json()["expires_in"] == 15 * 60
    cookie = cookie_of(answer)
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/api/v1/auth", "strict", "True")
    assert "secure" not in cookie
    assert 29 * 24 * 3600 < int(cookie["max-age"]) <= 30 * 24 * 3600


async def test_over_https_the_cookie_never_travels_in_the_clear(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://leaves.example.org") as http:
        answer = await http.post("/api/v1/auth/guest?cookie=true")
    assert cookie_of(answer)["secure"] == "True"


async def test_a_browser_refreshes_with_its_cookie_and_gets_the_next_one(stranger: Person) -> None:
    first = await stranger.ask("POST", "auth/guest?cookie=true")
    second = await stranger.ask("POST", "auth/refresh?cookie=true")
    assert second.status_code == 200
    assert "refresh_token" not in second.json()
    assert cookie_of(second)["value"] != cookie_of(first)["value"]
    stranger.tokens = second.json()
    assert (await stranger.ask("GET", "users/me")).json()["role"] == "guest"


async def test_an_answer_that_was_lost_on_the_way_signs_nobody_out(stranger: Person) -> None:
    before = cookie_of(await stranger.ask("POST", "auth/guest?cookie=true"))["value"]
    lost = cookie_of(await stranger.ask("POST", "auth/refresh?cookie=true"))["value"]
    stranger.http.cookies.clear()
    again = await stranger.ask("POST", "auth/refresh?cookie=true", headers={"Cookie": f"{COOKIE}={before}"})
    assert again.status_code == 200
    stranger.tokens = again.json()
    assert (await stranger.ask("GET", "users/me")).status_code == 200
    for spent in (cookie_of(again)["value"], lost):
        stranger.http.cookies.clear()
        answer = await stranger.ask("POST", "auth/refresh?cookie=true", headers={"Cookie": f"{COOKIE}={spent}"})
        assert answer.status_code == 200


async def test_a_token_two_refreshes_old_ends_the_session_at_once(stranger: Person) -> None:
    stolen = cookie_of(await stranger.ask("POST", "auth/guest?cookie=true"))["value"]
    for _ in range(2):
        await stranger.ask("POST", "auth/refresh?cookie=true")
    stranger.http.cookies.clear()
    replayed = await stranger.ask("POST", "auth/refresh?cookie=true", headers={"Cookie": f"{COOKIE}={stolen}"})
    assert problem(replayed) == (401, "session_ended")


async def test_a_stolen_cookie_ends_the_session(stranger: Person, db: Database) -> None:
    stolen = cookie_of(await stranger.ask("POST", "auth/guest?cookie=true"))["value"]
    stranger.tokens = (await stranger.ask("POST", "auth/refresh?cookie=true")).json()
    stranger.http.cookies.clear()
    async with db.transaction() as session:
        await session.execute(update(SessionRow).values(last_used_at=now() - 2 * REPLY_LOST))
    replayed = await stranger.ask("POST", "auth/refresh?cookie=true", headers={"Cookie": f"{COOKIE}={stolen}"})
    assert problem(replayed) == (401, "session_ended")
    assert problem(await stranger.ask("GET", "users/me")) == (401, "session_ended")


async def test_signing_out_removes_the_cookie(stranger: Person) -> None:
    stranger.tokens = (await stranger.ask("POST", "auth/guest?cookie=true")).json()
    answer = await stranger.ask("POST", "auth/logout")
    assert cookie_of(answer)["max-age"] == "0"
    assert COOKIE not in stranger.http.cookies


@pytest.mark.parametrize("route", ["auth/guest", "auth/token", "auth/refresh"])
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    ids=["origin", "fetch-site", "sandbox"],
)
async def test_another_sites_page_gets_no_cookie(ada: Person, route: str, headers: dict[str, str]) -> None:
    await ada.ask("POST", "auth/guest?cookie=true")
    form = {"username": EMAIL, "password": PASSWORD}
    answer = await ada.ask(
        "POST", f"{route}?cookie=true", headers=headers, data=form if route == "auth/token" else None
    )
    assert problem(answer) == (400, "wrong_origin")
    assert "set-cookie" not in answer.headers


async def test_a_page_of_this_server_gets_one(stranger: Person) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    answer = await stranger.ask("POST", "auth/guest?cookie=true", headers=headers)
    assert answer.status_code == 201
    assert COOKIE in stranger.http.cookies
