"""Monitoring: charts that are tables and files too, alerts seen to, words for who may see less."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.ids import new_id
from cultivar.monitoring.tables import Alert
from cultivar.registry.tables import ModelVersion
from tests.browser.visitor import Opener, settled
from tests.support.app import Person, Served
from tests.support.drawing import MAPLE, MAPLE_SICK, picture
from tests.support.photofile import jpeg


def ask_and_say(person: Person) -> None:
    """Two answers, one said to be right, one to be wrong."""
    for seed, look in enumerate((MAPLE, MAPLE_SICK)):
        answer = person.ask(jpeg(picture(look, seed=seed)), consent="store")
        said = person.feedback(answer["prediction_id"], is_correct=seed == 0, satisfied=seed == 0)
        assert said.is_success, said.text


def drawn(page: Page, title: str) -> None:
    """Returns when Plotly has drawn this chart."""
    page.get_by_role("figure", name=title).locator(".main-svg").first.wait_for()


def test_a_chart_is_a_table_a_csv_and_a_picture(opener: Opener) -> None:
    person = opener.site.user()
    ask_and_say(person)
    page = opener.open("/monitoring", screen="desktop", person=person)
    title = "Answers by day"
    drawn(page, title)
    page.get_by_role("switch", name="Only my answers").check(force=True)
    page.get_by_role("button", name=f"Table or chart: {title}").click()
    today = page.get_by_role("figure", name=title).get_by_role("row").last
    expect(today).to_contain_text("2")
    with page.expect_download() as download:
        page.get_by_role("button", name=f"CSV: {title}").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 7
    assert rows[-1]["Day"] == datetime.now(UTC).date().isoformat()
    assert int(rows[-1]["Answered"]) + int(rows[-1]["Refused"]) == 2
    with page.expect_download() as picture_file:
        page.get_by_role("button", name="PNG: Satisfaction by day").click()
    assert picture_file.value.path().read_bytes().startswith(b"\x89PNG")
    expect(page.get_by_text("Experts also see")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)


def test_the_charts_come_only_with_this_page_and_follow_the_theme(opener: Opener) -> None:
    person = opener.site.user()
    ask_and_say(person)
    page = opener.open("/", screen="desktop", person=person)
    settled(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    settled(page)
    assert not [url for url in asked if "plotly" in url]
    page.get_by_role("navigation").get_by_role("link", name="Monitoring").click()
    drawn(page, "Answers by day")
    assert [url for url in asked if "plotly" in url]
    tick = page.get_by_role("figure", name="Answers by day").locator(".xtick text").first
    light = tick.evaluate("one => getComputedStyle(one).fill")
    page.emulate_media(color_scheme="dark")
    expect(tick).not_to_have_css("fill", light)


def test_every_part_is_in_sight_on_a_small_phone(opener: Opener) -> None:
    page = opener.open("/monitoring", person=opener.site.admin(), locale="fr-FR")
    page.set_viewport_size({"width": 360, "height": 740})
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(4)
    edges = tabs.evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert max(edges) <= 360


def test_an_expert_sees_to_an_alert(opener: Opener) -> None:
    async def trouble(session: AsyncSession) -> None:
        told = {"kind": "resources", "subject": "gpu_memory", "severity": "warning", "value": 0.97, "threshold": 0.95}
        session.add(Alert(id=new_id(), key="resources|gpu_memory|drawn", machine="drawn", **told))

    opener.site.rows(trouble)
    page = opener.open("/monitoring", person=opener.site.expert())
    page.get_by_role("tab", name="Alerts").click()
    name = "Resources: GPU memory"
    row = page.get_by_role("list", name="Alerts").get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("Open")
    page.get_by_role("button", name=f"Acknowledge: {name}").click()
    expect(row).to_contain_text("Acknowledged")
    page.get_by_role("button", name=f"Note: {name}").click()
    page.get_by_role("textbox", name="What is known of it").fill("The disk was full.")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("The disk was full.")
    page.get_by_role("button", name=f"Resolve: {name}").click()
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(row).to_contain_text("Resolved")


def test_the_confusion_matrix_is_a_table_a_csv_and_a_picture(opener: Opener) -> None:
    person, title = opener.site.user(), "Confusion matrix"
    page = opener.open("/monitoring", person=person)
    page.get_by_role("switch", name="Only my answers").check(force=True)
    expect(page.get_by_role("heading", name="No answers in this range")).to_be_visible()
    answer = person.ask(jpeg(picture(MAPLE_SICK, seed=1)), consent="store", min_confidence=0)
    page.get_by_role("button", name="Refresh").click()
    table = page.get_by_role("figure", name=title)
    expect(table).to_contain_text("Nobody has said yet")
    answered, other = answer["result"]["class_name"], "Willow___Rust"
    said = person.feedback(answer["prediction_id"], is_correct=False, correct_class_name=other)
    assert said.is_success, said.text
    page.get_by_role("button", name="Refresh").click()
    expect(table.get_by_role("columnheader")).to_have_text(["Answered", *names(answered, other), "Not named", "n"])
    line = table.get_by_role("row").nth(1)
    expect(line.get_by_role("cell")).to_have_text(["0", "1", "0", "1"])
    with page.expect_download() as download:
        page.get_by_role("button", name=f"CSV: {title}").click()
    (first, second) = csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines())
    assert (first["Answered"], first[written(other)], first["n"]) == (written(answered), "1", "1")
    assert (second["Answered"], second["n"]) == (written(other), "0")
    with page.expect_download() as drawing:
        page.get_by_role("button", name=f"PNG: {title}").click()
    assert drawing.value.path().read_bytes().startswith(b"\x89PNG")


def written(class_name: str) -> str:
    return class_name.replace("___", ": ").replace("_", " ")


def names(*class_names: str) -> list[str]:
    """Of columns: a number to see, and the name to hear."""
    return [f"{at}{written(name)}" for at, name in enumerate(class_names, start=1)]


@pytest.fixture
def many_versions(site: Served) -> Iterator[int]:
    """More versions of the pack `drawn` than one page of them holds; how many there are in all."""
    ids = [new_id() for _ in range(120)]

    async def add(session: AsyncSession) -> None:
        known = (await session.scalars(select(ModelVersion).where(ModelVersion.model_name == "drawn"))).first()
        kept = {column.name: getattr(known, column.name) for column in ModelVersion.__table__.columns}
        new = [{"id": one, "version": f"0.0.{at}", "is_active": False} for at, one in enumerate(ids)]
        session.add_all(ModelVersion(**kept | row) for row in new)

    async def remove(session: AsyncSession) -> None:
        await session.execute(delete(ModelVersion).where(ModelVersion.id.in_(ids)))

    site.rows(add)
    yield site.user().get("/models/drawn/versions", limit=1)["total"]
    site.rows(remove)


def test_every_version_is_there_to_choose(opener: Opener, many_versions: int) -> None:
    page = opener.open("/monitoring", person=opener.site.user())
    page.get_by_role("button", name="All models").click()
    page.get_by_role("option").nth(1).click()
    page.get_by_role("button", name="All versions").click()
    expect(page.get_by_role("option", name="0.0.0", exact=True)).to_be_attached()
    expect(page.get_by_role("option")).to_have_count(many_versions + 1)


def test_an_expert_sees_requests_and_machines(opener: Opener) -> None:
    person = opener.site.expert()
    ask_and_say(person)
    page = opener.open("/monitoring", screen="desktop", person=person)
    page.get_by_role("tab", name="Service").click()
    drawn(page, "What was answered")
    expect(page.get_by_role("figure", name="Load of the machines")).to_be_visible()
    page.get_by_role("tab", name="Drift").click()
    expect(page.get_by_role("figure", name="Photos of drawn 1.0.0")).to_be_visible()


def test_a_visitor_looks_as_a_guest(opener: Opener) -> None:
    page = opener.open("/monitoring")
    page.get_by_role("button", name="Go on as a guest").click()
    expect(page.get_by_role("heading", name="Answers", exact=True)).to_be_visible()
    expect(page.get_by_text("Experts also see")).to_be_visible()
