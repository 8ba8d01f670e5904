"""Corrections with consent become items, and go when the consent does."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.datasets import service
from cultivar.datasets.schemas import ItemFilters
from cultivar.kernel.pages import Cursor
from cultivar.photos import service as photos
from tests.datasets.corrections import answered, correct, hear, holders, items
from tests.feedback.test_api import CLASSES, wrong
from tests.support.app import Person, Served, fine, problem


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
    answer = answered(user, consent=consent)
    if "correct_class_name" in said:
        said = said | {"correct_class_name": wrong(answer)}
    fine(user.feedback(answer["prediction_id"], **said))
    assert items(app, answer) == []


def test_feedback_by_token_never_teaches(app: Served, user: Person) -> None:
    answer = answered(user, consent="none")
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


@pytest.mark.parametrize("how", ["feedback", "prediction", "consent"])
def test_what_is_withdrawn_is_learned_from_no_more(app: Served, user: Person, answer: dict[str, Any], how: str) -> None:
    fine(user.http.put("/users/me/consents", json={"consent": "train"}))
    feedback_id = correct(user, answer)
    (item,) = items(app, answer)
    if how == "feedback":
        assert user.http.delete(f"/feedback/{feedback_id}").status_code == 204
    elif how == "prediction":
        assert user.http.delete(f"/predictions/{answer['prediction_id']}").status_code == 204
    else:
        fine(user.http.put("/users/me/consents", json={"consent": "store"}))
    assert items(app, answer) == []
    held = app.rows(lambda session: holders(session, item.photo_id))
    assert held == (set() if how == "prediction" else {"prediction"})


def test_after_consent_ends_a_new_correction_of_an_old_photo_does_not_teach(
    app: Served, user: Person, answer: dict[str, Any]
) -> None:
    fine(user.http.put("/users/me/consents", json={"consent": "train"}))
    fine(user.http.put("/users/me/consents", json={"consent": "none"}))
    hear(app)
    correct(user, answer)
    assert items(app, answer) == []
    assert user.get(f"/predictions/{answer['prediction_id']}")["consent"] == "store"


def test_an_items_photo_outlives_the_predictions_copy(app: Served, user: Person, answer: dict[str, Any]) -> None:
    correct(user, answer)
    (item,) = items(app, answer)
    assert user.http.delete(f"/predictions/{answer['prediction_id']}").status_code == 204
    assert app.rows(lambda session: holders(session, item.photo_id)) <= {"dataset"}
    assert items(app, answer) == []
    assert app.rows(lambda session: holders(session, item.photo_id)) == set()


def test_photos_sent_for_training_after_a_withdrawal_may_teach(app: Served, user: Person) -> None:
    for choice in ("train", "none"):
        fine(user.http.put("/users/me/consents", json={"consent": choice}))
    answer = answered(user)
    correct(user, answer)
    assert len(items(app, answer)) == 1
    assert user.get(f"/predictions/{answer['prediction_id']}")["consent"] == "train"


@pytest.mark.parametrize("choice", ["none", "store"])
def test_to_choose_against_training_again_takes_back_what_was_sent_for_it(
    app: Served, user: Person, answer: dict[str, Any], choice: str
) -> None:
    correct(user, answer)
    assert len(items(app, answer)) == 1
    for _ in range(2):
        fine(user.http.put("/users/me/consents", json={"consent": choice}))
    assert items(app, answer) == []
    assert user.get(f"/predictions/{answer['prediction_id']}")["consent"] == "store"


def test_the_queue_is_for_experts(app: Served, user: Person) -> None:
    for person in (user, app.guest()):
        problem(person.http.get("/datasets/items"), 403, "role_missing")
    assert app.admin().http.get("/datasets/items").status_code == 200


def test_the_queue_is_filtered_and_read_in_pages(app: Served, user: Person) -> None:
    answers = [answered(user) for _ in range(3)]
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


def test_an_item_that_goes_while_the_queue_is_read_is_shown_as_it_was(
    app: Served, user: Person, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(user, answer)
    (item,) = items(app, answer)
    described = photos.described

    async def withdraw_beside(session: AsyncSession, photo_ids: Any) -> Any:
        async with app.world.db.transaction() as writing:
            await service.erase(writing, user.id)
            await photos.erase(writing, user.id)
        return await described(session, photo_ids)

    monkeypatch.setattr(photos, "described", withdraw_beside)
    page = app.run(lambda: service.page(app.world, ItemFilters(), Cursor(100)))
    assert item.id in {one.item_id for one in page.items}
    monkeypatch.undo()
    assert item.id not in {UUID(one["item_id"]) for one in app.expert().get("/datasets/items", limit=100)["items"]}
