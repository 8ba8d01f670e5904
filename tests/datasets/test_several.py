"""Several corrections of one picture, and facts that come late."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts.tables import User
from cultivar.datasets import service
from cultivar.feedback.events import About, FeedbackGiven, Verdict
from cultivar.kernel.clock import now
from cultivar.photos import service as photos
from tests.datasets.corrections import correct, hear, holders, items, recognised
from tests.feedback.test_api import CLASSES, wrong
from tests.support.app import Person, Served, fine, wait_until


@pytest.fixture
def both(app: Served, user: Person) -> list[tuple[Person, dict[str, Any], str]]:
    """Two people who sent the same bytes and corrected them, each in their own way: who, their answer, their label."""
    photo, people = recognised(user), [user, app.user()]
    answers = [person.ask(photo, consent="train", min_confidence=0) for person in people]
    labels = [name for name in CLASSES if name != answers[0]["result"]["class_name"]][:2]
    for person, answer, label in zip(people, answers, labels, strict=True):
        correct(person, answer, correct_class_name=label)
        hear(app)
    return list(zip(people, answers, labels, strict=True))


def test_the_first_correction_of_a_picture_carries_its_item_and_later_ones_change_nothing(
    app: Served, both: list[tuple[Person, dict[str, Any], str]]
) -> None:
    (first, answer, label), (_, other, _) = both
    (item,) = items(app, answer)
    assert items(app, other) == []
    assert (item.class_name, item.owner_id) == (label, first.id)
    for image_id in (answer["image_id"], other["image_id"]):
        assert app.rows(lambda session, known=image_id: holders(session, UUID(known))) == {"prediction", "dataset"}


@pytest.mark.parametrize("how", ["feedback", "prediction", "consent", "account"])
@pytest.mark.parametrize("leaves", [0, 1])
def test_when_one_of_two_takes_back_what_they_said_the_other_ones_correction_stands(
    app: Served, both: list[tuple[Person, dict[str, Any], str]], leaves: int, how: str
) -> None:
    (gone, answer, _), (stays, other, label) = both[leaves], both[1 - leaves]
    if how == "feedback":
        feedback_id = gone.get(f"/predictions/{answer['prediction_id']}")["feedback"]["feedback_id"]
        gone.http.delete(f"/feedback/{feedback_id}")
    elif how == "prediction":
        gone.http.delete(f"/predictions/{answer['prediction_id']}")
    elif how == "consent":
        fine(gone.http.put("/users/me/consents", json={"consent": "none"}))
    else:
        assert gone.http.delete("/users/me").status_code == 204
        wait_until(lambda: app.rows(lambda session: session.get(User, gone.id)) is None)
    assert items(app, answer) == []
    (item,) = items(app, other)
    assert (item.class_name, item.owner_id, str(item.photo_id)) == (label, stays.id, other["image_id"])
    assert "dataset" not in app.rows(lambda session: holders(session, UUID(answer["image_id"])))
    (mine,) = app.rows(lambda session: _held_for(session, item.sha256))
    assert mine == UUID(other["prediction_id"])


def test_a_later_correction_stands_by_itself_when_the_photos_own_time_is_over(
    app: Served, both: list[tuple[Person, dict[str, Any], str]]
) -> None:
    (first, answer, _), (_, other, label) = both

    async def end(session: AsyncSession) -> None:
        for one in (answer, other):
            await photos.release(session, "prediction", [UUID(one["prediction_id"])])

    app.rows(end)
    first.http.delete(f"/predictions/{answer['prediction_id']}")
    assert items(app, answer) == []
    (item,) = items(app, other)
    assert item.class_name == label


def test_a_fact_that_comes_late_brings_nothing_back(app: Served, user: Person, answer: dict[str, Any]) -> None:
    feedback_id = correct(user, answer)
    (item,) = items(app, answer)
    late = _given(user, answer, feedback_id)
    other = next(name for name in CLASSES if name not in {wrong(answer), answer["result"]["class_name"]})
    fine(user.http.patch(f"/feedback/{feedback_id}", json={"correct_class_name": other}))
    for _ in range(2):
        app.rows(lambda session: service.hear(session, [late], app.world))
        assert [(one.id, one.class_name) for one in items(app, answer)] == [(item.id, other)]
    user.http.delete(f"/feedback/{feedback_id}")
    app.rows(lambda session: service.hear(session, [late], app.world))
    assert items(app, answer) == []
    user.http.delete(f"/predictions/{answer['prediction_id']}")
    app.rows(lambda session: service.hear(session, [late], app.world))
    assert items(app, answer) == []


def test_one_person_who_sends_the_same_bytes_twice_makes_one_item(app: Served, user: Person) -> None:
    photo = recognised(user)
    answer = user.ask(photo, photo, consent="train", min_confidence=0)
    again = user.ask(photo, consent="train", min_confidence=0)
    for one in (answer, again):
        correct(user, one)
    assert len(items(app, answer)) == 1
    assert items(app, again) == []
    user.http.delete(f"/predictions/{answer['prediction_id']}")
    assert items(app, answer) == []
    assert len(items(app, again)) == 1


def _given(user: Person, answer: dict[str, Any], feedback_id: str) -> FeedbackGiven:
    """The fact that a correction was given, as it waits in the outbox."""
    result = answer["result"]
    ids = UUID(feedback_id), UUID(answer["prediction_id"]), user.id
    about = About(*ids, "drawn", answer["model_version"], result["class_name"], result["confidence"], now())
    return FeedbackGiven(about, Verdict(False, None, CLASSES.index(wrong(answer)), wrong(answer)), now())


async def _held_for(session: AsyncSession, sha256: str) -> list[UUID]:
    return [subject for subject, _, _ in await photos.alike(session, "dataset", [sha256])]
