"""`kill -9` under load: what was answered 200 is there, nothing half-written is listed, jobs resume.

Three kills a database; `CULTIVAR_SOAK` asks for more.
"""

import io
import json
import os
import random
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.support.drawing import LABELS, picture
from tests.support.photofile import jpeg
from tests.support.trust import TRUST
from tests.system.program import PATIENCE_S, Program, wait_until

ROUNDS = int(os.environ.get("CULTIVAR_SOAK", "3"))
CLIENTS = 6
RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"


@dataclass
class Told:
    """What clients were told, and may therefore rely on."""

    predictions: dict[str, bytes] = field(default_factory=dict)
    """By id, the photo that was sent; it has no metadata, so it is kept byte for byte."""
    feedback: dict[str, str] = field(default_factory=dict)
    """By prediction, the feedback's id."""


class Load(threading.Thread):
    """One client that asks and corrects until the server is gone."""

    def __init__(self, client: httpx.Client, photos: list[bytes], told: Told) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=client.base_url, headers=client.headers, timeout=PATIENCE_S, verify=TRUST)
        self._photos, self._told = photos, told
        self.wrong: list[str] = []

    def run(self) -> None:
        try:
            for photo in self._photos * 1000:
                self._ask(photo)
        except httpx.TransportError:
            return
        finally:
            self._http.close()

    def _ask(self, photo: bytes) -> None:
        answer = self._http.post("/predict", files={"file": ("a.jpg", photo, "image/jpeg")}, data={"consent": "store"})
        if answer.status_code != httpx.codes.OK:
            self.wrong.append(answer.text)
            return
        prediction = answer.json()["prediction_id"]
        self._told.predictions[prediction] = photo
        said = self._http.post("/feedback/submit", json={"prediction_id": prediction, "is_correct": True})
        if said.status_code == httpx.codes.CREATED:
            self._told.feedback[prediction] = said.json()["feedback_id"]


def kill_under_load(program: Program, client: httpx.Client, photos: list[bytes], told: Told, pause_s: float) -> int:
    """How many predictions were answered before the kill."""
    before = len(told.predictions)
    load = [Load(client, photos, told) for _ in range(CLIENTS)]
    for one in load:
        one.start()
    wait_until(lambda: len(told.predictions) > before + CLIENTS)
    threading.Event().wait(pause_s)
    program.kill()
    for one in load:
        one.join(PATIENCE_S)
        assert not one.is_alive()
        assert one.wrong == []
    return len(told.predictions) - before


def listed(client: httpx.Client) -> list[dict[str, Any]]:
    """Every prediction that the lists show, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/predictions", params={"limit": 100, **cursor}).raise_for_status().json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        cursor = {"cursor": page["next_cursor"]}


def image_of(client: httpx.Client, prediction: str, size: str) -> bytes:
    link = client.get(f"/predictions/{prediction}/image", params={"size": size})
    assert link.status_code == httpx.codes.TEMPORARY_REDIRECT, link.text
    return httpx.get(client.base_url.join(link.headers["location"]), verify=TRUST).raise_for_status().content


def whole(photo: bytes) -> bool:
    with Image.open(io.BytesIO(photo)) as image:
        image.load()
    return True


def unfinished_jobs(program: Program) -> list[str]:
    """Lines of `/metrics` that count jobs which wait or run, and facts that wait."""
    lines = httpx.get(f"{program.url}/metrics").raise_for_status().text.splitlines()
    return [line for line in lines if line.startswith(("plant_jobs{", "plant_outbox{")) and not line.endswith(" 0.0")]


@pytest.mark.slow
@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_what_was_promised_survives_kill_9(program: Program, request: pytest.FixtureRequest) -> None:
    photos = [jpeg(picture(label, seed=seed, size=320)) for seed in range(2) for label in LABELS]
    rng, told, answered = random.Random(7), Told(), []
    program.start()
    with closing(program.guest()) as client:
        for _ in range(ROUNDS):
            answered.append(kill_under_load(program, client, photos, told, rng.uniform(0, 1.2)))
            program.start()
            check_lists(client, told)
        check_promises(client, told)
        wait_until(lambda: not unfinished_jobs(program), lambda: "\n".join(unfinished_jobs(program)))
        assert all(whole(image_of(client, prediction, "thumb")) for prediction in told.predictions)
        counts = client.get("/statistics", params={"mine": True}).raise_for_status().json()
        assert counts["total_predictions"] == len(listed(client))
    if "CULTIVAR_SOAK" in os.environ:
        note(request.node.callspec.params["program"], answered)


def check_lists(client: httpx.Client, told: Told) -> None:
    """All that was answered is listed, and whatever is listed is whole."""
    rows = listed(client)
    assert set(told.predictions) <= {row["prediction_id"] for row in rows}
    for row in rows:
        assert row["refused"] == (row["result"] is None)
        assert whole(image_of(client, row["prediction_id"], "full"))


def check_promises(client: httpx.Client, told: Told) -> None:
    """Every photo byte for byte, every word of feedback."""
    for prediction, photo in told.predictions.items():
        assert image_of(client, prediction, "full") == photo
    for prediction, feedback in told.feedback.items():
        assert client.get(f"/predictions/{prediction}").json()["feedback"]["feedback_id"] == feedback


def note(database: str, answered: list[int]) -> None:
    """The last soak's result, where the benchmark's lie."""
    file = RESULTS / "soak.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    known[database] = {"kills": len(answered), "answered": sum(answered), "lost": 0, "damaged": 0}
    file.write_text(json.dumps(known, indent=1) + "\n")
