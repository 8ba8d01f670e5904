"""Walking a plot over HTTP."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.predictions.tables import Prediction
from cultivar.surveys import schemas, texts
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import leaf

WALK = {"plot": "North field", "visited_on": "2026-05-04"}


def begin(person: Person, **more: Any) -> str:
    answer = person.http.post("/surveys", json=WALK | more)
    assert answer.status_code == 201, answer.text
    found = answer.json()["id"]
    assert answer.headers["location"] == f"/api/v1/surveys/{found}"
    return str(found)


def put(person: Person, survey: str, label: str, *grades: int | None, total: int | None = None) -> dict[str, Any]:
    leaves = [{"rank": rank, "grade": grade} for rank, grade in enumerate(grades, start=1)]
    return fine(person.http.put(f"/surveys/{survey}/plants/{label}", json={"leaves_total": total, "leaves": leaves}))


def test_a_walk_ends_in_a_report(user: Person) -> None:
    survey = begin(user, cultivar="Cavendish")
    put(user, survey, "1", 0, 0, 0, 1, total=4)
    put(user, survey, "2", 1, 2, 3, 4, total=5)
    report = user.get(f"/surveys/{survey}/report")
    assert report["infection_index"] == 22.92
    assert (report["plants"], report["graded_leaves"], report["light"]) == (2, 8, "amber")
    assert report["mean_youngest_leaf_spotted"] == 3.5
    assert report["mean_functional_leaves"] == [3.5, 4.0]
    assert [one["functional_leaves"] for one in report["by_plant"]] == [[4, 4], [3, 4]]
    assert report["index_by_rank"] == {"1": 8.33, "2": 16.67, "3": 25.0, "4": 41.67}
    assert [one["youngest_leaf_spotted"]["rank"] for one in report["by_plant"]] == [5, 2]
    assert [one["code"] for one in report["missing"]] == ["few_plants", "ranks_not_seen"]


def test_a_plant_whose_leaves_nobody_counted_has_no_upper_end(user: Person) -> None:
    survey = begin(user)
    put(user, survey, "1", 0, 1, total=3)
    put(user, survey, "2", 0, 1, 2, 6)
    put(user, survey, "3")
    report = user.get(f"/surveys/{survey}/report")
    assert [one["functional_leaves"] for one in report["by_plant"]] == [[2, 3], [3, None], [0, None]]
    assert report["mean_functional_leaves"] == [1.67, None]
    (visit,) = user.get(f"/surveys/{survey}/visits")["visits"]
    assert visit["mean_functional_leaves"] == [1.67, None]
    html = user.http.get(f"/surveys/{survey}/report", params={"format": "html"}).text
    assert "<b>≥ 1.67</b>" in html
    assert "<td>≥ 3</td>" in html
    assert "<td>2–3</td>" in html


def test_a_plant_sent_again_is_replaced_and_can_be_taken_out(user: Person) -> None:
    survey = begin(user)
    put(user, survey, "1", 0, 1, 2)
    assert put(user, survey, "1", 3)["leaves"][0]["grade"] == 3
    shown = user.get(f"/surveys/{survey}")
    assert [(one["label"], len(one["leaves"])) for one in shown["plants"]] == [("1", 1)]
    assert user.http.delete(f"/surveys/{survey}/plants/1").status_code == 204
    problem(user.http.delete(f"/surveys/{survey}/plants/1"), 404, "unknown_plant")
    assert user.get(f"/surveys/{survey}/report")["infection_index"] is None


def test_what_is_sent_is_set_and_the_rest_stays(user: Person) -> None:
    survey = begin(user, cultivar="Cavendish", notes="wet")
    changed = fine(user.http.patch(f"/surveys/{survey}", json={"notes": None, "functional": "grade_4"}))
    assert (changed["notes"], changed["cultivar"], changed["functional"]) == (None, "Cavendish", "grade_4")
    problem(user.http.patch(f"/surveys/{survey}", json={"plot": None}), 422, "invalid")
    assert user.http.delete(f"/surveys/{survey}").status_code == 204
    problem(user.http.get(f"/surveys/{survey}"), 404, "unknown_survey")


@pytest.mark.parametrize(
    "plant",
    [
        {"leaves": [{"rank": 1}, {"rank": 1}]},
        {"leaves": [{"rank": 0}]},
        {"leaves": [{"rank": 1, "grade": 7}]},
        {"leaves": [{"rank": 1, "area_share": 1.2}]},
        {"leaves_total": 2, "leaves": [{"rank": 3}]},
        {"leaves": [{"rank": 1, "colour": "green"}]},
        {"leaves": [{"rank": rank} for rank in range(1, 42)]},
    ],
)
def test_a_plant_that_cannot_be_is_refused(user: Person, plant: dict[str, Any]) -> None:
    survey = begin(user)
    problem(user.http.put(f"/surveys/{survey}/plants/1", json=plant), 422, "invalid")
    assert user.get(f"/surveys/{survey}")["plants"] == []


def test_a_stranger_finds_nothing(app: Served, user: Person) -> None:
    survey, stranger = begin(user), app.user()
    body = {"leaves": []}
    for answer in (
        stranger.http.get(f"/surveys/{survey}"),
        stranger.http.patch(f"/surveys/{survey}", json={"notes": "mine"}),
        stranger.http.put(f"/surveys/{survey}/plants/1", json=body),
        stranger.http.delete(f"/surveys/{survey}/plants/1"),
        stranger.http.get(f"/surveys/{survey}/report"),
        stranger.http.get(f"/surveys/{survey}/visits"),
        stranger.http.delete(f"/surveys/{survey}"),
    ):
        problem(answer, 404, "unknown_survey")
    assert stranger.get("/surveys")["items"] == []


def test_lists_page_and_narrow_to_a_plot(user: Person) -> None:
    made = [begin(user, plot=plot) for plot in ("A", "B", "A")]
    page = user.get("/surveys", limit=2)
    assert (page["total"], [one["id"] for one in page["items"]]) == (3, made[:0:-1])
    rest = user.get("/surveys", limit=2, cursor=page["next_cursor"])
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([made[0]], None)
    assert user.get("/surveys", plot="A")["total"] == 2


def test_visits_stand_side_by_side_oldest_first(user: Person) -> None:
    later = begin(user, visited_on="2026-06-01", last_treatment_on="2026-05-10")
    earlier = begin(user)
    begin(user, plot="South field")
    put(user, earlier, "1", 6)
    put(user, later, "1", 3)
    visits = user.get(f"/surveys/{later}/visits")["visits"]
    assert [(one["survey_id"], one["infection_index"]) for one in visits] == [(earlier, 100.0), (later, 50.0)]
    html = user.http.get(f"/surveys/{later}/report", params={"format": "html"}).text
    assert "Visits to this plot" in html
    assert "2026-05-10" in html


def test_a_table_has_a_row_a_leaf_and_no_formula(user: Person) -> None:
    survey = begin(user, plot="=1+1", cultivar="@Cavendish")
    put(user, survey, "-1", 0, None, total=3)
    answer = user.http.get(f"/surveys/{survey}/report", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(row["plot"], row["cultivar"], row["plant"], row["rank"], row["grade"]) for row in rows] == [
        ("'=1+1", "'@Cavendish", "'-1", "1", "0"),
        ("'=1+1", "'@Cavendish", "'-1", "2", ""),
    ]


def test_a_printed_report_holds_no_markup_of_others(user: Person) -> None:
    survey = begin(user, plot="<script>alert(1)</script>", notes="<b>bold</b>")
    put(user, survey, "<i>", 0, 4, total=4)
    answer = user.http.get(f"/surveys/{survey}/report", params={"format": "html"}, headers={"Accept-Language": "fr"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "<b>bold" not in answer.text
    assert "<i>" not in answer.text
    assert "Indice d&#x27;infection" in answer.text
    assert "33.3 %" in answer.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("leaf_not_whole", "la feuille n'est pas entière sur la photo"),
        ("grade_2_or_3", "note 2 ou 3"),
        ("", "non évaluée"),
        ("condition_unknown", "on ne sait pas ce qu'elle a"),
        ("too_odd", "too odd"),
    ],
)
def test_why_a_leaf_has_no_grade_is_said_in_words(code: str, words: str) -> None:
    assert texts.reason(code, "fr") == words


SEVERITY = {
    "grade": 3,
    "scale": "stover-gauhl",
    "area_share": 0.11,
    "band": [0.07, 0.16],
    "lesion_stage": None,
    "reason": None,
}


def measured(app: Served, user: Person, **severity: Any) -> str:
    """A kept answer that measures how sick the leaf is."""
    found = user.ask(leaf(drawing.WILLOW_SICK), consent="store")["prediction_id"]

    async def write(session: AsyncSession) -> None:
        row = await session.get_one(Prediction, UUID(found))
        said = row.said | {"severity": SEVERITY | severity}
        await session.execute(update(Prediction).where(Prediction.id == row.id).values(said=said))

    app.rows(write)
    return str(found)


@pytest.fixture
def graded(app: Served, user: Person) -> str:
    return measured(app, user)


def test_a_photo_says_what_nobody_said(user: Person, graded: str) -> None:
    survey = begin(user)
    body = {"leaves": [{"rank": 2, "prediction_id": graded, "spotted": False}]}
    (found,) = fine(user.http.put(f"/surveys/{survey}/plants/1", json=body))["leaves"]
    assert (found["grade"], found["graded_by"], found["area_share"], found["spotted"]) == (3, "photo", 0.11, False)
    body["leaves"][0]["grade"] = 5
    (found,) = fine(user.http.put(f"/surveys/{survey}/plants/1", json=body))["leaves"]
    assert (found["grade"], found["graded_by"], found["area_share"]) == (5, "person", None)
    problem(user.http.put(f"/surveys/{survey}/plants/2", json=body), 400, "prediction_taken")
    assert user.http.delete(f"/predictions/{graded}").status_code == 204
    (plant,) = user.get(f"/surveys/{survey}")["plants"]
    assert (plant["leaves"][0]["prediction_id"], plant["leaves"][0]["grade"]) == (None, 5)


@pytest.mark.parametrize(
    ("reason", "seen", "area", "functional"),
    [
        ("leaf_not_whole", {}, None, [0, 1]),
        ("leaf_not_whole", {"grade": 1}, None, [1, 1]),
        ("leaf_not_whole", {"area_share": 0.1}, 0.1, [1, 1]),
        ("lesions_on_healthy_leaf", {}, None, [0, 1]),
        ("grade_5_or_6", {}, 0.598, [0, 0]),
        ("grade_5_or_6", {"grade": 1}, None, [1, 1]),
        ("grade_5_or_6", {"area_share": 0.1}, 0.1, [1, 1]),
    ],
)
def test_a_photos_share_counts_where_it_is_the_whole_leafs_and_nobody_graded_it(
    app: Served, user: Person, reason: str, seen: dict[str, Any], area: float | None, functional: list[int]
) -> None:
    photo = measured(app, user, grade=None, area_share=0.598, reason=reason)
    survey = begin(user)
    body = {"leaves_total": 1, "leaves": [{"rank": 1, "prediction_id": photo} | seen]}
    (found,) = fine(user.http.put(f"/surveys/{survey}/plants/1", json=body))["leaves"]
    assert (found["area_share"], found["reason"]) == (area, None if "grade" in seen else reason)
    (plant,) = user.get(f"/surveys/{survey}/report")["by_plant"]
    assert plant["functional_leaves"] == functional
    table = user.http.get(f"/surveys/{survey}/report", params={"format": "csv"}).text
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    assert row["area_share"] == ("" if area is None else str(area))


def test_only_ones_own_photo_of_a_graded_leaf_counts(app: Served, user: Person, graded: str) -> None:
    survey = begin(user)
    plain = user.ask(leaf(drawing.WILLOW_SICK), consent="store")["prediction_id"]
    for photo, status, code in ((plain, 400, "no_severity"), (str(uuid4()), 404, "unknown_prediction")):
        body = {"leaves": [{"rank": 1, "prediction_id": photo}]}
        problem(user.http.put(f"/surveys/{survey}/plants/1", json=body), status, code)
    stranger = app.user()
    body = {"leaves": [{"rank": 1, "prediction_id": graded}]}
    problem(stranger.http.put(f"/surveys/{begin(stranger)}/plants/1", json=body), 404, "unknown_prediction")


def test_a_survey_takes_so_many_plants(user: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cultivar.surveys.service.PLANTS_AT_MOST", 1)
    survey = begin(user)
    put(user, survey, "1", 0)
    put(user, survey, "1", 1)
    problem(user.http.put(f"/surveys/{survey}/plants/2", json={"leaves": []}), 413, "survey_full")
    assert schemas.PLANTS_AT_MOST == 500
