"""Saying whether an answer was right."""

import asyncio
import secrets
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.feedback import service
from cultivar.feedback.schemas import FeedbackOut
from cultivar.feedback.tables import Feedback, FeedbackChange
from cultivar.packs.service import load_pack
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import leaf
from tests.support.model import PACK

CLASSES = [known.name for known in load_pack(PACK).classes]


@pytest.fixture
def answer(user: Person) -> dict[str, Any]:
    """A kept answer of this person."""
    return user.ask(leaf(drawing.WILLOW_SICK), consent="store")


def wrong(answer: dict[str, Any]) -> str:
    """A class that was not answered."""
    return next(name for name in CLASSES if name != answer["result"]["class_name"])


def test_the_first_time_is_thanked_and_the_second_replaces(user: Person, answer: dict[str, Any]) -> None:
    first = user.feedback(answer["prediction_id"], is_correct=True, comment="nice")
    assert first.status_code == 201
    assert fine(first) == {
        "success": True,
        "feedback_id": first.json()["feedback_id"],
        "message": "Thank you for your feedback!",
    }
    again = user.feedback(answer["prediction_id"], is_correct=False, correct_class_name=wrong(answer))
    assert (again.status_code, again.json()) == (200, first.json())
    now = user.get(f"/feedback/{first.json()['feedback_id']}")
    assert (now["is_correct"], now["correct_class_name"], now["comment"]) == (False, wrong(answer), None)
    assert [change["said"]["is_correct"] for change in now["changes"]] == [True, False]
    assert now["prediction_id"] == answer["prediction_id"]


def test_the_same_again_changes_nothing(user: Person, answer: dict[str, Any]) -> None:
    said = {"satisfied": False, "comment": "not\nsure", "confidence_rating": 2}
    feedback_id = fine(user.feedback(answer["prediction_id"], **said))["feedback_id"]
    before = user.get(f"/feedback/{feedback_id}")
    assert user.feedback(answer["prediction_id"], **said).status_code == 200
    assert user.get(f"/feedback/{feedback_id}") == before
    assert len(before["changes"]) == 1


def test_ones_own_feedback_stands_beside_the_answer(user: Person, answer: dict[str, Any]) -> None:
    fine(user.feedback(answer["prediction_id"], satisfied=True, confidence_rating=5))
    shown = user.get(f"/predictions/{answer['prediction_id']}")["feedback"]
    assert (shown["is_correct"], shown["satisfied"], shown["confidence_rating"]) == (None, True, 5)
    assert user.get("/predictions", has_feedback=True)["total"] == 1
    assert user.http.delete(f"/feedback/{shown['feedback_id']}").status_code == 204
    assert user.get(f"/predictions/{answer['prediction_id']}")["feedback"] is None
    assert user.get("/predictions", has_feedback=True)["total"] == 0


def test_the_right_class_is_named_by_name_by_id_or_by_both(user: Person, answer: dict[str, Any]) -> None:
    name = wrong(answer)
    class_id = CLASSES.index(name)
    for said in ({"correct_class_name": name}, {"correct_class_id": class_id}):
        feedback_id = fine(user.feedback(answer["prediction_id"], is_correct=False, **said))["feedback_id"]
        shown = user.get(f"/feedback/{feedback_id}")
        assert (shown["correct_class_id"], shown["correct_class_name"]) == (class_id, name)


def test_a_change_sets_what_is_sent(user: Person, answer: dict[str, Any]) -> None:
    feedback_id = fine(user.feedback(answer["prediction_id"], is_correct=False, comment="hm"))["feedback_id"]
    path = f"/feedback/{feedback_id}"
    changed = fine(user.http.patch(path, json={"correct_class_name": wrong(answer), "confidence_rating": 4}))
    assert (changed["comment"], changed["confidence_rating"]) == ("hm", 4)
    assert changed["correct_class_id"] == CLASSES.index(wrong(answer))
    right = fine(user.http.patch(path, json={"is_correct": True, "comment": None}))
    assert (right["is_correct"], right["correct_class_name"], right["comment"]) == (True, None, None)
    assert len(right["changes"]) == 3
    problem(user.http.patch(path, json={"is_correct": None}), 422, "nothing_said")
    assert user.get(path) == right


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "nothing_said"),
        ({"comment": "only words"}, "nothing_said"),
        ({"is_correct": False, "correct_class_name": "Oak___healthy"}, "unknown_class"),
        ({"is_correct": False, "correct_class_name": "Background_without_leaves"}, "unknown_class"),
        ({"is_correct": False, "correct_class_id": 99}, "unknown_class"),
        ({"is_correct": False, "correct_class_id": -1}, "invalid"),
        ({"is_correct": True, "confidence_rating": 6}, "invalid"),
        ({"is_correct": True, "confidence_rating": 0}, "invalid"),
        ({"is_correct": "perhaps"}, "invalid"),
        ({"is_correct": True, "user": "me"}, "invalid"),
        ({"is_correct": True, "comment": "x" * 2001}, "invalid"),
        ({"is_correct": True, "comment": "\u0000"}, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused(user: Person, answer: dict[str, Any], said: dict[str, Any], code: str) -> None:
    problem(user.feedback(answer["prediction_id"], **said), 422, code)
    assert user.get(f"/predictions/{answer['prediction_id']}")["feedback"] is None


def test_a_contradiction_is_refused(user: Person, answer: dict[str, Any]) -> None:
    named = answer["result"]["class_name"]
    problem(user.feedback(answer["prediction_id"], is_correct=False, correct_class_name=named), 422, "contradiction")
    other = {"is_correct": True, "correct_class_name": wrong(answer)}
    problem(user.feedback(answer["prediction_id"], **other), 422, "contradiction")


def test_nobody_speaks_of_what_is_somebody_elses(app: Served, user: Person, answer: dict[str, Any]) -> None:
    feedback_id = fine(user.feedback(answer["prediction_id"], is_correct=True))["feedback_id"]
    for other in (app.guest(), app.admin()):
        problem(other.feedback(answer["prediction_id"], is_correct=False), 404, "unknown_prediction")
        problem(other.http.get(f"/feedback/{feedback_id}"), 404, "unknown_feedback")
        problem(other.http.patch(f"/feedback/{feedback_id}", json={"satisfied": False}), 404, "unknown_feedback")
        problem(other.http.delete(f"/feedback/{feedback_id}"), 404, "unknown_feedback")
    problem(user.feedback(str(uuid4()), is_correct=True), 404, "unknown_prediction")
    problem(user.http.get(f"/feedback/{uuid4()}"), 404, "unknown_feedback")


def test_an_answer_that_is_not_stored_is_opened_by_its_token_alone(app: Served, user: Person) -> None:
    answer, other = user.ask(leaf(), consent="none"), user.ask(leaf(), consent="none")
    said = {"is_correct": True, "feedback_token": answer["feedback_token"]}
    problem(user.feedback(answer["prediction_id"], is_correct=True), 404, "unknown_prediction")
    problem(user.feedback(other["prediction_id"], **said), 404, "unknown_prediction")
    forged = said | {"feedback_token": f"{answer['feedback_token'][:-4]}AAAA"}
    problem(user.feedback(answer["prediction_id"], **forged), 404, "unknown_prediction")
    assert user.feedback(answer["prediction_id"], **said).status_code == 201
    assert app.guest().feedback(answer["prediction_id"], **said | {"is_correct": False}).status_code == 200


def test_feedback_without_an_owner_needs_its_token_to_be_read_changed_or_withdrawn(app: Served, user: Person) -> None:
    answer = user.ask(leaf(), consent="none")
    token = answer["feedback_token"]
    feedback_id = fine(user.feedback(answer["prediction_id"], is_correct=True, feedback_token=token))["feedback_id"]
    path, key = f"/feedback/{feedback_id}", {"Feedback-Token": token}
    for headers in ({}, {"Feedback-Token": "x"}):
        problem(user.http.get(path, headers=headers), 404, "unknown_feedback")
        problem(user.http.delete(path, headers=headers), 404, "unknown_feedback")
    assert fine(user.http.get(path, headers=key))["is_correct"] is True
    assert fine(user.http.patch(path, json={"satisfied": False}, headers=key))["satisfied"] is False
    row = app.rows(lambda session: session.get(Feedback, UUID(feedback_id)))
    assert row is not None
    assert row.owner_id is None
    assert user.http.delete(path, headers=key).status_code == 204
    problem(user.http.get(path, headers=key), 404, "unknown_feedback")


def test_a_token_opens_nothing_that_is_stored(app: Served, user: Person, answer: dict[str, Any]) -> None:
    token = user.ask(leaf(), consent="none")["feedback_token"]
    problem(
        app.guest().feedback(answer["prediction_id"], is_correct=True, feedback_token=token), 404, "unknown_prediction"
    )


def test_a_withdrawn_feedback_leaves_no_history_and_may_be_given_anew(
    app: Served, user: Person, answer: dict[str, Any]
) -> None:
    feedback_id = fine(user.feedback(answer["prediction_id"], is_correct=True))["feedback_id"]
    assert user.http.delete(f"/feedback/{feedback_id}").status_code == 204

    async def left(session: AsyncSession) -> int | None:
        changes = select(func.count()).select_from(FeedbackChange)
        return await session.scalar(changes.where(FeedbackChange.feedback_id == UUID(feedback_id)))

    assert app.rows(left) == 0
    problem(user.http.delete(f"/feedback/{feedback_id}"), 404, "unknown_feedback")
    assert user.feedback(answer["prediction_id"], is_correct=False).status_code == 201


def test_many_who_speak_at_once_leave_one_row_and_every_change(
    app: Served, user: Person, answer: dict[str, Any]
) -> None:
    words = [secrets.token_hex(4) for _ in range(6)]

    async def speak() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=user.http.base_url, headers=user.http.headers, timeout=30) as client:
            bodies = [{"prediction_id": answer["prediction_id"], "is_correct": True, "comment": one} for one in words]
            return list(await asyncio.gather(*(client.post("/feedback/submit", json=body) for body in bodies)))

    replies = app.run(speak)
    assert sorted(reply.status_code for reply in replies) == [200] * 5 + [201]
    (feedback_id,) = {fine(reply)["feedback_id"] for reply in replies}
    shown = user.get(f"/feedback/{feedback_id}")
    assert sorted(change["said"]["comment"] for change in shown["changes"]) == sorted(words)
    assert shown["comment"] == shown["changes"][-1]["said"]["comment"]


@pytest.mark.parametrize(
    "said",
    [
        {"is_correct": "yes"},
        {"is_correct": 1},
        {"is_correct": "false"},
        {"satisfied": "true"},
        {"satisfied": 0},
        {"is_correct": False, "correct_class_id": "1"},
        {"is_correct": False, "correct_class_id": True},
        {"is_correct": True, "confidence_rating": "3"},
        {"is_correct": True, "confidence_rating": 3.0},
    ],
)
def test_json_says_what_type_it_means(user: Person, answer: dict[str, Any], said: dict[str, Any]) -> None:
    problem(user.feedback(answer["prediction_id"], **said), 422, "invalid")
    feedback_id = fine(user.feedback(answer["prediction_id"], satisfied=True))["feedback_id"]
    problem(user.http.patch(f"/feedback/{feedback_id}", json=said), 422, "invalid")


def test_whoever_the_body_names_the_token_says_who_speaks(user: Person, answer: dict[str, Any]) -> None:
    first = user.feedback(answer["prediction_id"], is_correct=True, user_id=str(uuid4()))
    assert first.status_code == 201
    assert first.json()["warnings"] == ["user_id_ignored"]
    path = f"/feedback/{first.json()['feedback_id']}"
    changed = fine(user.http.patch(path, json={"comment": "sure", "user_id": 7}))
    assert (changed["warnings"], changed["comment"]) == (["user_id_ignored"], "sure")
    assert "warnings" not in user.get(path)


def test_feedback_without_an_owner_does_not_say_when_it_was_given(app: Served, user: Person) -> None:
    given = user.ask(leaf(), consent="none")
    token = {"feedback_token": given["feedback_token"]}
    for satisfied in (True, False, True):
        feedback_id = fine(user.feedback(given["prediction_id"], satisfied=satisfied, **token))["feedback_id"]

    async def rows(session: AsyncSession) -> tuple[Feedback, list[FeedbackChange]]:
        row = await session.get_one(Feedback, UUID(feedback_id))
        of_row = select(FeedbackChange).where(FeedbackChange.feedback_id == row.id).order_by(FeedbackChange.id)
        return row, list(await session.scalars(of_row))

    row, changes = app.rows(rows)
    assert row.id.version == 4
    for moment in (row.created_at, row.updated_at, *(change.at for change in changes)):
        assert (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)
    assert all((change.id.int >> 80) % 3_600_000 == 0 for change in changes)
    assert [change.said["satisfied"] for change in changes] == [True, False, True]


def test_an_export_holds_all_that_was_said_and_asks_as_often_for_many_as_for_one(app: Served, user: Person) -> None:
    asked: list[str] = []

    async def exported(session: AsyncSession) -> list[FeedbackOut]:
        mine = (await session.connection()).sync_connection
        event.listen(mine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        return [one async for page in service.export(session, user.id) for one in page]

    counts, given = [], []
    for _ in range(2):
        for _ in range(3):
            answer = user.ask(leaf(drawing.WILLOW_SICK), consent="store")
            for comment in ("hm", "yes"):
                said = fine(user.feedback(answer["prediction_id"], is_correct=True, comment=comment))
            given.append((said["feedback_id"], ["hm", "yes"]))
        asked.clear()
        found = app.rows(exported)
        counts.append(sum("FROM feedback" in statement for statement in asked))
        assert [(str(one.feedback_id), [change.said["comment"] for change in one.changes]) for one in found] == given
    assert counts[0] == counts[1] > 0
