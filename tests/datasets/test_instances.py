"""Corrected instances go with the picture, so that a detector can learn from them."""

from typing import Any
from uuid import uuid4

from cultivar.datasets.rules import labelled, lesson
from cultivar.feedback.events import InstanceSaid, Verdict
from cultivar.predictions.schemas import Thing
from tests.datasets.corrections import items
from tests.support.app import Person, Served, fine
from tests.support.fruit import bunch
from tests.support.photofile import jpeg

THINGS = [Thing(k, k // 2, 2, "Ripe", (10.0 * k, 0.0, 10.0 * k + 9, 9.0), None) for k in range(3)]
WRONG = Verdict(False, None, None, None)


def test_the_answer_as_it_was_corrected_is_what_is_in_the_photos() -> None:
    said = [
        InstanceSaid("false", 0, 0),
        InstanceSaid("wrong_class", 1, 0, 1, "Mature"),
        InstanceSaid("missed", None, 1, 3, "Over Ripe", None, ((1.0, 2.0), (5.0, 2.0), (3.0, 8.0))),
    ]
    found = labelled(said, THINGS)
    assert [(one.class_name, one.verdict) for one in found[0]] == [("Mature", "wrong_class")]
    assert [(one.class_name, one.verdict) for one in found[1]] == [("Ripe", "unsaid"), ("Over Ripe", "missed")]
    assert found[1][1].bbox == (1.0, 2.0, 5.0, 8.0)


def test_an_edited_outline_takes_the_place_of_the_answered_one() -> None:
    (one,) = labelled([InstanceSaid("edited", 0, 0, None, None, (1.0, 1.0, 4.0, 4.0))], THINGS[:1])[0]
    assert (one.bbox, one.polygon, one.class_name) == ((1.0, 1.0, 4.0, 4.0), None, "Ripe")


def test_without_a_class_of_the_whole_it_is_that_of_most_instances() -> None:
    said = [InstanceSaid("wrong_class", 0, 0, 1, "Mature"), InstanceSaid("wrong_class", 1, 0, 1, "Mature")]
    taught = lesson(uuid4(), uuid4(), WRONG, said, THINGS, predicted="Ripe")
    assert taught is not None
    assert (taught.class_id, taught.class_name) == (1, "Mature")
    assert set(taught.of_photo(1).instances) == {1}
    assert lesson(uuid4(), uuid4(), WRONG, said, THINGS, predicted="Healthy") is None
    assert lesson(uuid4(), uuid4(), WRONG, [InstanceSaid("right", 0, 0)], THINGS, predicted="Ripe") is None


def test_a_corrected_banana_waits_in_the_queue_and_goes_with_its_feedback(fruit_app: Served, grower: Person) -> None:
    answer = grower.ask(jpeg(bunch(["Ripe", "Ripe", "Mature"], seed=31).image), consent="train")
    said: list[dict[str, Any]] = [{"verdict": "wrong_class", "instance_id": 0, "class_name": "Over Ripe"}]
    given = fine(grower.feedback(answer["prediction_id"], instances=said))
    (item,) = items(fruit_app, answer)
    assert item.instances is not None
    assert [one["verdict"] for one in item.instances] == ["wrong_class", "unsaid", "unsaid"]
    assert item.instances[0]["class_name"] == "Over Ripe"
    assert item.instances[0]["bbox"] == answer["instances"][0]["bbox"]
    (shown,) = [one for one in fruit_app.expert().get("/datasets/items")["items"] if one["item_id"] == str(item.id)]
    assert [one["class_name"] for one in shown["instances"]] == [one["class_name"] for one in item.instances]
    other = {"instances": [{"verdict": "false", "instance_id": 1}]}
    fine(grower.http.patch(f"/feedback/{given['feedback_id']}", json=other))
    (item,) = items(fruit_app, answer)
    assert item.instances is not None
    assert len(item.instances) == 2
    assert grower.http.delete(f"/feedback/{given['feedback_id']}").status_code == 204
    assert items(fruit_app, answer) == []


def test_an_instance_whose_place_was_not_kept_is_nothing_to_learn_from() -> None:
    nowhere = Thing(0, 0, 2, "Ripe", None, None)
    assert labelled([InstanceSaid("right", 0, 0)], [nowhere]) == {0: ()}
