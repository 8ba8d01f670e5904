"""`kill -9` in the middle of a batch: it goes on where it was, and no photo is done twice.

A kill a database; `CULTIVAR_SOAK` asks for more, and for ten thousand photos with memory that does not grow.
"""

import json
import os
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tests.bulk.zips import zipped
from tests.support.drawing import LABELS, picture
from tests.support.photofile import jpeg
from tests.system.program import PATIENCE_S, Program, wait_until
from tests.system.test_kill import RESULTS, listed

SOAK = "CULTIVAR_SOAK" in os.environ
KILLS = int(os.environ.get("CULTIVAR_SOAK", "1"))
PHOTOS = 300 if SOAK else 120
MANY = 10_000


def drawn_photos(count: int) -> list[bytes]:
    return [jpeg(picture(LABELS[seed % len(LABELS)], seed=seed, size=320)) for seed in range(count)]


def send(client: httpx.Client, archive: bytes, consent: str) -> str:
    """The job that looks at the photos of a ZIP."""
    part = {"archive": ("photos.zip", archive, "application/zip")}
    told = client.post("/predict/batch", files=part, data={"consent": consent}, timeout=PATIENCE_S).raise_for_status()
    return str(told.json()["job_id"])


def job_of(client: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/jobs/{job_id}").raise_for_status().json()
    return found


def results_of(client: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    text = client.get(f"/jobs/{job_id}/results", params={"format": "ndjson"}, timeout=PATIENCE_S)
    return [json.loads(line) for line in text.raise_for_status().text.splitlines()]


@pytest.mark.slow
@pytest.mark.timeout(300 + 60 * KILLS)
def test_a_batch_goes_on_after_kill_9_and_no_photo_is_done_twice(program: Program) -> None:
    photos, rng = drawn_photos(6), random.Random(7)
    members = [(f"{n:03}.jpg", photos[n % len(photos)]) for n in range(PHOTOS)]
    program.start()
    with closing(program.guest()) as client:
        job_id = send(client, zipped([*members, ("bad.jpg", b"no photo")]), "store")
        for kill in range(KILLS):
            before = job_of(client, job_id)["done"]
            wait_until(lambda before=before: job_of(client, job_id)["done"] > before + rng.randint(0, 8))
            program.kill()
            program.start()
            assert job_of(client, job_id)["done"] >= before, f"kill {kill}"
        wait_until(lambda: job_of(client, job_id)["finished_at"], lambda: str(job_of(client, job_id)))
        job = job_of(client, job_id)
        assert (job["state"], job["total"], job["done"], job["failed"]) == ("done", PHOTOS + 1, PHOTOS, 1)
        results = results_of(client, job_id)
        assert [one["file"] for one in results] == [name for name, _ in members] + ["bad.jpg"]
        told = [one["prediction_id"] for one in results if one["success"]]
        assert len(set(told)) == PHOTOS
        assert {row["prediction_id"] for row in listed(client)} == set(told)


@pytest.mark.slow
@pytest.mark.skipif(not SOAK, reason="make soak")
@pytest.mark.timeout(7200)
def test_ten_thousand_photos_leave_the_memory_as_it_was(
    program: Program, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    photos = drawn_photos(24)
    program.start()
    with closing(program.guest()) as client:
        warm = send(client, zipped([(f"{n}.jpg", photos[n % 24]) for n in range(500)]), "none")
        wait_until_done(client, warm)
        before = resident_mb(program)
        job_id = send(client, zipped([(f"{n}.jpg", photos[n % 24]) for n in range(MANY)]), "none")
        peaks = wait_until_done(client, job_id, program)
        job = job_of(client, job_id)
        assert (job["done"], job["failed"]) == (MANY, 0)
        early, late = max(peaks[: len(peaks) // 4 or 1]), max(peaks[-len(peaks) // 4 :])
        assert late < early * 1.1, (before, early, late)
    file = RESULTS / "soak_bulk.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    known[request.node.callspec.params["program"]] = {
        "photos": MANY,
        "resident_mb": {"before": round(before), "first_quarter": round(early), "last_quarter": round(late)},
    }
    file.write_text(json.dumps(known, indent=1) + "\n")


def wait_until_done(client: httpx.Client, job_id: str, program: Program | None = None) -> list[float]:
    """The memory at each look, in MB."""
    seen: list[float] = []
    done, tries = -1, 0
    while (job := job_of(client, job_id))["finished_at"] is None:
        seen += [resident_mb(program)] if program else []
        tries = tries + 1 if job["done"] == done else 0
        assert tries < 10, f"it stands still: {job}"
        done = job["done"]
        wait_until(
            lambda done=done: (
                job_of(client, job_id)["done"] >= min(done + 200, job["total"]) or job_of(client, job_id)["finished_at"]
            )
        )
    return seen or [0.0]


def resident_mb(program: Program) -> float:
    """Of the server and the processes that it has started."""
    process = psutil.Process(program.pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6
