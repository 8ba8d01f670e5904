"""Jobs as their owner sees them: listed, followed, called off."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.clock import now
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.schemas import JobOut
from cultivar.kernel.jobs.tables import Job
from cultivar.web import following
from tests.support.app import Person, Served, problem, wait_until

KIND = "test.nothing"
"""A kind that no worker knows: its jobs stay as they are."""


@pytest.fixture
def person(app: Served) -> Iterator[Person]:
    person = app.guest()
    yield person
    person.http.close()


def made(app: Served, person: Person, kind: str = KIND, **values: Any) -> str:
    """A job of this person in whatever state."""

    async def make(session: AsyncSession) -> str:
        job = await enqueue(session, kind, {}, owner_id=person.id, total=10)
        for name, value in values.items():
            setattr(job, name, value)
        return str(job.id)

    return app.rows(make)


def change(app: Served, job_id: str, **values: Any) -> None:
    async def write(session: AsyncSession) -> None:
        await session.execute(update(Job).where(Job.id == UUID(job_id)).values(**values))

    app.rows(write)


class Unasked:
    """In place of a database that nothing is asked of."""


class Followed:
    """The events of a job, as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> dict[str, Any]:
        """The next event, with its fields; comments and hints are passed over."""
        found: dict[str, Any] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line and name in {"event", "id", "data"}:
                found[name] = json.loads(value) if name == "data" else value
            elif not line and found:
                return found
        raise StopIteration

    def over(self) -> bool:
        """Whether nothing more comes."""
        return not [line for line in self._lines if line.startswith("event")]


def follow(person: Person, job_id: str, seen: str | None = None) -> Any:
    headers = {"Last-Event-ID": seen} if seen else {}
    return person.http.stream("GET", f"/jobs/{job_id}/events", headers=headers)


def test_a_job_has_the_members_that_the_contract_names(app: Served, person: Person) -> None:
    job_id = made(app, person, done=3, failed=1)
    job = person.get(f"/jobs/{job_id}")
    wanted = {"job_id": job_id, "kind": KIND, "state": "queued", "total": 10, "done": 3, "failed": 1, "error": None}
    assert {name: job[name] for name in wanted} == wanted


def test_jobs_are_listed_by_pages_and_by_kind_and_state(app: Served, person: Person) -> None:
    ids = [made(app, person) for _ in range(3)]
    other = made(app, person, "test.other", state="done", finished_at=now())
    first = person.get("/jobs", limit=3)
    second = person.get("/jobs", limit=3, cursor=first["next_cursor"])
    assert [one["job_id"] for one in [*first["items"], *second["items"]]] == [other, *reversed(ids)]
    assert (first["total"], second["next_cursor"]) == (4, None)
    assert [one["job_id"] for one in person.get("/jobs", kind="test.other")["items"]] == [other]
    assert person.get("/jobs", state="queued")["total"] == 3
    assert person.get("/jobs", state="running")["items"] == []
    problem(person.http.get("/jobs", params={"state": "asleep"}), 422, "invalid")
    problem(person.http.get("/jobs", params={"colour": "red"}), 422, "invalid")


def test_nobody_else_sees_a_job(app: Served, person: Person) -> None:
    job_id = made(app, person)
    stranger = app.guest()
    assert stranger.get("/jobs")["items"] == []
    for method, path in (("GET", ""), ("GET", "/events"), ("GET", "/results"), ("DELETE", "")):
        problem(stranger.http.request(method, f"/jobs/{job_id}{path}"), 404, "job_not_found")
    assert person.get(f"/jobs/{job_id}")["state"] == "queued"


def test_calling_off_twice_is_calling_off_once(app: Served, person: Person) -> None:
    job_id = made(app, person)
    answers = [person.http.delete(f"/jobs/{job_id}") for _ in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [(200, "cancelled")] * 2
    assert answers[0].json() == answers[1].json()


def test_what_has_ended_stays_as_it_is(app: Served, person: Person) -> None:
    job_id = made(app, person, state="done", finished_at=now())
    assert person.http.delete(f"/jobs/{job_id}").json()["state"] == "done"


def test_who_follows_hears_how_it_is_each_step_and_the_end(app: Served, person: Person) -> None:
    job_id = made(app, person)
    with follow(person, job_id) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = Followed(response)
        first = events.next()
        assert (first["event"], first["data"]["state"]) == ("progress", "queued")
        change(app, job_id, state="running", done=4, failed=1)
        second = events.next()
        assert (second["event"], second["data"]["done"], second["data"]["failed"]) == ("progress", 4, 1)
        change(app, job_id, state="done", done=9, finished_at=now())
        end = events.next()
        assert (end["event"], end["data"]) == ("end", person.get(f"/jobs/{job_id}"))
        assert events.over()
    assert len({first["id"], second["id"], end["id"]}) == 3


def test_who_comes_back_hears_only_what_is_new(app: Served, person: Person) -> None:
    job_id = made(app, person)
    with follow(person, job_id) as response:
        seen = Followed(response).next()["id"]
    with follow(person, job_id, seen) as response:
        events = Followed(response)
        change(app, job_id, done=2)
        assert events.next()["data"]["done"] == 2
    change(app, job_id, state="failed", error="It broke.", finished_at=now())
    with follow(person, job_id, seen) as response:
        end = Followed(response).next()
    assert (end["event"], end["data"]["error"]) == ("end", "It broke.")
    with follow(person, job_id, end["id"]) as response:
        assert response.status_code == httpx.codes.NO_CONTENT


def test_while_nothing_happens_the_line_is_kept_open(
    app: Served, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "HEARTBEAT_S", 0.05)
    job_id = made(app, person)
    with follow(person, job_id) as response:
        assert next(line for line in response.iter_lines() if line.startswith(":")) == ": still here"


async def test_who_comes_while_the_end_is_told_to_others_hears_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends after the second one asked how it is, and before that one follows."""
    fields = {"job_id": uuid4(), "kind": KIND, "total": 2, "failed": 0, "attempts": 1}
    running = JobOut.model_construct(**fields, state="running", done=1)
    end = JobOut.model_construct(**fields, state="done", done=2)
    truth = [running]

    async def look(self: Any, ids: list[UUID]) -> None:
        for job_id in ids:
            self._tell(job_id, truth[-1])

    monkeypatch.setattr(following, "EVERY_S", 0.01)
    monkeypatch.setattr(following._Following, "_look", look)
    db: Any = Unasked()
    first, second = (following.events(db, running, None) for _ in range(2))
    async with asyncio.timeout(5):
        assert "event: progress" in [await anext(first), await anext(first)][1]
        truth.append(end)
        assert "event: end" in await anext(first)
        assert "event: progress" in [await anext(second), await anext(second)][1]
        assert "event: end" in await anext(second)
    for one in (first, second):
        await one.aclose()


def test_many_who_follow_cost_one_question(app: Served, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = made(app, person)
    asked: list[int] = []
    look = following._Following._look

    async def counted(self: Any, ids: list[UUID]) -> None:
        asked.append(len(ids))
        await look(self, ids)

    monkeypatch.setattr(following._Following, "_look", counted)
    streams = [follow(person, job_id) for _ in range(8)]
    followed = [Followed(stream.__enter__()) for stream in streams]
    assert {one.next()["event"] for one in followed} == {"progress"}
    change(app, job_id, state="done", finished_at=now())
    assert {one.next()["event"] for one in followed} == {"end"}
    for stream in streams:
        stream.__exit__(None, None, None)
    assert set(asked) == {1}
    wait_until(lambda: not following._following(app.world.db)._listeners)
