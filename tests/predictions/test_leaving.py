"""Who leaves, or takes their consent back, while their photo is looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from cultivar.accounts.tables import User
from cultivar.kernel.clock import now
from cultivar.predictions.service import ask
from cultivar.predictions.service.given import Given
from cultivar.predictions.tables import Prediction
from tests.support.app import PATIENCE_S, Person, Served, fine, problem
from tests.support.leaves import leaf


async def _erase(app: Served, user: Person) -> None:
    """Returns when the account is closed and its erasure has ended."""
    async with httpx.AsyncClient(base_url=user.http.base_url, headers=user.http.headers, timeout=PATIENCE_S) as http:
        assert (await http.delete("/users/me")).status_code == 204
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with app.world.db.reading() as session:
                if await session.get(User, user.id) is None:
                    return
            await asyncio.sleep(0.02)


async def _close(app: Served, user: Person) -> None:
    """As `DELETE users/me` does, before the erasure begins."""
    async with app.world.db.transaction() as session:
        await session.execute(update(User).where(User.id == user.id).values(closed_at=now()))


def _then(monkeypatch: pytest.MonkeyPatch, leave: Callable[[], Awaitable[None]]) -> list[Given]:
    """From now on `leave` comes right after each look; what was looked at."""
    looked: list[Given] = []
    look = ask.consider

    async def look_and_leave(*asked: Any) -> Given:
        looked.append(await look(*asked))
        await leave()
        return looked[-1]

    monkeypatch.setattr(ask, "consider", look_and_leave)
    return looked


@pytest.mark.parametrize("leave", [_erase, _close])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "leaving"}])
def test_of_somebody_who_leaves_during_the_look_nothing_is_kept(
    app: Served, user: Person, monkeypatch: pytest.MonkeyPatch, leave: Any, headers: dict[str, str]
) -> None:
    looked = _then(monkeypatch, lambda: leave(app, user))
    problem(user.predict(leaf(), consent="store", headers=headers), 401, "session_ended")
    (given,) = looked
    (photo,) = given.stored
    assert app.run(lambda: app.world.storage.exists(photo.key)) is False
    assert app.rows(lambda session: session.get(Prediction, given.id)) is None


def test_an_answer_without_an_owner_is_given_to_who_leaves_during_the_look(
    app: Served, user: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _then(monkeypatch, lambda: _erase(app, user))
    assert fine(user.predict(leaf(), consent="none"))["stored"] is False


@pytest.mark.parametrize(
    ("choices", "kept_as"), [(["none"], "store"), (["store", "train"], "store"), (["train"], "train")]
)
def test_a_choice_against_training_holds_for_what_is_looked_at(
    app: Served, user: Person, monkeypatch: pytest.MonkeyPatch, choices: list[str], kept_as: str
) -> None:
    async def choose() -> None:
        async with httpx.AsyncClient(base_url=user.http.base_url, headers=user.http.headers) as http:
            for choice in choices:
                (await http.put("/users/me/consents", json={"consent": choice})).raise_for_status()

    looked = _then(monkeypatch, choose)
    fine(user.predict(leaf(), consent="train"))
    row = app.rows(lambda session: session.get(Prediction, looked[0].id))
    assert row is not None
    assert row.consent == kept_as
