"""What people say of single instances: what can be meant, what is kept of it, and what it comes to."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.feedback.errors import BadPlace, ClassUnknown, Contradiction, InstanceUnknown, NothingSaid
from cultivar.feedback.events import InstanceSaid
from cultivar.feedback.instances import Answered
from cultivar.feedback.rules import Said, checked, patched
from cultivar.feedback.schemas import FeedbackPatch, InstanceIn
from cultivar.feedback.tables import FeedbackInstance
from cultivar.predictions.schemas import Thing
from tests.support.app import Person, Served, fine, problem
from tests.support.fruit import bunch
from tests.support.photofile import jpeg

CLASSES = ("Not Mature", "Mature", "Ripe", "Over Ripe")
SIZE = (640, 480)
THINGS = {k: Thing(k, 0, 2, "Ripe", (10.0, 10.0, 90.0, 200.0), None) for k in range(3)}
FOUND = Answered(True, THINGS, [SIZE])
BOX = [20.0, 30.0, 100.0, 200.0]
RING = [[20.0, 30.0], [100.0, 30.0], [60.0, 200.0]]
BOW = [[20.0, 30.0], [100.0, 200.0], [100.0, 30.0], [20.0, 200.0]]


@pytest.mark.parametrize(
    "said",
    [
        {"verdict": "right"},
        {"verdict": "right", "instance_id": 0, "class_name": "Ripe"},
        {"verdict": "false", "instance_id": 0, "bbox": BOX},
        {"verdict": "wrong_class", "instance_id": 0},
        {"verdict": "wrong_class", "class_name": "Ripe"},
        {"verdict": "edited", "instance_id": 0},
        {"verdict": "edited", "instance_id": 0, "class_name": "Ripe"},
        {"verdict": "missed", "class_name": "Ripe"},
        {"verdict": "missed", "bbox": BOX},
        {"verdict": "missed", "instance_id": 0, "class_name": "Ripe", "bbox": BOX},
        {"verdict": "edited", "instance_id": 0, "polygon": RING[:2]},
        {"verdict": "edited", "instance_id": 0, "polygon": [[float(k), 0.0] for k in range(501)]},
        {"verdict": "edited", "instance_id": 0, "bbox": [0.0, float("nan"), 1.0, 1.0]},
        {"verdict": "edited", "instance_id": 0, "bbox": [-1.0, 0.0, 1.0, 1.0]},
        {"verdict": "edited", "instance_id": 0, "bbox": [0.0, 0.0, 1.0]},
        {"verdict": "perhaps", "instance_id": 0},
        {"verdict": "right", "instance_id": "0"},
        {"verdict": "edited", "instance_id": 0, "bbox": BOX, "file_index": 1},
    ],
)
def test_a_verdict_without_its_parts_or_with_others_does_not_fit(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        InstanceIn.model_validate(said)


def test_an_instance_is_spoken_of_once() -> None:
    twice = [{"verdict": "right", "instance_id": 1}, {"verdict": "false", "instance_id": 1}]
    with pytest.raises(ValidationError, match="more than once"):
        FeedbackPatch.model_validate({"instances": twice})
    missed = {"verdict": "missed", "class_name": "Ripe", "bbox": BOX}
    assert FeedbackPatch.model_validate({"instances": [missed, missed]}).instances


def said(*instances: InstanceSaid, **more: Any) -> Said:
    return checked(Said(instances=instances, **more), predicted="Ripe", classes=CLASSES, answered=FOUND)


@given(st.lists(st.sampled_from(["right", "false"]), min_size=1, max_size=3))
def test_an_answer_is_right_when_its_instances_are(verdicts: list[Any]) -> None:
    found = said(*(InstanceSaid(verdict, k) for k, verdict in enumerate(verdicts)))
    assert found.is_correct == (set(verdicts) == {"right"})
    assert [one.file_index for one in found.instances] == [0] * len(verdicts)


def test_what_is_said_of_the_whole_stands_unless_an_instance_is_against_it() -> None:
    assert said(InstanceSaid("right", 0), is_correct=False).is_correct is False
    with pytest.raises(Contradiction):
        said(InstanceSaid("right", 0), InstanceSaid("false", 1), is_correct=True)


def test_a_classifiers_answer_is_no_sum_of_its_leaves() -> None:
    leaves = Answered(False, THINGS, [SIZE])
    one = Said(instances=(InstanceSaid("false", 0),))
    with pytest.raises(NothingSaid):
        checked(one, predicted="Ripe", classes=CLASSES, answered=leaves)
    told = checked(Said(is_correct=True, instances=one.instances), predicted="Ripe", classes=CLASSES, answered=leaves)
    assert told.is_correct is True


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (InstanceSaid("right", 7), InstanceUnknown),
        (InstanceSaid("wrong_class", 0, class_name="Green"), ClassUnknown),
        (InstanceSaid("wrong_class", 0, class_name="Ripe"), Contradiction),
        (InstanceSaid("edited", 0, bbox=(50.0, 50.0, 40.0, 60.0)), BadPlace),
        (InstanceSaid("edited", 0, bbox=(0.0, 0.0, 641.0, 60.0)), BadPlace),
        (InstanceSaid("edited", 0, polygon=tuple((x, y) for x, y in BOW)), BadPlace),
        (InstanceSaid("edited", 0, polygon=((0.0, 0.0), (1.0, 1.0), (2.0, 2.0))), BadPlace),
        (InstanceSaid("missed", None, 1, class_name="Ripe", bbox=(0.0, 0.0, 5.0, 5.0)), BadPlace),
    ],
)
def test_what_cannot_be_meant_is_refused(one: InstanceSaid, error: type[Exception]) -> None:
    with pytest.raises(error):
        said(one)


def test_speaking_of_instances_anew_says_anew_whether_it_was_right() -> None:
    before = said(InstanceSaid("false", 0))
    anew = patched(before, {"instances": (InstanceSaid("right", 0),)}, whole=True)
    assert said(*anew.instances, is_correct=anew.is_correct).is_correct is True
    assert patched(before, {"is_correct": True}, whole=True).instances == ()
    assert patched(before, {"comment": "x"}, whole=True).instances == before.instances


SHEET = jpeg(bunch(["Ripe", "Ripe", "Mature"], seed=3).image)


@pytest.fixture
def answer(grower: Person) -> dict[str, Any]:
    return grower.ask(SHEET, consent="store")


def test_what_is_said_of_each_is_kept_with_its_history_and_shown_beside_the_answer(
    grower: Person, answer: dict[str, Any]
) -> None:
    first = [
        {"verdict": "right", "instance_id": 0},
        {"verdict": "wrong_class", "instance_id": 1, "class_name": "Mature"},
    ]
    given = grower.feedback(answer["prediction_id"], instances=first)
    assert given.status_code == 201
    path = f"/feedback/{given.json()['feedback_id']}"
    shown = grower.get(path)
    assert shown["is_correct"] is False
    assert shown["instances"][1] | {"class_id": 1, "class_name": "Mature"} == shown["instances"][1]
    assert grower.get(f"/predictions/{answer['prediction_id']}")["feedback"]["instances"] == shown["instances"]
    second = [
        {"verdict": "edited", "instance_id": 0, "polygon": RING},
        {"verdict": "missed", "class_name": "Over Ripe", "bbox": BOX},
        {"verdict": "false", "instance_id": 2},
    ]
    changed = fine(grower.http.patch(path, json={"instances": second}))
    assert [one["verdict"] for one in changed["instances"]] == ["edited", "missed", "false"]
    assert (changed["instances"][0]["polygon"], changed["instances"][1]["bbox"]) == (RING, BOX)
    assert [len(change["said"]["instances"]) for change in changed["changes"]] == [2, 3]
    assert grower.get(path) == changed
    right = fine(grower.http.patch(path, json={"is_correct": True}))
    assert (right["is_correct"], right["instances"]) == (True, [])


@pytest.mark.parametrize(
    ("instances", "status", "code"),
    [
        ([{"verdict": "right", "instance_id": 99}], 400, "unknown_instance"),
        ([{"verdict": "edited", "instance_id": 0, "bbox": [0.0, 0.0, 641.0, 20.0]}], 400, "bad_place"),
        ([{"verdict": "edited", "instance_id": 0, "polygon": BOW}], 400, "bad_place"),
        ([{"verdict": "wrong_class", "instance_id": 0, "class_name": "Green"}], 422, "unknown_class"),
        ([{"verdict": "wrong_class", "instance_id": 0}], 422, "invalid"),
        ([{"verdict": "right", "instance_id": 0}] * 2, 422, "invalid"),
        ([], 422, "nothing_said"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    grower: Person, answer: dict[str, Any], instances: list[Any], status: int, code: str
) -> None:
    problem(grower.feedback(answer["prediction_id"], instances=instances), status, code)
    assert grower.get(f"/predictions/{answer['prediction_id']}")["feedback"] is None


def test_a_right_answer_has_no_wrong_instance(grower: Person, answer: dict[str, Any]) -> None:
    wrong = {"is_correct": True, "instances": [{"verdict": "false", "instance_id": 0}]}
    problem(grower.feedback(answer["prediction_id"], **wrong), 422, "contradiction")


def test_an_answer_that_is_not_stored_is_spoken_of_by_its_token(fruit_app: Served, grower: Person) -> None:
    unkept = grower.ask(SHEET, consent="none")
    every = [{"verdict": "right", "instance_id": one["instance_id"]} for one in unkept["instances"]]
    token = {"feedback_token": unkept["feedback_token"]}
    given = fine(grower.feedback(unkept["prediction_id"], instances=every, **token))
    key = {"Feedback-Token": unkept["feedback_token"]}
    shown = fine(grower.http.get(f"/feedback/{given['feedback_id']}", headers=key))
    assert (shown["is_correct"], len(shown["instances"])) == (True, 3)
    assert grower.http.delete(f"/feedback/{given['feedback_id']}", headers=key).status_code == 204

    async def left(session: AsyncSession) -> int | None:
        own = FeedbackInstance.feedback_id == UUID(given["feedback_id"])
        return await session.scalar(select(func.count()).select_from(FeedbackInstance).where(own))

    assert fruit_app.rows(left) == 0
