"""What a detector finds, end to end: instances, counts, a grade, pictures with the answer drawn on."""

import base64
import io
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.monitoring.tables import DailyClass
from cultivar.photos.tables import Photo
from cultivar.predictions.schemas import Answer
from cultivar.predictions.tables import Prediction, PredictionInstance
from tests.support.app import Person, Served, fine, problem
from tests.support.fruit import Bunch, Finger, bunch
from tests.support.photofile import jpeg

SHEET = bunch(["Ripe", "Ripe", "Mature"], seed=3)
COUNTS = ("banana_count", "not_mature_count", "mature_count", "ripe_count", "over_ripe_count")


def photo(drawn: Bunch = SHEET) -> bytes:
    return jpeg(drawn.image)


def overlap(one: Any, other: Any) -> float:
    """Of two boxes, the area that both have to the area that either has."""
    wide, high = (max(0.0, min(one[k + 2], other[k + 2]) - max(one[k], other[k])) for k in (0, 1))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / (sum(areas) - wide * high)


def picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_each_banana_is_found_outlined_counted_and_graded(grower: Person) -> None:
    answer = grower.ask(photo())
    assert Answer.model_validate(answer).model_dump(mode="json") == answer
    assert [answer[name] for name in COUNTS] == [3, 0, 1, 2, 0]
    found = answer["instances"]
    assert [one["instance_id"] for one in found] == [0, 1, 2]
    assert [one["confidence"] for one in found] == sorted((one["confidence"] for one in found), reverse=True)
    for drawn in SHEET.fruits:
        (one,) = [one for one in found if overlap(one["bbox"], drawn.bbox) > 0.6]
        assert (one["class_name"], one["file_index"]) == (drawn.class_name, 0)
        assert one["area_px"] == pytest.approx(drawn.mask.sum(), rel=0.25)
        assert len(one["polygon"]) >= 3
        assert all(0 <= x <= 640 and 0 <= y <= 480 for x, y in one["polygon"])
        assert one["colour_stage"] in range(1, 8)
    ripe = [one for one in found if one["class_name"] == "Ripe"]
    assert answer["result"] == {
        "class_id": 2,
        "class_name": "Ripe",
        "confidence": pytest.approx(sum(one["confidence"] for one in ripe) / 2, abs=1e-5),
        "bbox": ripe[0]["bbox"],
    }
    assert (answer["heads"], answer["diseases"], answer["severity"]) == ({}, None, None)
    assert answer["grade"] in {"A+", "A", "B", "C", "D"}
    assert answer["overall_quality_score"] == answer["grading"]["score"]
    assert answer["grading"]["purpose"] == "retail"
    assert answer["grading"]["components"]["window"] == 1.0
    assert answer["quality_metrics"]["geometric_validity"] is not None


def test_the_purpose_is_one_of_the_packs(grower: Person) -> None:
    green = grower.ask(photo(), purpose="export_green")["grading"]
    assert (green["purpose"], green["components"]["window"]) == ("export_green", 0.0)
    problem(grower.predict(photo(), purpose="jam"), 422, "unknown_purpose")


def test_nothing_on_the_sheet_is_refused_and_ungradable(grower: Person) -> None:
    answer = grower.ask(photo(bunch([], seed=1)), consent="store")
    assert (answer["refusal"]["code"], answer["result"], answer["instances"]) == ("no_plant", None, [])
    assert answer["banana_count"] == 0
    assert (answer["grade"], answer["overall_quality_score"]) == ("ungradable", None)
    assert answer["grading"]["reason"] == "no_instances"
    assert answer["grading"]["message"]


def test_a_high_confidence_hides_weaker_instances_and_what_they_count_for(grower: Person) -> None:
    every = grower.ask(photo())["instances"]
    least = (every[0]["confidence"] + every[-1]["confidence"]) / 2
    shown = grower.ask(photo(), min_confidence=least)
    assert [one["bbox"] for one in shown["instances"]] == [one["bbox"] for one in every if one["confidence"] >= least]
    assert shown["banana_count"] == len(shown["instances"])
    problem(grower.predict(photo(), min_confidence=0), 422, "invalid")


def test_overlapping_instances_are_kept_where_the_threshold_lets_them(grower: Person) -> None:
    assert grower.ask(photo(), iou_threshold=1)["banana_count"] > grower.ask(photo(), iou_threshold=0.3)["banana_count"]
    for wrong in (0.05, 1.1, "nan"):
        problem(grower.predict(photo(), iou_threshold=wrong), 422, "invalid")


def test_a_kept_answer_comes_back_with_its_instances_and_goes_with_them(fruit_app: Served, grower: Person) -> None:
    answer = grower.ask(photo(), photo(bunch(["Over Ripe"], seed=4)), consent="store", return_visualization=True)
    assert {one["file_index"] for one in answer["instances"]} == {0, 1}
    path = f"/predictions/{answer['prediction_id']}"
    kept = grower.get(path)
    assert {name: kept[name] for name in answer} == answer
    (listed,) = [one for one in grower.get("/predictions")["items"] if one["prediction_id"] == answer["prediction_id"]]
    assert listed == kept

    async def left(session: AsyncSession) -> int | None:
        own = PredictionInstance.prediction_id == UUID(answer["prediction_id"])
        return await session.scalar(select(func.count()).select_from(PredictionInstance).where(own))

    assert fruit_app.rows(left) == 4
    assert grower.http.delete(path).status_code == 204
    assert fruit_app.rows(left) == 0


def test_without_consent_no_place_or_outline_is_kept(fruit_app: Served, grower: Person) -> None:
    answer = grower.ask(photo(), consent="none")

    async def rows(session: AsyncSession) -> tuple[Prediction | None, list[PredictionInstance]]:
        own = select(PredictionInstance).where(PredictionInstance.prediction_id == UUID(answer["prediction_id"]))
        return await session.get(Prediction, UUID(answer["prediction_id"])), list(await session.scalars(own))

    row, instances = fruit_app.rows(rows)
    assert row is not None
    assert (row.sizes, row.banana_count, "instances" in row.said) == (None, 3, False)
    assert sorted(one.class_name for one in instances) == ["Mature", "Ripe", "Ripe"]
    assert {(one.bbox, one.polygon, one.area_px, one.measures) for one in instances} == {(None, None, None, None)}


def test_answers_are_found_by_what_they_count(grower: Person) -> None:
    few = grower.ask(photo(bunch(["Ripe"], seed=5)), consent="store")["prediction_id"]
    many = grower.ask(photo(), consent="store")["prediction_id"]
    wanted: list[tuple[dict[str, Any], list[str]]] = [
        ({"banana_count": 1}, [few]),
        ({"banana_count": 0}, []),
        ({"ripe_count_min": 2}, [many]),
        ({"ripe_count_min": 1, "banana_count_max": 1}, [few]),
        ({"mature_count": 1, "over_ripe_count": 0}, [many]),
        ({"not_mature_count_max": 0}, [many, few]),
    ]
    for params, found in wanted:
        page = grower.get("/predictions", **params)
        assert ([one["prediction_id"] for one in page["items"]], page["total"]) == (found, len(found)), params
    problem(grower.http.get("/predictions", params={"banana_count": -1}), 422, "invalid")
    problem(grower.http.get("/predictions", params={"banana_count_most": 1}), 422, "invalid")


def test_what_is_not_to_be_saved_leaves_nothing(fruit_app: Served, grower: Person) -> None:
    async def kept(session: AsyncSession) -> list[int | None]:
        tables = (Prediction, PredictionInstance, Photo)
        return [await session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = fruit_app.rows(kept)
    headers = {"Idempotency-Key": "once"}
    answers = [fine(grower.predict(photo(), save_results="false", consent="train", headers=headers)) for _ in range(2)]
    for answer in answers:
        assert (answer["prediction_id"], answer["image_id"], answer["feedback_token"]) == (None, None, None)
        assert (answer["stored"], answer["banana_count"]) == (False, 3)
    assert fruit_app.rows(kept) == before


def test_the_answer_is_drawn_on_the_photo(grower: Person) -> None:
    answer = grower.ask(photo(), photo(bunch(["Over Ripe"], seed=4)), consent="store", return_visualization=True)
    path = f"/predictions/{answer['prediction_id']}/visualization"
    assert answer["visualization"] == f"/api/v1{path}"
    plain, drawn = picture(photo()), grower.http.get(path)
    assert (drawn.headers["content-type"], drawn.headers["cache-control"]) == ("image/jpeg", "private, max-age=3600")
    assert picture(drawn.content).width == plain.width
    x1, y1, x2, _ = answer["result"]["bbox"]
    above = (int(x1), int(y1), int(x2), int(y1) + 6)
    assert picture(drawn.content).crop(above).tobytes() != plain.crop(above).tobytes()
    second = grower.http.get(path, params={"index": 1, "format": "png"})
    assert picture(second.content).format == "PNG"
    assert second.content != drawn.content
    problem(grower.http.get(path, params={"index": 2}), 404, "image_gone")
    problem(grower.http.get(path, params={"index": 5}), 422, "invalid")
    problem(grower.http.get(path, params={"colour": "red"}), 422, "invalid")


def test_a_picture_is_for_its_owner_alone_and_ends_with_the_photo(fruit_app: Served, grower: Person) -> None:
    answer = grower.ask(photo(), consent="store")
    path = f"/predictions/{answer['prediction_id']}/visualization"
    assert answer["visualization"] is None
    problem(fruit_app.guest().http.get(path), 404, "unknown_prediction")
    (row,) = fruit_app.rows(lambda session: _photos(session, grower))
    fruit_app.run(lambda: fruit_app.world.storage.delete(row.key))
    problem(grower.http.get(path), 404, "image_gone")


async def _photos(session: AsyncSession, person: Person) -> list[Photo]:
    return list(await session.scalars(select(Photo).where(Photo.owner_id == person.id)))


@pytest.mark.parametrize("fields", [{"consent": "none"}, {"save_results": "false"}])
def test_the_picture_of_an_answer_that_is_not_stored_comes_with_it(grower: Person, fields: dict[str, str]) -> None:
    answer = grower.ask(photo(), return_visualization="true", **fields)
    kind, _, text = answer["visualization"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert picture(base64.b64decode(text)).width == 640


def test_detectors_are_counted_by_their_class(fruit_app: Served, grower: Person) -> None:
    grower.ask(photo(), consent="store")
    grower.ask(photo(bunch([Finger("Over Ripe"), "Over Ripe", "Ripe"], seed=9)), consent="store")
    stats = grower.get("/feedback/stats", mine=True)
    counted = {name: one["total_predictions"] for name, one in stats["class_statistics"].items()}
    assert counted == {"Ripe": 1, "Over Ripe": 1}

    async def mean(session: AsyncSession) -> list[int]:
        return list(await session.scalars(select(DailyClass.confidence).where(DailyClass.owner_id == grower.id)))

    assert all(0 < confidence <= 1_000_000 for confidence in fruit_app.rows(mean))
