"""One's own account: consents, export, and the end of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from cultivar.accounts import service
from cultivar.accounts.tables import ApiKey, ConsentChange, SessionRow, User
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.outbox import OutboxRow

from .conftest import EMAIL, PASSWORD, Person
from .test_api import problem

pytestmark = pytest.mark.usefixtures("facts")


async def stated(db: Database) -> list[tuple[str, dict[str, Any]]]:
    async with db.reading() as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.fact, row.payload) for row in rows]


async def count(db: Database, table: Any) -> int:
    async with db.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_nothing_is_kept_until_somebody_chooses(guest: Person) -> None:
    found = (await guest.ask("GET", "users/me/consents")).json()
    assert (found["consent"], found["text_version"], found["chosen_at"]) == ("none", None, None)
    assert found["texts"]["choices"].keys() == {"none", "store", "train"}
    assert all(text["en"] and text["fr"] for text in found["texts"]["choices"].values())


async def test_each_choice_is_logged_with_its_text_and_a_change_is_a_fact(ada: Person, db: Database) -> None:
    version = (await ada.ask("GET", "users/me/consents")).json()["texts"]["version"]
    for choice in ("train", "train", "none"):
        answer = await ada.ask("PUT", "users/me/consents", json={"consent": choice, "text_version": version})
        assert (answer.json()["consent"], answer.json()["text_version"]) == (choice, version)
    async with db.reading() as session:
        log = (await session.scalars(select(ConsentChange).order_by(ConsentChange.id))).all()
    assert [(line.choice, line.text_version) for line in log] == [(c, version) for c in ("train", "train", "none")]
    assert [(fact["before"], fact["after"]) for _, fact in await stated(db)] == [("none", "train"), ("train", "none")]


async def test_a_choice_against_training_is_a_fact_even_if_it_was_the_choice_before(ada: Person, db: Database) -> None:
    for choice in ("none", "store", "store"):
        await ada.ask("PUT", "users/me/consents", json={"consent": choice})
    facts = [(fact["before"], fact["after"]) for _, fact in await stated(db)]
    assert facts == [("none", "none"), ("none", "store"), ("store", "store")]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"consent": "train", "text_version": "0"}, (409, "consent_text_changed")),
        ({"consent": "everything"}, (422, "invalid")),
        ({}, (422, "invalid")),
    ],
)
async def test_a_choice_that_cannot_be_made_changes_nothing(
    ada: Person, db: Database, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert problem(await ada.ask("PUT", "users/me/consents", json=body)) == refused
    assert (await ada.ask("GET", "users/me/consents")).json()["consent"] == "none"
    assert await count(db, ConsentChange) == 0


async def test_an_export_is_one_job_however_often_it_is_asked_for(ada: Person, db: Database) -> None:
    answers = [await ada.ask("GET", "users/me/export") for _ in range(2)]
    job_id = answers[0].json()["job_id"]
    assert [(answer.status_code, answer.json()["job_id"]) for answer in answers] == [(202, job_id)] * 2
    assert answers[0].headers["location"] == f"/api/v1/jobs/{job_id}"
    me = (await ada.ask("GET", "users/me")).json()["id"]
    async with db.reading() as session:
        job = await session.get_one(Job, UUID(job_id))
    assert (job.kind, job.owner_id, job.payload) == (service.EXPORT, UUID(me), {"user_id": me})


async def test_the_export_holds_all_rows_and_no_secret(ada: Person, db: Database) -> None:
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()
    await ada.ask("PUT", "users/me/consents", json={"consent": "store"})
    me = (await ada.ask("GET", "users/me")).json()
    async with db.reading() as session:
        data = await service.export(session, UUID(me["id"]))
        user = await session.get_one(User, UUID(me["id"]))
    assert data["account"] == me
    assert [one["name"] for one in data["keys"]] == ["Greenhouse"]
    assert [one["consent"] for one in data["consents"]] == ["store"]
    assert len(data["sessions"]) == 1
    assert key["key"] not in str(data)
    assert str(user.password_hash) not in str(data)


async def test_a_closed_account_fails_at_once_and_forgets_e_mail_and_password(ada: Person, db: Database) -> None:
    me = (await ada.ask("GET", "users/me")).json()["id"]
    key = (await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})).json()["key"]
    assert (await ada.ask("DELETE", "users/me")).status_code == 204
    assert problem(await ada.ask("GET", "users/me")) == (401, "session_ended")
    assert problem(await Person(ada.http, {"access_token": key}).ask("GET", "keys")) == (401, "token_invalid")
    assert problem(await ada.sign_in()) == (401, "wrong_credentials")
    assert [(name, fact["user_id"]) for name, fact in await stated(db)] == [("accounts.closed", me)]
    async with db.reading() as session:
        user = await session.get_one(User, UUID(me))
    assert (user.email, user.password_hash, user.closed_at is not None) == (None, None, True)
    assert (await ada.register()).status_code == 201


async def test_an_old_session_needs_the_password_to_close_the_account(ada: Person, db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(update(SessionRow).values(created_at=datetime.now(UTC) - timedelta(minutes=16)))
    assert problem(await ada.ask("DELETE", "users/me")) == (403, "password_needed")
    wrong = await ada.ask("DELETE", "users/me", json={"password": "Leaf-rust-in-July"})
    assert problem(wrong) == (403, "wrong_password")
    assert (await ada.ask("GET", "users/me")).json()["email"] == EMAIL
    assert (await ada.ask("DELETE", "users/me", json={"password": PASSWORD})).status_code == 204


async def test_a_stolen_token_is_no_way_to_guess_the_password(ada: Person) -> None:
    for _ in range(5):
        await ada.ask("DELETE", "users/me", json={"password": "Leaf-rust-in-July"})
    refused = await ada.ask("DELETE", "users/me", json={"password": PASSWORD})
    assert problem(refused) == (429, "too_many_attempts")


async def test_a_guest_closes_without_a_password(guest: Person, db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(update(SessionRow).values(created_at=datetime.now(UTC) - timedelta(days=3)))
    assert (await guest.ask("DELETE", "users/me")).status_code == 204
    assert problem(await guest.ask("GET", "users/me")) == (401, "session_ended")


async def test_a_guest_whose_last_session_is_gone_is_closed_like_one_who_asks(
    guest: Person, ada: Person, http: httpx.AsyncClient, db: Database
) -> None:
    away, back = Person(http), Person(http)
    for person in (away, back):
        await person.be_guest()
    left = UUID((await away.ask("GET", "users/me")).json()["id"])
    expired = UUID((await guest.ask("GET", "users/me")).json()["id"])
    await away.ask("POST", "auth/logout")
    await ada.ask("POST", "auth/logout")
    async with db.transaction() as session:
        gone = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(SessionRow).where(SessionRow.user_id == expired).values(expires_at=gone))
    for at_most, closed in ((1, 1), (10, 1), (10, 0)):
        async with db.transaction() as session:
            assert await service.close_abandoned(session, at_most=at_most) == closed
    facts = await stated(db)
    assert {name for name, _ in facts} == {"accounts.closed"}
    assert {UUID(fact["user_id"]) for _, fact in facts} == {left, expired}
    assert (await back.ask("GET", "users/me")).status_code == 200
    assert (await ada.sign_in()).status_code == 200


async def test_erasing_leaves_no_row_and_may_be_repeated(ada: Person, guest: Person, db: Database) -> None:
    await ada.ask("POST", "keys", json={"name": "Greenhouse", "scopes": ["predict"]})
    await ada.ask("PUT", "users/me/consents", json={"consent": "store"})
    me = UUID((await ada.ask("GET", "users/me")).json()["id"])
    for _ in range(2):
        async with db.transaction() as session:
            await service.erase(session, me)
    assert [await count(db, table) for table in (User, SessionRow, ApiKey, ConsentChange)] == [1, 1, 0, 0]
    assert (await guest.ask("GET", "users/me")).status_code == 200
