"""The same request twice is one answer."""

import asyncio
import secrets
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.predictions import idempotency
from cultivar.predictions.idempotency import Claim
from cultivar.predictions.tables import KeptAnswer, Prediction
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import leaf


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(8)}


@pytest.mark.parametrize("consent", ["none", "store"])
def test_the_same_request_gets_the_same_answer(user: Person, consent: str) -> None:
    key = _key()
    first = user.predict(leaf(), consent=consent, headers=key)
    again = user.predict(leaf(), consent=consent, headers=key)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert fine(first) == fine(again)
    assert first.content == again.content
    assert user.get("/predictions")["total"] == (1 if consent == "store" else 0)


def test_a_photo_as_the_body_repeats_one_in_a_form(user: Person) -> None:
    key = _key()
    first = user.ask(leaf(), consent="store", headers=key)
    raw = user.http.post(
        "/predict", content=leaf(), params={"consent": "store"}, headers={"Content-Type": "image/jpeg"} | key
    )
    assert fine(raw) == first


def test_another_request_with_the_same_key_is_refused(user: Person) -> None:
    key = _key()
    user.ask(leaf(), consent="store", headers=key)
    problem(user.predict(leaf(seed=1), consent="store", headers=key), 422, "idempotency_mismatch")
    problem(user.predict(leaf(), consent="none", headers=key), 422, "idempotency_mismatch")
    problem(user.predict(leaf(), leaf(), consent="store", headers=key), 422, "idempotency_mismatch")
    assert user.get("/predictions")["total"] == 1


def test_a_key_is_each_persons_own(app: Served, user: Person) -> None:
    key, other = _key(), app.guest()
    mine = user.ask(leaf(), consent="store", headers=key)
    theirs = other.ask(leaf(seed=1), consent="store", headers=key)
    assert mine["prediction_id"] != theirs["prediction_id"]


def test_a_failure_is_not_remembered(user: Person) -> None:
    key = _key()
    problem(user.predict(b"no photo", headers=key), 400, "unreadable_image")
    user.ask(leaf(), consent="store", headers=key)


@pytest.mark.parametrize("key", ["", "x" * 256, "sch\u00f6n"])
def test_a_key_is_visible_text(user: Person, key: str) -> None:
    problem(user.predict(leaf(), headers={"Idempotency-Key": key.encode("latin-1")}), 422, "invalid")  # type: ignore[dict-item]


def test_a_deleted_prediction_takes_its_kept_answer_along(app: Served, user: Person) -> None:
    key = _key()
    first = user.ask(leaf(), consent="store", headers=key)
    assert user.http.delete(f"/predictions/{first['prediction_id']}").status_code == 204
    assert app.rows(lambda session: _kept(session, first)) == 0
    assert user.ask(leaf(), consent="store", headers=key)["prediction_id"] != first["prediction_id"]


def test_after_thirty_days_a_key_is_free_again(app: Served, user: Person) -> None:
    key = _key()
    first = user.ask(leaf(), consent="store", headers=key)

    async def age(session: AsyncSession) -> None:
        row = await session.scalar(select(KeptAnswer).where(KeptAnswer.prediction_id == UUID(first["prediction_id"])))
        assert row is not None
        row.created_at -= timedelta(days=31)

    app.rows(age)
    second = user.predict(leaf(seed=1), consent="store", headers=key)
    assert "idempotency-replayed" not in second.headers
    assert fine(second)["prediction_id"] != first["prediction_id"]
    assert fine(user.predict(leaf(seed=1), consent="store", headers=key)) == fine(second)


def test_answers_are_forgotten_after_thirty_days(app: Served, user: Person) -> None:
    answers = [user.ask(leaf(), consent="store", headers=_key()) for _ in range(2)]

    async def age(session: AsyncSession) -> None:
        old = (
            update(KeptAnswer)
            .where(KeptAnswer.prediction_id == UUID(answers[0]["prediction_id"]))
            .values(created_at=idempotency.now() - timedelta(days=30, seconds=1))
        )
        await session.execute(old)

    app.rows(age)
    assert app.rows(idempotency.forget) >= 1
    assert [app.rows(lambda session, a=answer: _kept(session, a)) for answer in answers] == [0, 1]


async def _kept(session: AsyncSession, answer: dict[str, str]) -> int:
    statement = select(func.count()).select_from(KeptAnswer)
    return await session.scalar(statement.where(KeptAnswer.prediction_id == UUID(answer["prediction_id"]))) or 0


def test_twins_at_once_are_one_prediction(app: Served, user: Person) -> None:
    key = _key()

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=user.http.base_url, headers=user.http.headers, timeout=30) as client:
            files = [("file", ("a.jpg", leaf(), "image/jpeg"))]
            sent = [client.post("/predict", files=files, data={"consent": "store"}, headers=key) for _ in range(6)]
            return list(await asyncio.gather(*sent))

    answers = app.run(send)
    assert len({fine(answer)["prediction_id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    assert user.get("/predictions")["total"] == 1


def test_of_twins_in_two_processes_the_database_keeps_one(app: Served, user: Person) -> None:
    """Two transactions claim one key at once: the second waits for the first, then finds its answer."""
    answers = [user.ask(leaf(), consent="store") for _ in range(2)]
    claim = Claim(secrets.token_hex(32), secrets.token_hex(32))

    async def race() -> list[bool]:
        return list(await asyncio.gather(*(claim_it(answer) for answer in answers)))

    async def claim_it(answer: dict[str, str]) -> bool:
        async with app.world.db.transaction() as session:
            won = await idempotency.remember(session, claim, UUID(answer["prediction_id"]), "{}", at=now())
            await asyncio.sleep(0)
            assert won or await idempotency.recall(session, claim) == "{}"
            return won

    assert sorted(app.run(race)) == [False, True]


def test_a_kept_answer_cannot_outlive_its_prediction(app: Served) -> None:
    async def orphans(session: AsyncSession) -> int:
        alive = select(Prediction.id).where(Prediction.id == KeptAnswer.prediction_id).exists()
        return await session.scalar(select(func.count()).select_from(KeptAnswer).where(~alive)) or 0

    assert app.rows(orphans) == 0
