"""People who send many photos, and how they wait."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.app import Person, Served, wait_until
from tests.support.drawing import LABELS, picture
from tests.support.photofile import jpeg

PATIENCE_S = 100.0


@dataclass
class Batches:
    """Somebody, and what they may do with batches."""

    person: Person

    def send(self, *files: tuple[str, bytes], headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """As `files` of a form."""
        parts = [("files", (name, data, "image/jpeg")) for name, data in files]
        return self.person.http.post("/predict/batch", files=parts, data=fields, headers=headers)

    def send_zip(self, archive: bytes, **fields: Any) -> httpx.Response:
        """As `archive` of a form."""
        part = {"archive": ("photos.zip", archive, "application/zip")}
        return self.person.http.post("/predict/batch", files=part, data=fields)

    def ended(self, sent: httpx.Response) -> dict[str, Any]:
        """The job once it has ended."""
        assert sent.status_code == httpx.codes.ACCEPTED, sent.text
        job_id = sent.json()["job_id"]
        wait_until(lambda: self.job(job_id)["finished_at"], PATIENCE_S)
        return self.job(job_id)

    def job(self, job_id: str) -> dict[str, Any]:
        return self.person.get(f"/jobs/{job_id}")

    def results(self, job_id: str) -> list[dict[str, Any]]:
        """All of them."""
        text = self.person.http.get(f"/jobs/{job_id}/results", params={"format": "ndjson"})
        fine_text = text.raise_for_status().text
        return [json.loads(line) for line in fine_text.splitlines()]


@pytest.fixture
def batches(app: Served) -> Iterator[Batches]:
    person = app.guest()
    yield Batches(person)
    person.http.close()


@pytest.fixture(scope="session")
def photos() -> list[bytes]:
    """One of each of the drawn classes."""
    return [jpeg(picture(label, seed=seed, size=320)) for seed, label in enumerate(LABELS)]
