"""Why this answer: asked for once, made by a job, kept and deleted with the photo, nobody else's business."""

import io
import json
import shutil
import zipfile
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.jobs.tables import Job
from cultivar.photos import service as photos
from cultivar.photos.tables import Photo, PhotoHold
from cultivar.predictions.service.history import WHY_HOLDER
from cultivar.predictions.tables import Explanation, Prediction
from cultivar.registry import files
from cultivar.vision.explain import PASSES
from cultivar.vision.manifest import read_manifest
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem, wait_until
from tests.support.leaves import black, leaf
from tests.support.model import KEPT
from tests.support.photofile import jpeg


def asked(person: Person, prediction_id: str) -> dict[str, Any]:
    answer = person.http.post(f"/predictions/{prediction_id}/explanation")
    assert answer.status_code == 202, answer.text
    body = fine(answer)
    assert answer.headers["Location"] == f"/api/v1/jobs/{body['job_id']}"
    return body


def ended(person: Person, prediction_id: str) -> dict[str, Any]:
    """What is answered once the job has ended."""
    path = f"/predictions/{prediction_id}/explanation"
    wait_until(lambda: person.get(path)["state"] in {"done", "failed", "cancelled"})
    return person.get(path)


def explained(person: Person, prediction_id: str) -> dict[str, Any]:
    asked(person, prediction_id)
    found = ended(person, prediction_id)
    assert found["state"] == "done", found
    return found


def picture(app: Served, found: dict[str, Any]) -> np.ndarray:
    answer = httpx.get(found["url"] if found["url"].startswith("http") else app.url + found["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (found["width"], found["height"])
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture
def sick(user: Person) -> str:
    """The id of a kept answer about a sick leaf."""
    return user.ask(leaf(), consent="store")["prediction_id"]


def test_the_picture_shows_the_photo_with_heat_on_the_leaf(app: Served, user: Person, sick: str) -> None:
    problem(user.http.get(f"/predictions/{sick}/explanation"), 404, "explanation_missing")
    found = explained(user, sick)
    answer = user.get(f"/predictions/{sick}")
    assert found == found | {
        "prediction_id": sick,
        "method": "occlusion",
        "model": "drawn",
        "model_version": answer["model_version"],
        "class_id": answer["result"]["class_id"],
        "class_name": drawing.MAPLE_SICK,
        "file_index": 0,
        "decisive": True,
        "error": None,
    }
    with Image.open(io.BytesIO(leaf())) as photo:
        changed = np.abs(picture(app, found) - np.asarray(photo.convert("RGB"))).sum(axis=2)
    corner = changed[:32, :32], changed[:32, -32:], changed[-32:, :32], changed[-32:, -32:]
    assert changed[96:224, 96:224].mean() > 4 * np.mean(corner)
    assert (changed < 12).mean() > 0.3
    job = user.get(f"/jobs/{found['job_id']}")
    assert (job["kind"], job["state"], job["done"], job["total"]) == ("predictions.explain", "done", PASSES, PASSES)


def test_asked_twice_it_is_the_same_job_and_picture(app: Served, user: Person, sick: str) -> None:
    first, second = asked(user, sick), asked(user, sick)
    assert first["job_id"] == second["job_id"]
    once = ended(user, sick)
    third = asked(user, sick)
    assert third == {"job_id": first["job_id"], "state": "done"}
    again = user.get(f"/predictions/{sick}/explanation")
    assert (again["job_id"], again["finished_at"]) == (once["job_id"], once["finished_at"])
    assert len(app.rows(lambda session: _held(session, sick))) == 1


def test_it_is_nobody_elses(app: Served, user: Person, sick: str) -> None:
    explained(user, sick)
    for other in (app.guest(), app.admin()):
        problem(other.http.get(f"/predictions/{sick}/explanation"), 404, "unknown_prediction")
        problem(other.http.post(f"/predictions/{sick}/explanation"), 404, "unknown_prediction")
    problem(user.http.post(f"/predictions/{uuid4()}/explanation"), 404, "unknown_prediction")
    problem(user.http.get(f"/predictions/{uuid4()}/explanation"), 404, "unknown_prediction")


def test_without_consent_there_is_nothing_to_look_at_again(user: Person) -> None:
    answer = user.ask(leaf(), consent="none")
    path = f"/predictions/{answer['prediction_id']}/explanation"
    problem(user.http.post(path), 409, "photo_not_kept")
    problem(user.http.get(path), 404, "unknown_prediction")


def test_a_refusal_names_no_class_to_explain(user: Person) -> None:
    answer = user.ask(black(), consent="store")
    assert answer["refused"]
    problem(user.http.post(f"/predictions/{answer['prediction_id']}/explanation"), 409, "not_explainable")


def test_outlines_are_a_detectors_explanation(grower: Person) -> None:
    answer = grower.ask(jpeg(Image.new("RGB", (320, 240), (196, 196, 194))), consent="store")
    body = problem(grower.http.post(f"/predictions/{answer['prediction_id']}/explanation"), 409, "not_explainable")
    assert answer["refused"] or "outlines" in body["detail"]


def test_of_several_photos_the_first_that_was_not_refused_is_explained(app: Served, user: Person) -> None:
    answer = user.ask(black(), leaf(), consent="store")
    found = explained(user, answer["prediction_id"])
    assert (found["file_index"], found["class_name"]) == (1, drawing.MAPLE_SICK)
    assert picture(app, found).mean() > 40


def test_it_is_deleted_with_its_prediction(app: Served, user: Person, sick: str) -> None:
    explained(user, sick)
    ((key, _),) = app.rows(lambda session: _held(session, sick))
    assert app.run(lambda: app.world.storage.exists(key))
    assert user.http.delete(f"/predictions/{sick}").status_code == 204
    problem(user.http.get(f"/predictions/{sick}/explanation"), 404, "unknown_prediction")
    assert app.rows(lambda session: _held(session, sick)) == []
    assert app.rows(lambda session: session.get(Explanation, UUID(sick))) is None
    wait_until(lambda: not app.run(lambda: app.world.storage.exists(key)))


def test_it_is_kept_no_longer_than_the_photo(app: Served, user: Person, sick: str) -> None:
    explained(user, sick)
    ends = app.rows(lambda session: _ends(session, sick))
    assert len(ends) == 2
    assert abs((ends[0] - ends[1]).total_seconds()) < 1
    app.rows(lambda session: _let_go(session, sick))
    problem(user.http.get(f"/predictions/{sick}/explanation"), 404, "image_gone")
    problem(user.http.post(f"/predictions/{sick}/explanation"), 409, "photo_not_kept")


def test_it_is_in_the_export(app: Served, user: Person, sick: str) -> None:
    found = explained(user, sick)
    job = fine(user.http.get("/users/me/export"))
    wait_until(lambda: user.get(f"/jobs/{job['job_id']}")["state"] == "done")
    url = user.get(f"/jobs/{job['job_id']}")["result"]["url"]
    with zipfile.ZipFile(io.BytesIO(httpx.get(url if url.startswith("http") else app.url + url).content)) as archive:
        (told,) = json.loads(archive.read("explanations.json"))
        pictures = [name for name in archive.namelist() if name.startswith("photos/")]
    assert (told["prediction_id"], told["class_name"]) == (sick, found["class_name"])
    assert sorted(name.rpartition(".")[2] for name in pictures) == ["jpg", "png"]


def test_a_version_that_nobody_knows_any_more_is_said_at_once(app: Served, user: Person, sick: str) -> None:
    app.rows(lambda session: _answered_by(session, sick, "0.0.1"))
    problem(user.http.post(f"/predictions/{sick}/explanation"), 409, "version_gone")


def test_the_version_that_answered_is_asked_though_another_serves(app: Served, user: Person) -> None:
    """And once its files are gone, that is said, and asking again tries again."""
    version, admin = f"2.0.{uuid4().hex}", app.admin()
    manifest = json.loads((KEPT / "model.json").read_bytes()) | {"version": version}
    sent = {"model.json": json.dumps(manifest).encode(), "model.onnx": (KEPT / "model.onnx").read_bytes()}
    added = fine(admin.http.post("/models/drawn/versions", files=[("files", one) for one in sent.items()]))
    (before,) = [one["version"] for one in admin.get("/models/drawn/versions")["items"] if one["active"]]
    fine(admin.http.post(f"/models/drawn/versions/{version}/activate"))
    try:
        answers = [user.ask(leaf(seed=seed), consent="store") for seed in range(2)]
    finally:
        fine(admin.http.post("/models/drawn/rollback"))
    assert {one["model_version"] for one in answers} == {version}
    first, second = (one["prediction_id"] for one in answers)
    assert user.get("/models/drawn")["version"] == before
    assert explained(user, first)["model_version"] == version
    app.run(lambda: _lose(app, added["sha256"]))
    lost = asked(user, second)
    found = ended(user, second)
    assert (found["state"], found["error"]["code"], found["url"]) == ("failed", "version_gone", None)
    assert version in found["error"]["detail"]
    assert asked(user, second)["job_id"] != lost["job_id"]


def test_one_that_was_called_off_may_be_asked_for_again(app: Served, user: Person, sick: str) -> None:
    job = explained(user, sick)
    app.rows(lambda session: _call_off(session, sick, job["job_id"]))
    assert user.get(f"/predictions/{sick}/explanation")["state"] == "cancelled"
    assert asked(user, sick)["job_id"] != job["job_id"]
    assert ended(user, sick)["state"] == "done"


async def _held(session: AsyncSession, prediction_id: str) -> list[tuple[str, UUID]]:
    mine = PhotoHold.holder == WHY_HOLDER, PhotoHold.subject_id == UUID(prediction_id)
    rows = await session.execute(select(Photo.key, Photo.owner_id).join(PhotoHold).where(*mine))
    return [(key, owner) for key, owner in rows]


async def _ends(session: AsyncSession, prediction_id: str) -> list[Any]:
    return list(await session.scalars(select(PhotoHold.until).where(PhotoHold.subject_id == UUID(prediction_id))))


async def _let_go(session: AsyncSession, prediction_id: str) -> None:
    """As if its time were over."""
    for holder in ("prediction", WHY_HOLDER):
        await photos.release(session, holder, [UUID(prediction_id)])


async def _answered_by(session: AsyncSession, prediction_id: str, version: str) -> None:
    mine = update(Prediction).where(Prediction.id == UUID(prediction_id))
    await session.execute(mine.values(model_version=version))


async def _call_off(session: AsyncSession, prediction_id: str, job_id: str) -> None:
    """As if it had been called off in time."""
    await session.execute(update(Job).where(Job.id == UUID(job_id)).values(state="cancelled"))
    await session.execute(update(Explanation).values(finished_at=None))
    await photos.release(session, WHY_HOLDER, [UUID(prediction_id)])


async def _lose(app: Served, sha256: str) -> None:
    """A version's files, from storage and from the disk of this process."""
    for file in files.needed(read_manifest(KEPT / "model.json")):
        await app.world.storage.delete(files.prefix("drawn", sha256) + file)
    shutil.rmtree(app.settings.data_dir / "models" / sha256)
