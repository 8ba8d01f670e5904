"""Corrections with consent become items, and go when the consent does."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.datasets.tables import Item
from cultivar.kernel import outbox
from cultivar.photos.tables import PhotoHold
from tests.feedback.test_api import CLASSES, wrong
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import leaf

_seeds = iter(range(1_000, 100_000))


def fresh() -> bytes:
    """A photo that nobody has sent yet."""
    return leaf(seed=next(_seeds), size=240)


def items(app: Served, prediction: dict[str, Any]) -> list[Item]:
    """The items that corrections of this prediction made, once all facts are heard."""
    app.run(lambda: outbox.deliver(app.world))

    async def look(session: AsyncSession) -> list[Item]:
        found = select(Item).where(Item.source_id == UUID(prediction["prediction_id"]))
        return list(await session.scalars(found.order_by(Item.id)))

    return app.rows(look)


def correct(user: Person, answer: dict[str, Any], **more: Any) -> str:
    """Name another class than the one answered; gives the feedback's id."""
    said = {"is_correct": False, "correct_class_name": wrong(answer)} | more
    return str(fine(user.feedback(answer["prediction_id"], **said))["feedback_id"])


@pytest.fixture
def answer(user: Person) -> dict[str, Any]:
    return user.ask(fresh(), consent="train", min_confidence=0)


def test_a_correction_with_consent_waits_in_the_queue(app: Served, user: Person, answer: dict[str, Any]) -> None:
    feedback_id = correct(user, answer)
    (item,) = items(app, answer)
    assert (item.class_name, item.class_id) == (wrong(answer), CLASSES.index(wrong(answer)))
    assert (item.model, item.split, item.source) == ("drawn", "pending", "feedback")
    assert item.feedback_id == UUID(feedback_id)
    expert = app.expert()
    (shown,) = [one for one in expert.get("/datasets/items")["items"] if one["item_id"] == str(item.id)]
    assert shown["source_id"] == answer["prediction_id"]
    assert set(shown) & {"owner_id", "user_id"} == set()
    assert 0 <= shown["quality_score"] <= 1
    with app.anybody() as client:
        picture = client.get(f"{app.url}{shown['image_url']}")
    assert picture.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        ("store", {"is_correct": False, "correct_class_name": "x"}),
        ("train", {"is_correct": False}),
        ("train", {"is_correct": True}),
        ("train", {"satisfied": False}),
    ],
)
def test_nothing_else_makes_an_item(app: Served, user: Person, consent: str, said: dict[str, Any]) -> None:
    answer = user.ask(fresh(), consent=consent)
    if "correct_class_name" in said and answer["result"]:
        said = said | {"correct_class_name": wrong(answer)}
    fine(user.feedback(answer["prediction_id"], **said))
    assert items(app, answer) == []


def test_feedback_by_token_never_teaches(app: Served, user: Person) -> None:
    answer = user.ask(fresh(), consent="none", min_confidence=0)
    correct(user, answer, feedback_token=answer["feedback_token"])
    assert items(app, answer) == []


def test_a_changed_mind_changes_the_label_and_a_right_answer_takes_it_away(
    app: Served, user: Person, answer: dict[str, Any]
) -> None:
    feedback_id = correct(user, answer)
    (before,) = items(app, answer)
    other = next(name for name in CLASSES if name not in {wrong(answer), answer["result"]["class_name"]})
    fine(user.http.patch(f"/feedback/{feedback_id}", json={"correct_class_name": other}))
    (after,) = items(app, answer)
    assert (after.id, after.class_name) == (before.id, other)
    fine(user.http.patch(f"/feedback/{feedback_id}", json={"is_correct": True}))
    assert items(app, answer) == []


def test_a_photo_that_is_known_is_one_item_with_the_newer_label(app: Served, user: Person) -> None:
    photo, other = fresh(), app.user()
    answers = [person.ask(photo, consent="train", min_confidence=0) for person in (user, other)]
    correct(user, answers[0])
    (first,) = items(app, answers[0])
    label = next(name for name in CLASSES if name not in {wrong(answers[0]), answers[0]["result"]["class_name"]})
    correct(other, answers[1], correct_class_name=label)
    (second,) = items(app, answers[1])
    assert items(app, answers[0]) == []
    assert (second.id, second.class_name, second.owner_id) == (first.id, label, other.id)
    assert app.rows(lambda session: _holders(session, first.photo_id)) == {"prediction"}
    assert app.rows(lambda session: _holders(session, second.photo_id)) == {"prediction", "dataset"}


@pytest.mark.parametrize("how", ["feedback", "prediction", "consent"])
def test_what_is_withdrawn_is_learned_from_no_more(app: Served, user: Person, answer: dict[str, Any], how: str) -> None:
    fine(user.http.put("/users/me/consents", json={"choice": "train"}))
    feedback_id = correct(user, answer)
    (item,) = items(app, answer)
    if how == "feedback":
        assert user.http.delete(f"/feedback/{feedback_id}").status_code == 204
    elif how == "prediction":
        assert user.http.delete(f"/predictions/{answer['prediction_id']}").status_code == 204
    else:
        fine(user.http.put("/users/me/consents", json={"choice": "store"}))
    assert items(app, answer) == []
    held = app.rows(lambda session: _holders(session, item.photo_id))
    assert held == (set() if how == "prediction" else {"prediction"})


def test_after_consent_ends_a_new_correction_of_an_old_photo_does_not_teach(
    app: Served, user: Person, answer: dict[str, Any]
) -> None:
    fine(user.http.put("/users/me/consents", json={"choice": "train"}))
    fine(user.http.put("/users/me/consents", json={"choice": "none"}))
    app.run(lambda: outbox.deliver(app.world))
    correct(user, answer)
    assert items(app, answer) == []
    assert user.get(f"/predictions/{answer['prediction_id']}")["consent"] == "store"


def test_an_items_photo_outlives_the_predictions_copy(app: Served, user: Person, answer: dict[str, Any]) -> None:
    correct(user, answer)
    (item,) = items(app, answer)
    assert user.http.delete(f"/predictions/{answer['prediction_id']}").status_code == 204
    assert app.rows(lambda session: _holders(session, item.photo_id)) <= {"dataset"}
    assert items(app, answer) == []
    assert app.rows(lambda session: _holders(session, item.photo_id)) == set()


async def _holders(session: AsyncSession, photo_id: UUID) -> set[str]:
    return set(await session.scalars(select(PhotoHold.holder).where(PhotoHold.photo_id == photo_id)))


def test_the_queue_is_for_experts(app: Served, user: Person) -> None:
    for person in (user, app.guest()):
        problem(person.http.get("/datasets/items"), 403, "role_missing")
    assert app.admin().http.get("/datasets/items").status_code == 200


def test_the_queue_is_filtered_and_read_in_pages(app: Served, user: Person) -> None:
    answers = [user.ask(fresh(), consent="train", min_confidence=0) for _ in range(3)]
    for answer in answers:
        correct(user, answer)
    made = [str(item.id) for answer in answers for item in items(app, answer)]
    expert, seen, cursor = app.expert(), [], None
    while True:
        page = expert.get("/datasets/items", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["item_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]
    assert [one for one in seen if one in made] == made[::-1]
    assert expert.get("/datasets/items", split="train")["total"] == 0
    assert expert.get("/datasets/items", model="drawn", split="pending", source="feedback")["total"] == page["total"]
    labelled = expert.get("/datasets/items", class_name=wrong(answers[0]))
    assert {item["class_name"] for item in labelled["items"]} == {wrong(answers[0])}
    problem(expert.http.get("/datasets/items", params={"split": "golden"}), 422, "invalid")
