from pathlib import Path

import httpx
import pytest

from cultivar.kernel.settings import Settings
from cultivar.web.app import create_app
from tests.support.app import Person, Served, fine, wait_until
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_alive_is_told_to_anybody(app: Served, path: str) -> None:
    body = fine(httpx.get(app.url + path))
    assert body["status"] == "healthy"
    assert body["version"]
    assert body["timestamp"].endswith("Z")


def test_ready_tells_of_every_part(app: Served) -> None:
    body = fine(httpx.get(f"{app.url}/health/ready"))
    assert body["status"] == "ready"
    assert body["database"]["state"] == body["storage"]["state"] == "ready"
    assert body["database"]["ms"] > 0
    assert body["models"] == {"drawn": {"state": "ready", "ms": None, "reason": None}}


def test_without_its_storage_it_is_alive_and_not_ready(app: Served) -> None:
    folder = app.world.storage.folder
    assert folder is not None
    aside = folder.rename(folder.with_name("aside"))
    try:
        ready = httpx.get(f"{app.url}/health/ready")
        alive = httpx.get(f"{app.url}/health")
    finally:
        aside.rename(folder)
    assert ready.status_code == 503
    assert (ready.json()["status"], ready.json()["storage"]["reason"]) == ("not_ready", "storage_unavailable")
    assert ready.headers["retry-after"] == "1"
    assert alive.status_code == 200


async def test_a_place_without_a_model_is_not_ready_and_says_why(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "drawn"
    pack.mkdir(parents=True)
    for file in (Path(__file__).parents[2] / "packs" / "drawn").glob("*.yaml"):
        (pack / file.name).write_bytes(file.read_bytes())
    chosen = {"data_dir": tmp_path / "data", "packs_dir": pack.parent, "default_model": "drawn", "worker": "off"}
    app = create_app(Settings(_env_file=None, log_level="error", **chosen))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        await app.state.opening
        answer = await http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["models"] == {"drawn": {"state": "failed", "ms": None, "reason": "no pack has a model"}}


def test_metrics_count_requests_answers_and_the_process(app: Served, user: Person) -> None:
    user.ask(jpeg(picture(MAPLE)))
    user.http.get("/predictions/nonsense")
    lines = httpx.get(f"{app.url}/metrics").text.splitlines()
    numbers = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}
    assert numbers['plant_api_requests_total{endpoint="/api/v1/predict",method="POST",status="200"}'] >= 1
    assert numbers['plant_api_latency_seconds_count{endpoint="/api/v1/predict"}'] >= 1
    assert numbers['plant_prediction_confidence_count{model="drawn"}'] >= 1
    assert numbers['plant_api_errors_total{error_type="invalid"}'] >= 1
    assert numbers["plant_decode_seconds_count"] >= 1
    assert numbers["plant_batch_size_count"] >= 1
    assert numbers["process_resident_memory_bytes"] > 1e6
    assert not any("nonsense" in name for name in numbers)


def test_metrics_count_the_jobs_that_ended(app: Served, user: Person) -> None:
    fine(user.http.get("/users/me/export"))
    done = 'plant_jobs_finished_total{kind="export_personal_data",state="done"}'
    wait_until(lambda: done in httpx.get(f"{app.url}/metrics").text)


async def test_packs_that_cannot_be_read_are_told_in_their_own_words(tmp_path: Path) -> None:
    chosen = {"data_dir": tmp_path / "data", "packs_dir": tmp_path / "nowhere", "worker": "off"}
    app = create_app(Settings(_env_file=None, log_level="error", **chosen))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        await app.state.opening
        answer = await http.get("/health/ready")
    (model,) = answer.json()["models"].values()
    assert model["state"] == "failed"
    assert "nowhere" in model["reason"]
