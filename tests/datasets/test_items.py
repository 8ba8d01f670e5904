"""Corrections with consent become items, and go when the consent does."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts.tables import User
from cultivar.datasets import service
from cultivar.datasets.schemas import ItemFilters
from cultivar.datasets.tables import Item
from cultivar.feedback.events import About, FeedbackGiven, Verdict
from cultivar.kernel import outbox
from cultivar.kernel.clock import now
from cultivar.kernel.pages import Cursor
from cultivar.photos import service as photos
from cultivar.photos.tables import PhotoHold
from tests.feedback.test_api import CLASSES, wrong
from tests.support.app import Person, Served, fine, problem, wait_until
from tests.support.leaves import leaf

_seeds = iter(range(1_000, 100_000))


def fresh() -> bytes:
    """A photo that nobody has sent yet."""
    return leaf(seed=next(_seeds), size=240)


def answered(user: Person, consent: str = "train") -> dict[str, Any]:
    """The answer to a photo that nobody has sent yet, and that the model does not refuse."""
    found = (user.ask(fresh(), min_confidence=0, consent=consent) for _ in range(20))
    return next(answer for answer in found if answer["result"])


def recognised(user: Person) -> bytes:
    """A photo that nobody has kept yet, and that the model does not refuse."""
    return next(photo for photo in iter(fresh, b"") if user.ask(photo, consent="none")["result"])


def hear(app: Served) -> None:
    """Returns when no fact waits, nor is in another worker's hands."""
    app.run(lambda: outbox.deliver(app.world))
    wait_until(lambda: not app.rows(outbox.counts))


def items(app: Served, prediction: dict[str, Any]) -> list[Item]:
    """The items that corrections of this prediction made, once all facts are heard."""
    hear(app)

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
    return answered(user)


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
        assert app.rows(lambda session, known=image_id: _holders(session, UUID(known))) == {"prediction", "dataset"}


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
    assert "dataset" not in app.rows(lambda session: _holders(session, UUID(answer["image_id"])))
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
    held = app.rows(lambda session: _holders(session, item.photo_id))
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
    assert app.rows(lambda session: _holders(session, item.photo_id)) <= {"dataset"}
    assert items(app, answer) == []
    assert app.rows(lambda session: _holders(session, item.photo_id)) == set()


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


async def _held_for(session: AsyncSession, sha256: str) -> list[UUID]:
    return [subject for subject, _ in await photos.alike(session, "dataset", [sha256])]


async def _holders(session: AsyncSession, photo_id: UUID) -> set[str]:
    return set(await session.scalars(select(PhotoHold.holder).where(PhotoHold.photo_id == photo_id)))


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
