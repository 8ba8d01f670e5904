"""What is kept of a request, for each way of consenting."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from secrets import token_hex
from typing import Any

import pytest
import structlog
from sqlalchemy import String, cast, func, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from cultivar.kernel.database import Base
from cultivar.kernel.tokens import unsign
from cultivar.photos.tables import Photo
from cultivar.predictions.service.lending import FEEDBACK
from cultivar.predictions.tables import KeptAnswer, Prediction
from tests.support.app import Person, Served, fine, problem, wait_until
from tests.support.leaves import leaf

PLACE = {"latitude": "48.8566", "longitude": "2.3522", "user_location": "behind the greenhouse of Mme Dupont"}
MEANINGS = {"none": "none", "false": "none", "store": "store", "true": "store", "train": "train"}


@pytest.mark.parametrize(("saved", "sent"), list(product([None, "none", "store", "train"], [None, *MEANINGS])))
def test_what_is_sent_counts_then_what_is_saved_then_nothing(user: Person, saved: str | None, sent: str | None) -> None:
    if saved:
        fine(user.http.put("/users/me/consents", json={"consent": saved}))
    answer = user.ask(leaf(), **PLACE, **({"consent": sent} if sent else {}))
    meant = MEANINGS[sent] if sent else saved or "none"
    assert answer["stored"] == (meant != "none")
    if meant == "none":
        assert answer["image_id"] is None
        assert answer["feedback_token"]
        problem(user.http.get(f"/predictions/{answer['prediction_id']}"), 404, "unknown_prediction")
        return
    kept = user.get(f"/predictions/{answer['prediction_id']}")
    assert kept["consent"] == meant
    assert (kept["latitude"], kept["longitude"], kept["user_location"]) == (48.9, 2.4, PLACE["user_location"])
    assert answer["feedback_token"] is None
    assert kept["image_id"] == answer["image_id"] is not None


def test_without_consent_nothing_leads_back_to_the_person_or_the_photo(app: Served, user: Person) -> None:
    """Every column of every table is searched for what could."""
    photo = leaf(seed=77)
    place, key = f"the garden of {token_hex(8)}", token_hex(8)
    answer = user.ask(photo, consent="none", headers={"Idempotency-Key": key}, **PLACE | {"user_location": place})
    traces = [place, "48.8566", "leaf0.jpg", hashlib.sha256(photo).hexdigest(), key]
    for trace in traces:
        assert app.rows(lambda session, text=trace: _mentions(session, text)) == set()
    row = app.rows(lambda session: _prediction(session, answer["prediction_id"]))
    assert row is not None
    assert row.owner_id is row.latitude is row.longitude is row.user_location is None
    assert app.rows(lambda session: _about(session, user.id)) <= {"users", "sessions"}


def test_with_consent_the_photo_is_kept_without_its_name(app: Served, user: Person) -> None:
    photo = leaf(seed=78)
    answer = user.ask(photo, consent="store", **PLACE)
    (kept,) = app.rows(lambda session: _photos(session, user))
    assert str(kept.id) == answer["image_id"]
    assert kept.sha256 == hashlib.sha256(photo).hexdigest()
    assert (kept.width, kept.height, kept.size_bytes) == (320, 320, len(photo))
    assert app.run(lambda: app.world.storage.get(kept.key)) == photo
    assert app.rows(lambda session: _mentions(session, "leaf0.jpg")) == set()
    assert app.rows(lambda session: _mentions(session, "48.8566")) == set()


async def _mentions(session: AsyncSession, text: str) -> set[str]:
    """The tables in which any column holds `text`."""
    found = set()
    for table in Base.metadata.sorted_tables:
        columns = [cast(column, String).contains(text, autoescape=True) for column in table.columns]
        if await session.scalar(select(func.count()).select_from(table).where(or_(*columns))):
            found.add(table.name)
    return found


async def _about(session: AsyncSession, person: Any) -> set[str]:
    """The tables that hold a person's id, as a value or in a text."""
    spellings = (str(person), person.hex)
    return {table for text in spellings for table in await _mentions(session, text)}


async def _prediction(session: AsyncSession, prediction_id: str) -> Prediction | None:
    found = await session.scalars(select(Prediction))
    return next((row for row in found if str(row.id) == prediction_id), None)


async def _photos(session: AsyncSession, user: Person) -> list[Photo]:
    return list(await session.scalars(select(Photo).where(Photo.owner_id == user.id)))


def test_the_row_can_hold_no_place_without_an_owner() -> None:
    checks = {str(check.name) for check in inspect(Prediction).local_table.constraints}
    assert {"ck_predictions_ownerless_has_no_place", "ck_predictions_kept_has_owner"} <= checks


def test_an_answer_without_consent_does_not_say_when_it_was_given(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="none", headers={"Idempotency-Key": token_hex(8)})
    row = app.rows(lambda session: _prediction(session, answer["prediction_id"]))
    assert row is not None
    kept = app.rows(lambda session: session.scalar(select(KeptAnswer).where(KeptAnswer.prediction_id == row.id)))
    assert kept is not None
    issued = unsign(answer["feedback_token"], FEEDBACK)["iat"]
    assert row.id.version == 4
    for moment in (row.created_at, kept.created_at, datetime.fromtimestamp(issued, UTC)):
        assert (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)


@pytest.fixture
def chatty() -> Iterator[None]:
    """Access lines are logged, though other tests need none."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))
    yield
    structlog.configure(**before)


def both(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines of the two requests, once both are there; a line comes after its answer, and jobs write lines too."""
    asked = [line for line in lines if line.get("route") in {"/api/v1/predict", "/api/v1/feedback/submit"}]
    return asked if len(asked) == 2 else []


@pytest.mark.parametrize(("consent", "is_named"), [("none", False), (None, False), ("store", True)])
def test_without_consent_the_log_does_not_name_who_asked(
    user: Person, chatty: None, consent: str | None, is_named: bool
) -> None:
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        answer = user.ask(leaf(), **({"consent": consent} if consent else {}))
        said = {"feedback_token": answer["feedback_token"]} if answer["feedback_token"] else {}
        fine(user.feedback(answer["prediction_id"], is_correct=True, **said))
        wait_until(lambda: both(lines))
    assert [line.get("actor_id") == str(user.id) for line in both(lines)] == [is_named] * 2


@pytest.mark.parametrize(
    ("sent", "meant"), [("TRAIN", "train"), (" Store", "store"), (True, "store"), ("false", "none"), (False, "none")]
)
def test_the_saved_choice_is_spelt_as_in_a_request(user: Person, sent: str | bool, meant: str) -> None:
    assert fine(user.http.put("/users/me/consents", json={"consent": sent}))["consent"] == meant
    assert user.get("/users/me/consents")["consent"] == user.get("/users/me")["consent"] == meant
