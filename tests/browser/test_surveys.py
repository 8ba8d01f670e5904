"""A walk through a plot: with a network, without one, and when an answer is lost on the way."""

from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Opener
from tests.support.app import Person, Served

WAITS = "Something waits on this device"


def begin(page: Page, plot: str) -> None:
    page.get_by_role("button", name="Begin a survey").click()
    page.get_by_role("textbox", name="Plot").fill(plot)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(plot)


def add_plant(page: Page, *grades: int) -> None:
    """The next plant, its leaves graded from the top."""
    page.get_by_role("button", name="Add plant").click()
    for rank, grade in enumerate(grades, start=1):
        page.get_by_role("button", name=f"Leaf {rank},").click()
        page.locator("label").filter(has=page.get_by_role("radio", name=f"Grade {grade}:")).click()
        expect(page.get_by_role("button", name=f"Leaf {rank}, grade: {grade}")).to_be_visible()


def edit(page: Page, plot: str, notes: str) -> None:
    page.get_by_role("button", name="Edit survey").click()
    page.get_by_role("textbox", name="Plot").fill(plot)
    page.get_by_role("textbox", name="Notes").fill(notes)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(plot)
    expect(page.get_by_text(notes)).to_be_visible()


def surveys(person: Person) -> list[str]:
    return [one["id"] for one in person.get("/surveys")["items"]]


def grades(person: Person, survey: str) -> dict[str, list[int | None]]:
    plants = person.get(f"/surveys/{survey}")["plants"]
    return {plant["label"]: [leaf["grade"] for leaf in plant["leaves"]] for plant in plants}


def test_a_walk_ends_in_a_report(opener: Opener, site: Served) -> None:
    person = site.user()
    page = opener.open("/surveys", person=person)
    begin(page, "North field")
    add_plant(page, 0, 1, 3)
    add_plant(page, 2)
    expect(page.get_by_text(WAITS)).to_have_count(0)
    (survey,) = surveys(person)
    assert grades(person, survey) == {"1": [0, 1, 3], "2": [2]}
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("25 %").first).to_be_visible()
    expect(page.get_by_role("img", name="Index by leaf rank")).to_be_visible()
    expect(page.get_by_role("region", name="What is missing")).to_contain_text("Fewer than 10 plants")
    with page.expect_download() as table:
        page.get_by_role("button", name="Download CSV").click()
    assert len(table.value.path().read_text().splitlines()) == 5
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    expect(page.get_by_role("heading", name="North field")).to_be_visible()


def test_a_walk_without_a_network_is_sent_once_when_it_is_back(opener: Opener, site: Served) -> None:
    opener.excused.append("ERR_INTERNET_DISCONNECTED")
    person = site.user()
    page = opener.open("/surveys", person=person)
    expect(page.get_by_role("heading", name="No surveys yet")).to_be_visible()
    begin(page, "First, so that the pages are here")
    add_plant(page)
    page.go_back()
    expect(page.get_by_role("button", name="New visit")).to_be_visible()
    expect(page.get_by_text("Waits to be sent")).to_have_count(0)
    assert len(surveys(person)) == 1

    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    begin(page, "Far field")
    add_plant(page, 4, 5)
    expect(page.get_by_text(WAITS)).to_be_visible()
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("heading", name="No report yet")).to_be_visible()
    assert len(surveys(person)) == 1
    page.context.set_offline(False)
    expect(page.get_by_text(WAITS)).to_have_count(0)
    newest, _ = surveys(person)
    assert grades(person, newest) == {"1": [4, 5]}


def test_a_survey_whose_answer_is_lost_is_not_begun_twice(opener: Opener, site: Served) -> None:
    opener.excused.append("Failed to load resource")
    person = site.user()
    page = opener.open("/surveys", person=person)
    losses = iter([True])

    def lose(route: Route) -> None:
        if route.request.method == "POST" and next(losses, False):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/surveys", lose)
    with page.expect_event("requestfailed"):
        begin(page, "Lost field")
    assert len(surveys(person)) == 1
    expect(page.get_by_text(WAITS)).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    add_plant(page, 6)
    expect(page.get_by_text(WAITS)).to_have_count(0)
    (survey,) = surveys(person)
    assert grades(person, survey) == {"1": [6]}


def test_what_a_survey_is_of_can_be_changed_without_a_network_too(opener: Opener, site: Served) -> None:
    opener.excused.append("ERR_INTERNET_DISCONNECTED")
    person = site.user()
    page = opener.open("/surveys", person=person)
    begin(page, "Nort field")
    add_plant(page, 2)
    expect(page.get_by_text(WAITS)).to_have_count(0)
    edit(page, "North field", "After rain")
    expect(page.get_by_text(WAITS)).to_have_count(0)
    (survey,) = surveys(person)
    told = person.get(f"/surveys/{survey}")
    assert (told["plot"], told["notes"], told["cultivar"]) == ("North field", "After rain", None)

    page.context.set_offline(True)
    edit(page, "South field", "It was the south")
    expect(page.get_by_text(WAITS)).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    expect(page.get_by_role("heading", name="South field")).to_be_visible()
    assert person.get(f"/surveys/{survey}")["plot"] == "North field"
    page.context.set_offline(False)
    expect(page.get_by_text("Waits to be sent")).to_have_count(0)
    told = person.get(f"/surveys/{survey}")
    assert (told["plot"], told["notes"]) == ("South field", "It was the south")
    assert grades(person, survey) == {"1": [2]}


def test_a_survey_changed_after_its_answer_was_lost_is_not_begun_twice(opener: Opener, site: Served) -> None:
    opener.excused.append("Failed to load resource")
    person = site.user()
    page = opener.open("/surveys", person=person)
    losses = iter([True])

    def lose(route: Route) -> None:
        if route.request.method == "POST" and next(losses, False):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/surveys", lose)
    with page.expect_event("requestfailed"):
        begin(page, "Lost field")
    edit(page, "Found field", "Named anew")
    expect(page.get_by_text(WAITS)).to_have_count(0)
    (survey,) = surveys(person)
    assert person.get(f"/surveys/{survey}")["plot"] == "Found field"
