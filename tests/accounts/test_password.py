"""Changing a password: what ends with the old one, and what a guess costs."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from cultivar.accounts.tables import User
from cultivar.kernel.database import Database

from .conftest import EMAIL, PASSWORD, Person
from .test_api import problem

NEW = "Quince-and-medlar"


async def change(person: Person, current: str = PASSWORD, new: str = NEW) -> Any:
    body = {"current_password": current, "new_password": new}
    return await person.ask("POST", "users/me/password", json=body)


async def test_the_new_password_signs_in_and_the_old_one_does_not(ada: Person) -> None:
    assert (await change(ada)).status_code == 204
    assert problem(await Person(ada.http).sign_in()) == (401, "wrong_credentials")
    assert (await Person(ada.http).sign_in(password=NEW)).status_code == 200


async def test_all_other_sessions_end_and_this_one_and_keys_go_on(ada: Person) -> None:
    elsewhere = Person(ada.http)
    await elsewhere.sign_in()
    made = await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})
    program = Person(ada.http, {"access_token": made.json()["key"]})
    assert (await change(ada)).status_code == 204
    assert problem(await elsewhere.ask("GET", "users/me")) == (401, "session_ended")
    assert elsewhere.tokens
    body = {"refresh_token": elsewhere.tokens["refresh_token"]}
    assert problem(await elsewhere.ask("POST", "auth/refresh", json=body)) == (401, "session_ended")
    assert (await ada.ask("GET", "sessions")).json()["total"] == 1
    assert problem(await program.ask("GET", "users/me")) == (403, "scope_missing")  # it is still known


async def test_nobody_elses_sessions_end(ada: Person, guest: Person) -> None:
    assert (await change(ada)).status_code == 204
    assert (await guest.ask("GET", "users/me")).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "refused"),
    [
        ("Leaf-rust-in-July", NEW, (403, "wrong_password")),
        ("", NEW, (403, "wrong_password")),
        (PASSWORD, "short", (422, "weak_password")),
        (PASSWORD, "password123", (422, "weak_password")),
        (PASSWORD, EMAIL, (422, "weak_password")),
        (PASSWORD, PASSWORD, (422, "weak_password")),
        (PASSWORD, "x" * 5000, (422, "invalid")),
    ],
)
async def test_a_change_that_is_refused_changes_nothing(
    ada: Person, current: str, new: str, refused: tuple[int, str]
) -> None:
    elsewhere = Person(ada.http)
    await elsewhere.sign_in()
    answer = await change(ada, current, new)
    assert problem(answer) == refused
    assert new not in answer.text
    assert (await elsewhere.ask("GET", "users/me")).status_code == 200
    assert (await Person(ada.http).sign_in()).status_code == 200


async def test_a_password_that_is_typed_on_another_keyboard_is_the_same(ada: Person) -> None:
    assert (await change(ada, new="Cafe\u0301-au-lait-9")).status_code == 204
    assert (await Person(ada.http).sign_in(password="Caf\u00e9-au-lait-9")).status_code == 200


async def test_who_guesses_the_password_waits_even_with_the_right_one(ada: Person) -> None:
    answers = await asyncio.gather(*(change(ada, f"Leaf-rust-{n}") for n in range(8)))
    assert (
        sorted(problem(answer) for answer in answers)
        == [(403, "wrong_password")] * 5 + [(429, "too_many_attempts")] * 3
    )
    refused = await change(ada)
    assert problem(refused) == (429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_a_success_forgets_the_wrong_guesses(ada: Person) -> None:
    for current, new in ((PASSWORD, NEW), (NEW, PASSWORD)):
        for _ in range(4):
            await change(ada, "Leaf-rust-in-July")
        assert (await change(ada, current, new)).status_code == 204


async def test_without_a_password_there_is_none_to_change(guest: Person, stranger: Person) -> None:
    assert problem(await change(guest)) == (403, "role_missing")
    assert problem(await change(stranger)) == (401, "not_signed_in")


async def test_of_two_changes_at_once_one_wins(ada: Person, db: Database) -> None:
    other = Person(ada.http)
    await other.sign_in()
    answers = await asyncio.gather(change(ada), change(other, new="Medlar-and-quince"))
    assert sum(answer.status_code == 204 for answer in answers) == 1
    signed_in = [await Person(ada.http).sign_in(password=one) for one in (NEW, "Medlar-and-quince")]
    assert [one.is_success for one in signed_in] == [answer.status_code == 204 for answer in answers]


async def test_a_sign_in_with_the_old_password_does_not_outlive_the_change(ada: Person) -> None:
    elsewhere = [Person(ada.http) for _ in range(4)]
    await asyncio.gather(change(ada), *(one.sign_in() for one in elsewhere))
    inside = [one for one in elsewhere if one.tokens]
    assert [(await one.ask("GET", "users/me")).status_code for one in inside] == [401] * len(inside)


async def test_only_the_hash_is_kept_and_the_log_names_no_secret(
    ada: Person, db: Database, audit: list[dict[str, Any]]
) -> None:
    await change(ada, "Leaf-rust-in-July")
    await change(ada)
    async with db.reading() as session:
        user = await session.scalar(select(User))
    assert user
    assert str(user.password_hash).startswith("$argon2id$")
    assert [line["event"] for line in audit] == ["auth.refused", "account.password_changed"]
    for secret in (EMAIL, PASSWORD, NEW, "July"):
        assert secret not in str(audit)
