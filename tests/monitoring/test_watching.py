"""What experts see of performance, drift and alerts, and what they may do about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from cultivar.kernel.clock import now
from cultivar.kernel.pages import Cursor
from cultivar.monitoring import service
from cultivar.monitoring.machine import Sample
from cultivar.monitoring.schemas.watching import AlertFilters
from cultivar.monitoring.service import alerts, pulse, stretches
from cultivar.monitoring.watch import Finding, Subject
from cultivar.packs.severity import SeverityRule
from cultivar.predictions.events import PredictionMade
from cultivar.registry import service as registry
from cultivar.vision.reference import AXES, BINS
from tests.monitoring.streams import DARK, HOME, stream
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem
from tests.support.photofile import jpeg

DRIFT = Subject("drift", "size", "once", "1.0.0")


def hear(quick: Served, facts: Sequence[PredictionMade]) -> None:
    """As the worker does, in batches."""
    for start in range(0, len(facts), 200):
        quick.rows(lambda session, at=start: service.hear(session, facts[at : at + 200], quick.world))


def open_alert(quick: Served, subject: Subject, value: float = 6.0) -> dict[str, Any]:
    quick.rows(lambda session: alerts.apply(session, [Finding(subject, "raise", value, 5.0)]))

    async def newest(session: AsyncSession) -> dict[str, Any]:
        page = await alerts.page(session, AlertFilters(kind=subject.kind, model=subject.model), Cursor())
        return page.items[0].model_dump(mode="json")

    return quick.rows(newest)


def test_every_answer_is_in_the_figures_at_once(quick: Served, expert: Person) -> None:
    photo = jpeg(drawing.picture(drawing.MAPLE))
    answers = [expert.ask(photo, model="drawn", consent=consent) for consent in ("store", "store", "none")]
    problem(expert.predict(b"no photo"), 400, "unreadable_image")
    found = expert.get("/monitoring/performance", window="hour", model="drawn", model_version="1.0.0")
    assert (found["predictions"], found["photos"], found["inference_ms"]["n"]) == (3, 3, 3)
    mean_ms = sum(answer["inference_time_ms"] for answer in answers) / 3
    assert found["metrics"]["avg_inference_time"] == pytest.approx(mean_ms / 1000, abs=2e-6)
    confidence = [answer["result"]["confidence"] for answer in answers if answer["result"]]
    assert found["confidence"]["n"] == len(confidence)
    if confidence:
        assert found["metrics"]["avg_confidence"] == pytest.approx(sum(confidence) / len(confidence), abs=2e-6)
    assert sum(found["classes"].values()) == len(confidence)
    assert found["quality"]["score"]["n"] == sum(found["input"]["brightness"]["histogram"]) == 3
    assert found["requests"]["codes"]["unreadable_image"] == 1
    assert found["requests"]["errors"]["rate"] == 0
    assert found["requests"]["latency_ms"]["n"] >= 4
    assert sum(point["predictions"] for point in found["series"]) == 3
    assert len(found["series"]) == 12


@pytest.mark.parametrize(("window", "points"), [("hour", 12), ("day", 24), ("week", 28), ("month", 30)])
def test_a_window_has_a_bounded_number_of_points(quick: Served, expert: Person, window: str, points: int) -> None:
    model = f"m-{uuid4()}"[:20]
    hear(quick, stream(HOME, 20, model=model, at=now()))
    found = expert.get("/monitoring/performance", window=window, model=model)
    assert len(found["series"]) == points
    assert found["predictions"] == sum(point["predictions"] for point in found["series"]) == 20
    assert expert.get("/monitoring/performance", window=window, model="nobody")["metrics"]["avg_confidence"] is None


def test_a_beat_writes_down_how_busy_the_machine_is(quick: Served, expert: Person) -> None:
    class Idle:
        async def sample(self) -> Sample:
            return Sample(cpu=0.25, memory=0.5, disk=0.1)

    before = expert.get("/monitoring/performance", window="hour")["resources"]
    quick.run(lambda: pulse.beat(quick.world, Idle(), prune=True))  # type: ignore[arg-type]  # stands in for a machine
    after = expert.get("/monitoring/performance", window="hour")["resources"]
    assert after["memory"]["n"] == before["memory"]["n"] + 1
    assert after["gpu"]["n"] == before["gpu"]["n"]


def test_a_stream_that_darkens_opens_an_alert_and_resolving_it_begins_anew(quick: Served, expert: Person) -> None:
    model = f"dark-{uuid4()}"[:20]
    hear(quick, stream(HOME, 300, model=model))
    assert expert.get("/monitoring/alerts", model=model)["items"] == []
    with capture_logs() as log:
        hear(quick, stream(DARK, 100, model=model))
    assert [line["subject"] for line in log if line["event"] == "alert_opened"] == ["brightness"]
    (alert,) = expert.get("/monitoring/alerts", model=model, state="open")["items"]
    assert (alert["kind"], alert["subject"], alert["model_version"]) == ("drift", "brightness", "1.0.0")
    assert alert["value"] > alert["threshold"] >= 0.25
    (known,) = expert.get("/monitoring/drift", model=model)["items"]
    assert known["drifting"]
    assert known["features"]["brightness"]["psi"] > known["features"]["brightness"]["threshold"]
    assert not known["features"]["size"]["drifting"]
    metrics = expert.http.get(quick.url + "/metrics").text
    assert f'plant_drift_psi{{feature="brightness",model="{model}",version="1.0.0"}}' in metrics
    assert 'plant_alerts{kind="drift"' in metrics
    way = f"/monitoring/alerts/{alert['id']}"
    assert fine(expert.http.patch(way, json={"state": "acknowledged", "note": "Winter."}))["state"] == "acknowledged"
    resolved = fine(expert.http.patch(way, json={"state": "resolved"}))
    assert (resolved["state"], resolved["note"]) == ("resolved", "Winter.")
    assert resolved["closed_at"] is not None
    hear(quick, stream(DARK, 300, 1, model=model))
    assert expert.get("/monitoring/alerts", model=model, state="open")["items"] == []


def test_answers_that_a_measure_named_are_compared_with_the_reference_class_by_class(
    quick: Served, expert: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = f"graded-{uuid4()}"[:20]
    served = registry.catalogue(quick.world)
    drawn = served.serving["drawn"]
    rule = SeverityRule(graded="Rust", healthy="healthy", named={"Willow___Rust": "Rusty"})
    bins = {"brightness": {"counts": [50] * BINS, "edges": AXES["brightness"].edges()}}
    reference = bins | {"class_share": {"Willow___Rust": 1.0}}
    graded = replace(
        drawn,
        pack=drawn.pack.model_copy(update={"severity": rule}),
        manifest=drawn.manifest.model_copy(update={"reference": reference}),
    )
    monkeypatch.setattr(quick.world, "catalogue", replace(served, serving={**served.serving, model: graded}))
    hear(quick, stream(replace(HOME, classes=("Rusty", "Stage1", "Stage2"), refused=0), 60, model=model))
    (known,) = expert.get("/monitoring/drift", model=model)["items"]
    assert known["features"]["class_mix"]["reference"] == {"psi": 0.0, "n": 60, "level": "stable"}


def test_an_alert_ends_by_itself_when_the_photos_are_as_before(quick: Served, expert: Person) -> None:
    model = f"back-{uuid4()}"[:20]
    hear(quick, stream(HOME, 300, model=model) + stream(DARK, 100, model=model))
    with capture_logs() as log:
        hear(quick, stream(HOME, 250, 1, model=model))
    assert [line["subject"] for line in log if line["event"] == "alert_closed"] == ["brightness"]
    (alert,) = expert.get("/monitoring/alerts", model=model)["items"]
    assert alert["state"] == "resolved"


def test_one_trouble_is_one_alert_that_grows(quick: Served) -> None:
    first = open_alert(quick, DRIFT)
    again = open_alert(quick, DRIFT, value=11.0)
    assert (again["id"], again["value"], again["severity"]) == (first["id"], 11.0, "critical")
    assert first["severity"] == "warning"
    quick.rows(lambda session: alerts.apply(session, [Finding(DRIFT, "keep", 4.5, 5.0)]))
    assert open_alert(quick, DRIFT)["severity"] == "critical"
    quick.rows(lambda session: alerts.apply(session, [Finding(DRIFT, "clear", 1.0, 5.0)]))
    assert open_alert(quick, DRIFT)["id"] != first["id"]


def test_an_alert_that_is_over_takes_a_note_and_no_other_state(quick: Served, expert: Person) -> None:
    alert = open_alert(quick, Subject("quality", "photos", "over", "1.0.0"))
    way = f"/monitoring/alerts/{alert['id']}"
    fine(expert.http.patch(way, json={"state": "resolved"}))
    problem(expert.http.patch(way, json={"state": "acknowledged"}), 409, "alert_closed")
    assert fine(expert.http.patch(way, json={"note": "A full disk."}))["note"] == "A full disk."
    assert fine(expert.http.patch(way, json={"note": None}))["note"] is None
    problem(expert.http.patch(f"/monitoring/alerts/{uuid4()}", json={"note": "?"}), 404, "alert_not_found")
    problem(expert.http.patch(way, json={"state": "open"}), 422, "invalid")


def test_alerts_come_in_pages_newest_first(quick: Served, expert: Person) -> None:
    for name in ("cpu", "memory", "disk"):
        open_alert(quick, Subject("resources", name, machine="vm"), value=0.99)
    first = expert.get("/monitoring/alerts", kind="resources", limit=2)
    rest = expert.get("/monitoring/alerts", kind="resources", limit=2, cursor=first["next_cursor"])
    assert [one["subject"] for one in first["items"] + rest["items"]] == ["disk", "memory", "cpu"]
    assert (first["total"], rest["next_cursor"]) == (3, None)
    problem(expert.http.get("/monitoring/alerts", params={"cursor": "nonsense"}), 422, "invalid_cursor")


def test_what_nobody_has_seen_for_a_week_is_over(quick: Served, expert: Person) -> None:
    alert = open_alert(quick, Subject("quality", "photos", "gone", "0.1.0"))
    quick.rows(lambda session: alerts.close_unseen(session, now()))
    assert expert.get("/monitoring/alerts", model="gone")["items"][0]["state"] == "open"
    quick.rows(lambda session: alerts.close_unseen(session, now() + alerts.UNSEEN))
    assert expert.get("/monitoring/alerts", model="gone")["items"][0]["state"] == "resolved"
    assert alert["state"] == "open"


def test_old_rollups_are_let_go_of(quick: Served) -> None:
    async def count(session: AsyncSession) -> int:
        rows = [await stretches.read(session, "model", seconds, now(), name="later") for seconds in stretches.KEPT]
        return sum(map(len, rows))

    later = now() + 2 * stretches.KEPT[86400]
    hear(quick, stream(HOME, 1, model="later", at=later))
    assert quick.rows(count) == 3
    for days, left in ((1, 3), (3, 2), (16, 1), (402, 0)):
        quick.rows(lambda session, days=days: stretches.prune(session, later + timedelta(days)))
        assert quick.rows(count) == left


def test_users_see_none_of_it(quick: Served) -> None:
    user = quick.user()
    for way in ("performance", "drift", "alerts"):
        problem(user.http.get(f"/monitoring/{way}"), 403, "role_missing")
    user.http.close()
