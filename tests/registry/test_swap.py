"""Under load the model is swapped twenty times, and no request is lost; a second server follows."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.registry.conftest import copy_pack, give_model, make_candidate
from tests.support.app import Person, Served, fine, served, wait_until
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg

pytestmark = pytest.mark.slow
PHOTO = jpeg(picture(MAPLE))
SWAPS, CALLERS = 20, 3


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """Two servers on one database and one storage; `drawn` has the versions 1.0.0, active, and 2.0.0."""
    packs, data = tmp_path_factory.mktemp("packs"), tmp_path_factory.mktemp("data")
    give_model(copy_pack("drawn", packs))
    candidate = make_candidate(tmp_path_factory.mktemp("candidate") / "made")
    with served(data, packs) as first, served(data, packs, worker="off") as second:
        files = [("file", (file.name, file.read_bytes())) for file in candidate.iterdir()]
        fine(first.admin().http.post("/models/drawn/versions", files=files))
        yield first, second


def test_twenty_swaps_under_load_lose_no_request(two: tuple[Served, Served]) -> None:
    app, _ = two
    admin, stop, answers = app.admin(), threading.Event(), Counter[tuple[int, str]]()

    def ask() -> list[tuple[int, str]]:
        person, seen = app.user(), []
        while not stop.is_set():
            answer = person.predict(PHOTO, model="drawn")
            seen.append((answer.status_code, answer.json().get("model_version", answer.text)))
        return seen

    with ThreadPoolExecutor(CALLERS) as callers:
        asking = [callers.submit(ask) for _ in range(CALLERS)]
        for swap in range(SWAPS):
            path = "/models/drawn/rollback" if swap % 2 else "/models/drawn/versions/2.0.0/activate"
            assert fine(admin.http.post(path))["version"] == ("1.0.0" if swap % 2 else "2.0.0")
        stop.set()
        for each in asking:
            answers.update(each.result())
    assert set(answers) == {(200, "1.0.0"), (200, "2.0.0")}, answers


def test_an_answer_after_the_swap_is_the_new_versions(two: tuple[Served, Served]) -> None:
    app, _ = two
    admin, person = app.admin(), app.user()
    for version in ("2.0.0", "1.0.0", "2.0.0"):
        fine(admin.http.post(f"/models/drawn/versions/{version}/activate"))
        assert person.ask(PHOTO, model="drawn")["model_version"] == version
        assert person.get("/models/drawn")["version"] == version


def serves(person: Person, version: str) -> bool:
    return bool(person.get("/models/drawn")["version"] == version)


def test_a_server_that_was_not_asked_follows_within_seconds(two: tuple[Served, Served]) -> None:
    app, other = two
    admin, person = app.admin(), other.user()
    for version in ("1.0.0", "2.0.0"):
        fine(admin.http.post(f"/models/drawn/versions/{version}/activate"))
        wait_until(partial(serves, person, version), 10)
        assert person.ask(PHOTO, model="drawn")["model_version"] == version
