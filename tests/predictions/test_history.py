"""Looking back, and letting go."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.actor import Actor, scopes_of
from cultivar.kernel.ids import new_id
from cultivar.kernel.pages import Cursor
from cultivar.photos.tables import Photo, PhotoHold
from cultivar.predictions.filters import Filters
from cultivar.predictions.service import history
from cultivar.predictions.tables import Prediction
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import black, leaf

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CLASSES = ("Maple___healthy", "Willow___Rust")
PLACES = ("Nantes 100%", "nantes", "under_score", None)


def test_a_kept_answer_is_read_as_it_was_given(user: Person) -> None:
    answer = user.ask(leaf(drawing.WILLOW_SICK), leaf(), consent="store", user_location="Nantes", min_confidence=0.2)
    kept = user.get(f"/predictions/{answer['prediction_id']}")
    added = ("created_at", "consent", "user_location", "latitude", "longitude", "feedback", "thumb_url")
    extra = {name: kept.pop(name) for name in added}
    assert kept == answer
    assert extra["feedback"] is None
    assert extra["consent"] == "store"
    assert datetime.fromisoformat(extra["created_at"]).tzinfo is not None


def test_the_list_is_newest_first_and_read_in_pages(user: Person) -> None:
    made = [user.ask(leaf(seed=seed), consent="store")["prediction_id"] for seed in range(5)]
    first = user.get("/predictions", limit=2)
    second = user.get("/predictions", limit=2, cursor=first["next_cursor"])
    third = user.get("/predictions", limit=2, cursor=second["next_cursor"])
    seen = [item["prediction_id"] for page in (first, second, third) for item in page["items"]]
    assert seen == made[::-1]
    assert third["next_cursor"] is None
    assert {page["total"] for page in (first, second, third)} == {5}


def test_nobody_sees_what_is_somebody_elses(app: Served, user: Person) -> None:
    answer, stranger, boss = user.ask(leaf(), consent="store"), app.guest(), app.admin()
    path = f"/predictions/{answer['prediction_id']}"
    for other in (stranger, boss):
        assert other.get("/predictions")["total"] == 0
        problem(other.http.get(path), 404, "unknown_prediction")
        problem(other.http.get(f"{path}/image"), 404, "unknown_prediction")
        problem(other.http.delete(path), 404, "unknown_prediction")
    assert user.get(path)["prediction_id"] == answer["prediction_id"]


def test_an_unknown_prediction_is_not_found(user: Person) -> None:
    problem(user.http.get(f"/predictions/{uuid4()}"), 404, "unknown_prediction")
    problem(user.http.get("/predictions/leaf"), 422, "invalid")


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"min_confidence": 2}, {"from": "soon"}, {"refused": "perhaps"}, {"q": "\x00"}],
)
def test_a_filter_that_does_not_fit_is_refused(user: Person, params: dict[str, Any]) -> None:
    problem(user.http.get("/predictions", params=params), 422, "invalid")


def test_a_cursor_that_is_not_ours_is_refused(user: Person) -> None:
    problem(user.http.get("/predictions", params={"cursor": "bm9uc2Vuc2U"}), 422, "invalid_cursor")


def test_filters_of_the_list_by_name(user: Person) -> None:
    kept = user.ask(leaf(drawing.WILLOW_SICK), consent="store", user_location="Rue des Serres")
    refused = user.ask(black(), consent="store")
    today = datetime.now(UTC).date()
    wanted: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({}, [refused, kept]),
        ({"model": "drawn", "model_version": kept["model_version"]}, [refused, kept]),
        ({"model": "other"}, []),
        ({"class_name": kept["result"]["class_name"]}, [kept]),
        ({"refused": True}, [refused]),
        ({"refused": False}, [kept]),
        ({"has_feedback": True}, []),
        ({"has_feedback": False}, [refused, kept]),
        ({"min_confidence": 0}, [kept]),
        ({"q": "serres"}, [kept]),
        ({"q": "willow"}, [kept]),
        ({"from": today.isoformat(), "to": today.isoformat()}, [refused, kept]),
        ({"to": (today - timedelta(days=1)).isoformat()}, []),
        ({"from": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, []),
    ]
    for params, found in wanted:
        page = user.get("/predictions", **params)
        assert [item["prediction_id"] for item in page["items"]] == [one["prediction_id"] for one in found], params
        assert page["total"] == len(found)


rows = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["drawn", "other"]),
        st.sampled_from(["1.0.0", "2.0.0"]),
        st.none() | st.tuples(st.sampled_from(CLASSES), st.floats(0, 1)),
        st.sampled_from(PLACES),
        st.booleans(),
    ),
    max_size=12,
)
filters = st.builds(
    Filters,
    model=st.sampled_from([None, "drawn"]),
    model_version=st.sampled_from([None, "1.0.0"]),
    class_name=st.sampled_from([None, *CLASSES]),
    refused=st.none() | st.booleans(),
    has_feedback=st.none() | st.booleans(),
    since=st.none() | st.integers(0, 9).map(lambda day: BEGIN + timedelta(days=day)),
    until=st.none() | st.integers(0, 9).map(lambda day: BEGIN + timedelta(days=day)),
    min_confidence=st.none() | st.floats(0, 1),
    q=st.sampled_from([None, "NANTES", "0%", "r_s", "rust", "%", "_", "\\"]),
)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=rows, wanted=filters, limit=st.integers(1, 5))
def test_pages_hold_what_a_look_at_each_row_finds(
    app: Served, user: Person, made: list[Any], wanted: Filters, limit: int
) -> None:
    """The database's filters against the same in Python, over random histories; page by page, nothing twice."""
    written = [_row(user, *one) for one in made]
    actor = Actor(user.id, "user", scopes_of("user"))

    async def look(session: AsyncSession) -> tuple[list[UUID], set[int | None]]:
        if written:
            await session.execute(insert(Prediction), written)
        seen, totals, cursor = [], set(), Cursor(limit)
        while True:
            page = await history.own_page(session, actor, wanted, cursor, app.world.storage)
            seen += [item.prediction_id for item in page.items]
            totals.add(page.total)
            if page.next_cursor is None:
                break
            cursor = Cursor(limit, page.next_cursor)
        await history.erase(session, user.id)
        return seen, totals

    expected = [row["id"] for row in reversed(written) if _fits(row, wanted)]
    assert app.rows(look) == (expected, {len(expected)})


def _row(user: Person, day: int, model: str, version: str, named: Any, place: str | None, said: bool) -> dict[str, Any]:
    quality = {"sharpness": 1, "exposure": 1, "size": 1, "score": 1}
    feedback = {
        "feedback_id": str(uuid4()),
        **dict.fromkeys(("satisfied", "correct_class_id", "correct_class_name", "comment", "confidence_rating")),
        "is_correct": True,
        "created_at": BEGIN.isoformat(),
        "updated_at": BEGIN.isoformat(),
    }
    return {
        "id": new_id(),
        "owner_id": user.id,
        "consent": "store",
        "model": model,
        "model_version": version,
        "class_id": 0 if named else None,
        "class_name": named[0] if named else None,
        "confidence": named[1] if named else None,
        "refusal": None if named else "no_plant",
        "said": {"heads": {}, "quality": quality},
        "probabilities": [],
        "inference_ms": 1.0,
        "processing_s": 0.1,
        "user_location": place,
        "feedback": feedback if said else None,
        "created_at": BEGIN + timedelta(days=day),
    }


def _fits(row: dict[str, Any], wanted: Filters) -> bool:
    words = f"{row['class_name'] or ''}\n{row['user_location'] or ''}".lower()
    return (
        wanted.model in {None, row["model"]}
        and wanted.model_version in {None, row["model_version"]}
        and wanted.class_name in {None, row["class_name"]}
        and wanted.refused in {None, row["refusal"] is not None}
        and wanted.has_feedback in {None, row["feedback"] is not None}
        and (wanted.since is None or row["created_at"] >= wanted.since)
        and (wanted.until is None or row["created_at"] < wanted.until)
        and (
            wanted.min_confidence is None
            or (row["confidence"] is not None and row["confidence"] >= wanted.min_confidence)
        )
        and (wanted.q is None or wanted.q.lower() in words)
    )


def test_a_deleted_prediction_is_gone_with_all_that_hangs_on_it(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), leaf(seed=1), consent="store")
    fine(user.feedback(answer["prediction_id"], is_correct=True))
    path = f"/predictions/{answer['prediction_id']}"
    assert user.http.delete(path).status_code == 204
    problem(user.http.get(path), 404, "unknown_prediction")
    problem(user.http.delete(path), 404, "unknown_prediction")
    assert user.get("/predictions")["items"] == []

    async def left(session: AsyncSession) -> list[Any]:
        held = select(PhotoHold.photo_id).where(PhotoHold.subject_id == UUID(answer["prediction_id"]))
        mine = select(Photo.id).where(Photo.owner_id == user.id)
        return [*await session.scalars(held), *await session.scalars(mine)]

    assert app.rows(left) == []


@pytest.mark.slow
def test_the_total_is_exact_to_ten_thousand_and_then_unknown(app: Served, user: Person) -> None:
    one = _row(user, 0, "drawn", "1.0.0", None, None, False)

    async def fill(session: AsyncSession, n: int) -> None:
        await session.execute(insert(Prediction), [one | {"id": new_id()} for _ in range(n)])

    app.rows(lambda session: fill(session, 10_000))
    assert user.get("/predictions", limit=1)["total"] == 10_000
    app.rows(lambda session: fill(session, 1))
    page = user.get("/predictions", limit=1)
    assert page["total"] is None
    assert page["next_cursor"]
    app.rows(lambda session: history.erase(session, user.id))


def test_the_place_of_a_kept_answer_cannot_be_given_to_nobody(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="none")

    async def smuggle(session: AsyncSession) -> None:
        row = update(Prediction).where(Prediction.id == UUID(answer["prediction_id"]))
        await session.execute(row.values(user_location="Nantes"))

    with pytest.raises(Exception, match="ownerless_has_no_place"):
        app.rows(smuggle)
