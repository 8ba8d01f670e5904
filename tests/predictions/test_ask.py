"""A photo in, an answer out."""

import asyncio
from typing import Any

import httpx
import pytest

from cultivar.kernel.intake import Intake
from cultivar.packs.service import load_pack
from cultivar.predictions.schemas import Answer
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem, wait_until
from tests.support.leaves import black, leaf
from tests.support.model import PACK

LABELS = [known.name for known in load_pack(PACK).classes]


def test_a_leaf_is_named(user: Person) -> None:
    answer = user.ask(leaf(drawing.WILLOW_SICK), min_confidence=0)
    assert Answer.model_validate(answer).model_dump(mode="json") == answer
    assert answer["success"] is True
    assert answer["refused"] is False
    assert answer["refusal"] is None
    assert answer["result"]["class_name"] == drawing.WILLOW_SICK
    assert LABELS[answer["result"]["class_id"]] == drawing.WILLOW_SICK
    assert answer["result"]["bbox"] is None
    assert answer["plant_type"] == "Willow"
    assert "Rust" in {disease["name"] for disease in answer["diseases"]}
    assert (answer["model"], answer["photos"]) == ("drawn", [])
    assert 0 < answer["inference_time_ms"] / 1000 <= answer["processing_time"]


def test_a_healthy_leaf_has_no_disease(user: Person) -> None:
    answer = user.ask(leaf(drawing.WILLOW), min_confidence=0)
    assert answer["result"]["class_name"] == drawing.WILLOW
    assert answer["diseases"] == []


def test_a_short_head_shows_all_its_labels(user: Person) -> None:
    heads = user.ask(leaf(), top_k=1)["heads"]
    assert {one["label"] for one in heads["plant"]["top"]} == {"Banana", "Maple", "Willow"}
    assert sum(one["confidence"] for one in heads["condition"]["top"]) == pytest.approx(1, abs=1e-4)


def test_a_high_threshold_hides_and_never_refuses(user: Person) -> None:
    answer = user.ask(leaf(), min_confidence=1)
    assert answer["refused"] is False
    assert answer["result"] is not None
    assert answer["diseases"] == []
    assert all(one["confidence"] >= 1 for head in answer["heads"].values() for one in head["top"])
    assert ("low_confidence" in answer["warnings"]) == (answer["result"]["confidence"] < 1)


def test_an_unusable_photo_is_refused_with_words_in_the_language_asked_for(user: Person) -> None:
    pack = load_pack(PACK)
    for language, text in (("fr-FR,fr;q=0.9", "fr"), ("de", "en")):
        answer = fine(user.predict(black(), headers={"Accept-Language": language}))
        assert answer["refused"] is True
        assert answer["refusal"]["code"] == "unusable_photo"
        assert answer["refusal"]["message"] == getattr(pack.refusals["unusable_photo"].message, text)
        assert answer["result"] is answer["plant_type"] is answer["confidence"] is None
        assert set(answer["heads"]) == {"plant", "condition"}
        assert answer["diseases"] == []


def test_what_is_no_plant_is_refused(user: Person) -> None:
    answers = [user.ask(leaf(drawing.THING, seed)) for seed in range(4)]
    assert sum(answer["refused"] for answer in answers) >= 3
    assert {answer["refusal"]["code"] for answer in answers if answer["refused"]} <= {"no_plant", "unknown_crop"}


def test_several_photos_of_one_plant_get_one_answer(user: Person) -> None:
    photos = [leaf(drawing.WILLOW_SICK, seed) for seed in range(3)]
    answer = user.ask(*photos, black(), consent="store")
    assert answer["result"]["class_name"] == drawing.WILLOW_SICK
    assert [photo["file_index"] for photo in answer["photos"]] == [0, 1, 2, 3]
    refused = [photo["refused"] for photo in answer["photos"]]
    assert refused[3] is True
    assert not all(refused)
    assert answer["photos"][3]["refusal"] == "unusable_photo"
    assert all(set(photo["heads"]) == {"plant", "condition"} for photo in answer["photos"])
    ids = [photo["image_id"] for photo in answer["photos"]]
    assert len(set(ids)) == 4
    assert answer["image_id"] == ids[0]
    assert user.get("/predictions")["total"] == 1


def test_a_photo_as_the_body_is_a_photo_in_a_form(user: Person) -> None:
    photo, params = leaf(drawing.WILLOW_SICK), {"consent": "store", "min_confidence": "0.25", "top_k": "3"}
    raw = fine(user.http.post("/predict", content=photo, params=params, headers={"Content-Type": "image/jpeg"}))
    form = user.ask(photo, **params)
    for name in ("result", "heads", "diseases", "quality", "refused", "warnings", "stored"):
        assert raw[name] == form[name]


def test_fields_may_stand_in_the_query_of_a_form(user: Person) -> None:
    files = [("file", ("a.jpg", leaf(), "image/jpeg"))]
    answer = fine(user.http.post("/predict", params={"model": "drawn"}, data={"consent": "store"}, files=files))
    assert answer["stored"] is True


def test_whoever_names_a_person_is_told_that_it_is_ignored(user: Person) -> None:
    answer = user.ask(leaf(), user_id="somebody else", consent="store")
    assert "user_id_ignored" in answer["warnings"]
    assert user.get(f"/predictions/{answer['prediction_id']}")["prediction_id"] == answer["prediction_id"]


def test_an_api_key_asks_too(app: Served, user: Person) -> None:
    key = fine(user.http.post("/keys", json={"name": "greenhouse", "scopes": ["predict"]}))["key"]
    with app.anybody(Authorization=f"Bearer {key}") as service:
        files = [("file", ("a.jpg", leaf(), "image/jpeg"))]
        assert fine(service.post("/predict", files=files, data={"consent": "store"}))["stored"] is True
        assert service.get("/predictions").status_code == 403
    assert user.get("/predictions")["total"] == 1


def test_answers_to_many_at_once_are_each_their_own(app: Served, user: Person) -> None:
    labels = [drawing.WILLOW_SICK, drawing.WILLOW, drawing.MAPLE_SICK, drawing.BANANA] * 3
    alone = {label: user.ask(leaf(label))["heads"] for label in set(labels)}
    together = app.run(lambda: _all_at_once(user, labels))
    assert [answer["heads"] for answer in together] == [alone[label] for label in labels]


async def _all_at_once(user: Person, labels: list[str]) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=user.http.base_url, headers=user.http.headers, timeout=30) as client:
        files = [[("file", ("a.jpg", leaf(label), "image/jpeg"))] for label in labels]
        answers = await asyncio.gather(*(client.post("/predict", files=one) for one in files))
    return [fine(answer) for answer in answers]


def test_beyond_what_memory_may_hold_one_is_asked_to_come_again(
    app: Served, user: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Intake(1000)
    monkeypatch.setattr(app.world, "intake", narrow)
    for sent in ({"files": {"file": leaf()}}, {"content": leaf(), "headers": {"Content-Type": "image/jpeg"}}):
        refused = user.http.post("/predict", **sent)
        problem(refused, 503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
    wait_until(lambda: narrow.held == 0)
    monkeypatch.undo()
    assert user.ask(leaf())["result"] is not None
    wait_until(lambda: app.world.intake.held == 0)
