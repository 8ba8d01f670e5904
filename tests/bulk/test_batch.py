"""Batches over HTTP: files, a ZIP, stored photos; one bad photo fails alone."""

import csv
import io
import json
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.bulk.tables import Batch, BatchItem
from cultivar.predictions.tables import Prediction
from tests.bulk.conftest import Batches
from tests.bulk.zips import zipped
from tests.support.app import Person, Served, fine, problem, wait_until


async def _objects(app: Served) -> list[str]:
    return [found.key async for found in app.world.storage.list("bulk")]


def lying(app: Served, job_id: str) -> list[str]:
    """What still lies in storage of what was sent for a job."""
    return [key for key in app.run(lambda: _objects(app)) if job_id in key]


def test_files_become_a_job_whose_results_name_each_file(batches: Batches, photos: list[bytes]) -> None:
    sent = batches.send(("a.jpg", photos[0]), ("bad.jpg", b"not a photo"), ("b.jpg", photos[1]), consent="store")
    told = sent.json()
    assert (told["state"], told["total"]) == ("queued", 3)
    assert sent.headers["location"] == f"/api/v1/jobs/{told['job_id']}"
    job = batches.ended(sent)
    assert (job["state"], job["total"], job["done"], job["failed"], job["error"]) == ("done", 3, 2, 1, None)
    first, bad, second = batches.results(told["job_id"])
    assert [one["file"] for one in (first, bad, second)] == ["a.jpg", "bad.jpg", "b.jpg"]
    assert (bad["success"], bad["error"]["code"]) == (False, "unreadable_image")
    alone = batches.person.ask(photos[1], consent="none")
    assert second["result"] == alone["result"]
    kept = batches.person.get(f"/predictions/{first['prediction_id']}")
    assert kept["result"] == first["result"]
    assert kept["image_id"] == first["image_id"]


def test_a_zip_of_three_hundred_photos_is_looked_at_and_removed(
    app: Served, batches: Batches, photos: list[bytes]
) -> None:
    members = [(f"field {n % 3}/leaf {n:03}.jpg", photos[n % len(photos)]) for n in range(300)]
    job = batches.ended(batches.send_zip(zipped([("field 0/", b""), *members]), consent="store"))
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", 300, 300, 0)
    results = batches.results(job["job_id"])
    assert [one["file"] for one in results] == [name for name, _ in members]
    assert len({one["prediction_id"] for one in results}) == 300
    assert {json.dumps(one["result"]) for one in results[:: len(photos)]} == {json.dumps(results[0]["result"])}
    wait_until(lambda: lying(app, job["job_id"]) == [])


def test_stored_photos_are_looked_at_again(batches: Batches, photos: list[bytes]) -> None:
    stored = [batches.person.ask(photo, consent="store") for photo in photos[:2]]
    ids = [one["image_id"] for one in stored]
    as_json = batches.person.http.post("/predict/batch", json={"image_ids": ids, "consent": "none"})
    as_form = batches.person.http.post("/predict/batch", data={"image_ids": ids, "consent": "none"})
    for sent in (as_json, as_form):
        job = batches.ended(sent)
        assert (job["state"], job["done"]) == ("done", 2)
        results = batches.results(job["job_id"])
        assert [one["file"] for one in results] == ids
        assert [one["result"] for one in results] == [one["result"] for one in stored]


def test_a_zip_may_be_the_body_with_parameters_in_the_query(batches: Batches, photos: list[bytes]) -> None:
    sent = batches.person.http.post(
        "/predict/batch",
        content=zipped([("a.jpg", photos[0])]),
        headers={"Content-Type": "application/zip"},
        params={"top_k": 1, "consent": "none"},
    )
    assert batches.ended(sent)["done"] == 1


def test_a_zip_among_the_files_is_taken_for_what_it_is(batches: Batches, photos: list[bytes]) -> None:
    sent = batches.send(("all.zip", zipped([("a.jpg", photos[0]), ("b.jpg", photos[1])])), consent="none")
    assert sent.json()["total"] == 2
    assert batches.ended(sent)["done"] == 2


def test_parameters_are_those_of_predict(batches: Batches, photos: list[bytes]) -> None:
    sent = batches.send(("a.jpg", photos[0]), min_confidence="1", consent="none", model="drawn")
    (one,) = batches.results(batches.ended(sent)["job_id"])
    assert all(label["confidence"] == 1 for head in one["heads"].values() for label in head["top"])


async def _rows_of(session: AsyncSession, job_id: str) -> list[BatchItem]:
    return list(await session.scalars(select(BatchItem).where(BatchItem.job_id == UUID(job_id))))


def test_without_consent_answers_stand_with_the_job_alone(app: Served, batches: Batches, photos: list[bytes]) -> None:
    job = batches.ended(batches.send(("a.jpg", photos[0]), consent="none"))
    (one,) = batches.results(job["job_id"])
    assert (one["stored"], one["image_id"]) == (False, None)
    assert one["feedback_token"]
    assert batches.person.get("/predictions")["total"] == 0
    (row,) = app.rows(lambda session: _rows_of(session, job["job_id"]))
    assert row.prediction_id is None
    assert json.loads(row.answer or "")["prediction_id"] == one["prediction_id"]


async def _predictions(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Prediction)) or 0


def test_what_is_not_to_be_saved_leaves_no_prediction(app: Served, batches: Batches, photos: list[bytes]) -> None:
    before = app.rows(_predictions)
    job = batches.ended(batches.send(("a.jpg", photos[0]), consent="store", save_results="false"))
    (one,) = batches.results(job["job_id"])
    assert (one["success"], one["prediction_id"]) == (True, None)
    assert app.rows(_predictions) == before


def test_the_saved_choice_holds_where_the_request_says_nothing(app: Served, photos: list[bytes]) -> None:
    person = app.user()
    fine(person.http.put("/users/me/consents", json={"consent": "store"}))
    batches = Batches(person)
    (one,) = batches.results(batches.ended(batches.send(("a.jpg", photos[0])))["job_id"])
    assert one["stored"] is True
    person.http.close()


async def _consents(session: AsyncSession, person: UUID) -> set[str]:
    return set(await session.scalars(select(Prediction.consent).where(Prediction.owner_id == person)))


def test_a_choice_against_training_holds_for_photos_that_still_wait(app: Served, photos: list[bytes]) -> None:
    person = app.user()
    batches = Batches(person)
    sent = batches.send(*[(f"{place}.jpg", photos[place % 3]) for place in range(40)], consent="train")
    fine(person.http.put("/users/me/consents", json={"consent": "none"}))
    assert batches.ended(sent)["done"] == 40
    wait_until(lambda: app.rows(lambda session: _consents(session, person.id)) == {"store"})
    batches.ended(batches.send(("new.jpg", photos[0]), consent="train"))
    assert app.rows(lambda session: _consents(session, person.id)) == {"store", "train"}
    person.http.close()


def test_results_come_as_pages_as_lines_and_as_a_table(batches: Batches, photos: list[bytes]) -> None:
    files = [(f"{n}.jpg", photos[n]) for n in range(3)]
    job_id = batches.ended(batches.send(*files, ("=bad.jpg", b""), consent="store"))["job_id"]
    path = f"/jobs/{job_id}/results"
    first = batches.person.get(path, limit=3)
    second = batches.person.get(path, limit=3, cursor=first["next_cursor"])
    assert (first["total"], len(first["items"]), second["next_cursor"]) == (4, 3, None)
    items = [*first["items"], *second["items"]]
    told = [{name: value for name, value in item.items() if name != "thumb_url"} for item in items]
    assert told == batches.results(job_id)
    table = batches.person.http.get(path, params={"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["file"] for row in rows] == ["0.jpg", "1.jpg", "2.jpg", "'=bad.jpg"]
    assert [row["class_name"] for row in rows[:3]] == [
        one["result"]["class_name"] if one["result"] else "" for one in first["items"]
    ]
    assert rows[3]["error_code"] == "empty_file"
    problem(batches.person.http.get(path, params={"cursor": "nonsense"}), 422, "invalid_cursor")


def test_a_deleted_answer_is_gone_from_the_results_too(batches: Batches, photos: list[bytes]) -> None:
    job_id = batches.ended(batches.send(("a.jpg", photos[0]), consent="store"))["job_id"]
    (one,) = batches.results(job_id)
    assert batches.person.http.delete(f"/predictions/{one['prediction_id']}").status_code == httpx.codes.NO_CONTENT
    (left,) = batches.results(job_id)
    assert left == {
        "index": 0,
        "file": "a.jpg",
        "success": False,
        "error": {"code": "answer_deleted", "detail": "This answer was kept, and has been deleted since."},
    }


def test_a_stranger_finds_neither_job_nor_results(app: Served, batches: Batches, photos: list[bytes]) -> None:
    job_id = batches.ended(batches.send(("a.jpg", photos[0]), consent="store"))["job_id"]
    stored = batches.person.ask(photos[0], consent="store")
    stranger = app.guest().http
    for path in ("", "/results", "/results?format=csv", "/events"):
        problem(stranger.get(f"/jobs/{job_id}{path}"), 404, "job_not_found")
    problem(stranger.delete(f"/jobs/{job_id}"), 404, "job_not_found")
    foreign = {"image_ids": [stored["image_id"]]}
    problem(stranger.post("/predict/batch", json=foreign), 404, "unknown_photo")
    problem(batches.person.http.post("/predict/batch", json={"image_ids": [str(uuid4())]}), 404, "unknown_photo")


async def _batches(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Batch)) or 0


def test_the_same_request_with_the_same_key_is_one_job(app: Served, batches: Batches, photos: list[bytes]) -> None:
    files, key = [("a.jpg", photos[0]), ("b.jpg", photos[1])], {"Idempotency-Key": "field-7"}
    first = batches.send(*files, headers=key, consent="none")
    again = batches.send(*files, headers=key, consent="none")
    assert again.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    problem(batches.send(files[0], headers=key, consent="none"), 422, "idempotency_mismatch")
    batches.ended(first)
    wait_until(lambda: lying(app, first.json()["job_id"]) == [])
    assert batches.person.get("/jobs", kind="bulk.look")["total"] == 1


def test_the_parameters_of_the_query_belong_to_the_request(batches: Batches, photos: list[bytes]) -> None:
    headers = {"Idempotency-Key": "field-8", "Content-Type": "application/zip"}
    archive = zipped([("a.jpg", photos[0])])
    post = partial(batches.person.http.post, "/predict/batch", content=archive, headers=headers)
    first = post(params={"consent": "none"})
    assert post(params={"consent": "none"}).json() == first.json()
    problem(post(params={"consent": "store"}), 422, "idempotency_mismatch")
    batches.ended(first)


@pytest.mark.parametrize("field", [{"purpose": "jam"}, {"min_confidence": "0"}], ids=str)
def test_what_no_photo_could_be_asked_with_is_refused_at_once(
    fruit_app: Served, grower: Person, photos: list[bytes], field: dict[str, str]
) -> None:
    wrong = Batches(grower).send(("a.jpg", photos[0]), **field)
    problem(wrong, 422, "unknown_purpose" if "purpose" in field else "invalid")
    assert grower.get("/jobs")["total"] == 0


PLACE = {"latitude": 12.345678, "longitude": 7.654321, "user_location": "my door 3"}


async def _params_of(session: AsyncSession, job_id: str) -> dict[str, Any]:
    batch = await session.get(Batch, UUID(job_id))
    assert batch is not None
    return {name: batch.params[name] for name in PLACE}


def test_the_place_is_kept_as_in_an_answer(app: Served, batches: Batches, photos: list[bytes]) -> None:
    without = batches.send(("a.jpg", photos[0]), consent="none", **PLACE).json()["job_id"]
    assert app.rows(lambda session: _params_of(session, without)) == dict.fromkeys(PLACE)
    unsaved = batches.send(("a.jpg", photos[0]), consent="store", save_results="false", **PLACE).json()["job_id"]
    assert app.rows(lambda session: _params_of(session, unsaved)) == dict.fromkeys(PLACE)
    job = batches.ended(batches.send(("a.jpg", photos[0]), consent="store", **PLACE))
    coarse = {"latitude": 12.3, "longitude": 7.7, "user_location": "my door 3"}
    assert app.rows(lambda session: _params_of(session, job["job_id"])) == coarse
    (one,) = batches.results(job["job_id"])
    kept = batches.person.get(f"/predictions/{one['prediction_id']}")
    assert {name: kept[name] for name in PLACE} == coarse


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"data": {"consent": "none"}}, 400, "no_photos_sent"),
    ({"files": {"photo": ("a.jpg", b"x")}}, 422, "invalid"),
    ({"files": {"files": ("a.jpg", b"x")}, "data": {"model": "roses"}}, 404, "unknown_model"),
    ({"files": {"files": ("a.jpg", b"x")}, "data": {"colour": "red"}}, 422, "invalid"),
    ({"files": {"files": ("a.jpg", b"x")}, "data": {"webhook_url": "ftp://example.org"}}, 422, "invalid"),
    ({"files": {"files": ("a.jpg", b"x")}, "data": {"webhook_url": "http://localhost/"}}, 400, "webhook_refused"),
    ({"files": {"files": ("a.jpg", b"x")}, "data": {"return_visualization": "true"}}, 422, "invalid"),
    ({"json": {"image_ids": []}}, 400, "no_photos_sent"),
    ({"json": {"image_ids": ["a"]}}, 422, "invalid"),
    ({"json": ["a"]}, 422, "invalid"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "malformed_body"),
    ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
    ({"content": b"x", "headers": {"Content-Type": "application/zip"}}, 400, "archive_unreadable"),
    ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "malformed_body"),
    ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "malformed_body"),
    ({"files": [("files", ("a.jpg", b"x"))] * 101}, 413, "too_many_photos"),
    ({"files": [("files", ("a.jpg", b"x")), ("archive", ("a.zip", b"PK"))]}, 422, "invalid"),
]


@pytest.mark.parametrize(("request_", "status", "code"), WRONG, ids=lambda value: str(value)[:40])
def test_what_cannot_be_a_batch_is_refused_and_leaves_nothing(
    app: Served, batches: Batches, request_: dict[str, Any], status: int, code: str
) -> None:
    before = len(app.run(lambda: _objects(app)))
    rows = app.rows(_batches)
    problem(batches.person.http.post("/predict/batch", **request_), status, code)
    assert app.rows(_batches) == rows
    assert len(app.run(lambda: _objects(app))) <= before


def test_a_batch_links_to_its_pictures_in_pages_and_not_in_files(
    app: Served, batches: Batches, photos: list[bytes]
) -> None:
    job = batches.ended(batches.send(("a.jpg", photos[0]), ("b.jpg", b"no photo"), consent="store"))
    page = batches.person.get(f"/jobs/{job['job_id']}/results")
    good, bad = page["items"]
    assert httpx.get(app.url + good["thumb_url"]).headers["content-type"] == "image/jpeg"
    assert "thumb_url" not in bad
    assert all("thumb_url" not in line for line in batches.results(job["job_id"]))
