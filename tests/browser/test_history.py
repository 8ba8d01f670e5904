"""What one asked, in a list of any length: found again, seen on a map, shared, deleted, taken along."""

import zipfile
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel.ids import new_id
from cultivar.predictions.tables import Prediction
from tests.browser.test_scan import ANSWER, agree
from tests.browser.visitor import Opener, settled
from tests.support import drawing
from tests.support.app import Person, Served, wait_until
from tests.support.leaves import black, leaf

MANY = 600


def entries(page: Page) -> Locator:
    return page.get_by_role("list", name="Answers").get_by_role("listitem")


def asked(person: Person) -> None:
    """Three answers: a sick maple leaf on the hill, a healthy willow leaf, and a refusal."""
    person.ask(leaf(drawing.MAPLE_SICK, 3), consent="store", user_location="Hill", latitude=1.2, longitude=30.1)
    told = person.ask(leaf(drawing.WILLOW, 4), consent="store")
    person.feedback(told["prediction_id"], is_correct=True)
    assert person.ask(black(), consent="store")["refused"]


def test_answers_are_found_by_filter_search_and_place(opener: Opener, site: Served) -> None:
    person = site.user()
    asked(person)
    page = opener.open("/history", person=person)
    expect(entries(page)).to_have_count(3)
    expect(page.get_by_text("3 answers")).to_be_visible()

    page.get_by_role("searchbox", name="Search").fill("hill")
    expect(entries(page)).to_have_count(1)
    expect(entries(page)).to_contain_text("Tar spot of maple")
    page.get_by_role("button", name="Map of places").click()
    expect(page.get_by_role("button", name="1.2° N, 30.1° E: 1 answer")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("")

    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="All Answer", exact=True).click()
    page.get_by_role("option", name="No answer").click()
    expect(entries(page)).to_have_count(1)
    expect(entries(page)).to_contain_text("No answer")
    page.get_by_role("button", name="Clear filters").click()
    expect(entries(page)).to_have_count(3)
    entries(page).filter(has_text="Healthy willow").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(entries(page)).to_have_count(3)


def test_a_deleted_answer_can_be_had_back_for_a_moment(opener: Opener, site: Served) -> None:
    person = site.user()
    asked(person)
    page = opener.open("/history", person=person, screen="desktop")

    def delete() -> None:
        page.get_by_role("button", name="Delete Tar spot of maple").click()
        page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Delete").click()
        expect(entries(page)).to_have_count(2)

    delete()
    page.get_by_role("button", name="Undo").click()
    expect(entries(page)).to_have_count(3)
    assert person.get("/predictions")["total"] == 3
    delete()
    page.get_by_role("navigation").get_by_role("link", name="Settings").click()
    wait_until(lambda: person.get("/predictions")["total"] == 2)


def test_an_answer_that_is_deleted_is_gone_when_the_page_is_closed_at_once(
    opener: Opener, site: Served, leaf_file: Path
) -> None:
    opener.excused += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch", "status of 404"]
    person = site.user()
    page = opener.open("/scan", person=person)
    page.locator("input[type=file]").set_input_files(leaf_file)
    page.get_by_role("button", name="Get the answer").click()
    agree(page)
    expect(page).to_have_url(ANSWER)
    answer = page.url
    expect(page.get_by_role("region", name="Result")).to_contain_text("Tar spot of maple")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    page.get_by_role("button", name="Delete Tar spot of maple").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    assert person.get("/predictions")["total"] == 1
    page.close()
    wait_until(lambda: person.get("/predictions")["total"] == 0)

    again = page.context.new_page()
    again.goto("/settings")
    page.context.set_offline(True)
    for place in ("/history", answer):
        again.goto(place)
        settled(again)
        expect(again.get_by_text("Tar spot of maple")).to_have_count(0)


def test_an_answer_is_shared_as_a_picture_and_all_data_as_a_zip(opener: Opener, site: Served) -> None:
    person = site.user()
    asked(person)
    page = opener.open("/history", person=person)
    with page.expect_download() as shared:
        page.get_by_role("button", name="Share Tar spot of maple as a picture").click()
    assert shared.value.path().read_bytes()[:3] == b"\xff\xd8\xff"
    assert shared.value.suggested_filename.endswith(".jpg")

    page.get_by_role("button", name="Export my data").click()
    with page.expect_download() as export:
        page.get_by_role("link", name="Download the ZIP").click()
    with zipfile.ZipFile(export.value.path()) as archive:
        assert any(name.startswith("predictions") for name in archive.namelist())


def test_a_long_list_holds_only_the_rows_in_view(opener: Opener, site: Served) -> None:
    person = site.user()
    person.ask(leaf(), consent="store")

    async def copy(session: AsyncSession) -> None:
        table = Prediction.__table__
        row = (await session.execute(select(table).where(table.c.owner_id == person.id))).mappings().one()
        await session.execute(insert(Prediction), [dict(row) | {"id": new_id()} for _ in range(MANY - 1)])

    site.rows(copy)
    page = opener.open("/history", person=person, screen="desktop")
    expect(page.get_by_text(f"{MANY} answers")).to_be_visible()
    last = page.locator(f"[aria-posinset='{MANY}']")
    while not last.is_visible():
        assert entries(page).count() < 60
        page.mouse.wheel(0, 4000)
        page.wait_for_load_state("networkidle")
    assert entries(page).count() < 60


def test_pictures_of_the_list_come_by_their_links_alone(opener: Opener, site: Served) -> None:
    person = site.user()
    for seed in range(3):
        person.ask(leaf(drawing.MAPLE_SICK, seed), consent="store")
    page = opener.open("/scan", person=person)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    pictures = entries(page).locator("img")
    expect(pictures).to_have_count(3)
    page.wait_for_function("[...document.querySelectorAll('main li img')].every((one) => one.naturalWidth > 0)")
    assert sum("/files/" in url for url in asked) == 3
    assert not any("/image" in url for url in asked)


def test_a_picture_whose_link_has_ended_is_asked_of_the_server(opener: Opener, site: Served) -> None:
    opener.excused.append("404")
    person = site.user()
    person.ask(leaf(drawing.MAPLE_SICK, 3), consent="store")
    page = opener.open("/scan", person=person)
    ended = site.world.storage.sign("photos/ended.jpg", seconds=-1)

    def age(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        found["items"][0]["thumb_url"] = ended
        route.fulfill(response=answer, json=found)

    page.route("**/api/v1/predictions?*", age)
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    expect(entries(page).locator("img[src^='blob:']")).to_have_count(1)
