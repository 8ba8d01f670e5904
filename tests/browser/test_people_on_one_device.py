"""Several people on one device: nothing of one is shown to, kept for or sent as another."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.test_scan import ANSWER, agree, waiting
from tests.browser.test_surveys import add_plant, begin
from tests.browser.visitor import Opener, settled
from tests.support.app import PASSWORD, Person, Served, wait_until
from tests.support.drawing import MAPLE_SICK
from tests.support.leaves import leaf

REFUSED = ("status of 401", "status of 422", "status of 503", "status of 404", "Failed to load resource")
HELD = """([name, table]) => new Promise((resolve) => {
  const opened = indexedDB.open(name);
  opened.onsuccess = () => {
    const count = opened.result.transaction(table).objectStore(table).count();
    count.onsuccess = () => { opened.result.close(); resolve(count.result); };
  };
})"""


def held(page: Page, table: str, name: str = "cultivar") -> int:
    """How many rows of a table this browser keeps."""
    count: int = page.evaluate(HELD, [name, table])
    return count


def sign_in(page: Page, person: Person) -> None:
    page.goto("/sign-in")
    enter(page, person)


def enter(page: Page, person: Person) -> None:
    page.get_by_role("textbox", name="E-mail").fill(str(person.email))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What does this plant have?")


def sign_out(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.or_(page.get_by_text("Nobody is signed in.")).first).to_be_visible()
    if dialog.is_visible():
        dialog.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Nobody is signed in.")).to_be_visible()


def ask(page: Page, photo: Path, choice: str | None = "Kept for me") -> None:
    """From `/scan`; with no choice nothing is asked of what may be kept."""
    page.get_by_role("navigation").get_by_role("link", name="Scan").click()
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Get the answer").click()
    if choice is not None:
        agree(page, choice)


def busy(page: Page, *paths: str) -> Callable[[], None]:
    """The server takes nothing at these paths; after a call of what comes back it does again."""
    for path in paths:
        page.context.route(path, later)

    def free() -> None:
        for path in paths:
            page.context.unroute(path)

    return free


def later(route: Route) -> None:
    if route.request.method != "POST":
        route.fallback()
        return
    route.fulfill(status=503, json={"code": "busy", "title": "Busy"}, headers={"Retry-After": "1"})


def total(person: Person, what: str) -> int:
    return len(person.get(f"/{what}")["items"])


def test_what_one_has_waiting_is_neither_shown_to_nor_sent_as_another(
    opener: Opener, site: Served, leaf_file: Path
) -> None:
    opener.excused += REFUSED
    ada, bo = site.user(), site.user()
    page = opener.open("/")
    sign_in(page, ada)
    free = busy(page, "**/api/v1/predict", "**/api/v1/surveys")
    ask(page, leaf_file)
    expect(waiting(page)).to_have_count(1)
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    begin(page, "Field of Ada")
    add_plant(page)
    sign_out(page)
    free()
    sent: list[str] = []
    page.context.on("request", lambda asked: sent.append(f"{asked.method} {urlsplit(asked.url).path}"))

    def nothing_of_ada() -> None:
        page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
        expect(page.get_by_role("heading", name="No surveys yet")).to_be_visible()
        page.get_by_role("navigation").get_by_role("link", name="Scan").click()
        expect(page.get_by_role("button", name="Choose photos")).to_be_visible()
        expect(waiting(page)).to_have_count(0)
        page.wait_for_timeout(1500)
        assert not {"POST /api/v1/predict", "POST /api/v1/surveys"} & set(sent)

    nothing_of_ada()  # nobody, and then the guest whom the scan made
    sign_in(page, bo)
    nothing_of_ada()
    sign_out(page)
    sign_in(page, ada)
    wait_until(lambda: total(ada, "predictions") == 1 and total(ada, "surveys") == 1)
    assert total(bo, "predictions") == total(bo, "surveys") == 0
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    expect(page.get_by_role("heading", name="Field of Ada")).to_be_visible()


def test_what_a_closed_account_had_waiting_is_dropped(opener: Opener, site: Served, leaf_file: Path) -> None:
    opener.excused += REFUSED
    page = opener.open("/")
    sign_in(page, site.user())
    busy(page, "**/api/v1/predict", "**/api/v1/surveys")
    ask(page, leaf_file)
    expect(waiting(page)).to_have_count(1)
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    begin(page, "Field of nobody")
    page.get_by_role("navigation").get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Delete my account…").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What does this plant have?")
    wait_until(lambda: held(page, "waiting") == 0)
    wait_until(lambda: held(page, "surveys", "cultivar-surveys") == 0)


def test_each_person_is_asked_what_may_be_kept(opener: Opener, site: Served, leaf_file: Path) -> None:
    page = opener.open("/")
    sign_in(page, site.user())
    ask(page, leaf_file, "Kept, and used")
    expect(page).to_have_url(ANSWER)
    ask(page, leaf_file, None)
    expect(page).to_have_url(ANSWER)
    sign_out(page)
    page.get_by_role("navigation").get_by_role("link", name="Scan").click()
    expect(page.get_by_text("You will be asked with the first photo.")).to_be_visible()
    ask(page, leaf_file, "Forgotten")
    expect(page).to_have_url(ANSWER)
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="No answers yet")).to_be_visible()
    page.goto("/sign-in")  # it was a guest who asked
    expect(page.get_by_text("What the guest did stays behind")).to_be_visible()


def test_who_is_asked_once_is_asked_again_of_another_text(opener: Opener, leaf_file: Path) -> None:
    page = opener.open("/")
    sign_in(page, opener.site.user())
    ask(page, leaf_file, "Kept, and used")
    expect(page).to_have_url(ANSWER)

    def rewritten(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["texts"]["version"] = "another"
        route.fulfill(response=answer, json=told)

    page.route("**/users/me/consents", rewritten)
    page.goto("/scan")
    expect(page.get_by_text("You will be asked with the first photo.")).to_be_visible()


def test_a_session_that_ended_elsewhere_leaves_no_answer_on_the_device(
    opener: Opener, site: Served, leaf_file: Path
) -> None:
    opener.excused += (*REFUSED, "ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    ada = site.user()
    page = opener.open("/")
    sign_in(page, ada)
    ask(page, leaf_file)
    expect(page).to_have_url(ANSWER)
    shown = page.get_by_role("region", name="Result").get_by_text("Tar spot of maple")
    photo = page.get_by_role("img", name="The photo that was asked about")
    expect(photo).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_until(lambda: held(page, "kept") == 1)
    wait_for_memory(page)

    page.context.set_offline(True)
    page.reload()
    expect(shown).to_be_visible()  # without a network nobody is signed out
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.reload()
    expect(shown).to_have_count(0)
    expect(photo).to_have_count(0)
    wait_until(lambda: held(page, "kept") == 0)
    page.context.set_offline(True)
    page.reload()
    settled(page)
    expect(shown).to_have_count(0)
    expect(photo).to_have_count(0)


def wait_for_memory(page: Page) -> None:
    """Polled here: `wait_for_function` does not wait for a promise."""
    kept = """async (text) => {
        const kept = await (await caches.open("cultivar-memory")).match("/memory");
        return kept !== undefined && (await kept.text()).includes(text);
    }"""
    wait_until(lambda: page.evaluate(kept, MAPLE_SICK))


def test_filters_and_batches_do_not_outlast_who_chose_them(opener: Opener, site: Served) -> None:
    ada, bo = site.user(), site.user()
    ada.ask(leaf(MAPLE_SICK, 3), consent="store", user_location="Hill")
    ada.ask(leaf(MAPLE_SICK, 4), consent="store")
    page = opener.open("/", screen="desktop")
    sign_in(page, ada)
    page.get_by_role("navigation").get_by_role("link", name="Bulk").click()
    batch = [FilePayload(name="leaf.jpg", mimeType="image/jpeg", buffer=leaf(MAPLE_SICK, 3))]
    page.locator("input[type=file]").set_input_files(batch)
    page.get_by_role("button", name="Look at all of them").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    page.get_by_role("searchbox", name="Search").fill("hill")
    expect(page.get_by_text("1 answer", exact=True)).to_be_visible()
    sign_out(page)
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    enter(page, bo)
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("")
    page.get_by_role("navigation").get_by_role("link", name="Bulk").click()
    expect(page.get_by_role("button", name="Look at all of them")).to_be_visible()
    expect(page.get_by_role("region", name="Batch", exact=True)).to_have_count(0)


def test_another_tab_goes_with_who_signs_out(opener: Opener, site: Served) -> None:
    opener.excused += REFUSED
    ada = site.user()
    ada.ask(leaf(MAPLE_SICK, 3), consent="store")
    page = opener.open("/")
    sign_in(page, ada)
    second = page.context.new_page()
    second.goto("/history")
    expect(second.get_by_text("Tar spot of maple")).to_be_visible()
    sign_out(page)
    expect(second.get_by_text("Tar spot of maple")).to_have_count(0)
    expect(second.get_by_role("button", name="guest")).to_be_visible()


def test_a_cleared_leaf_takes_its_photo_with_it(opener: Opener, site: Served, leaf_file: Path) -> None:
    opener.excused += REFUSED
    ada = site.user()
    page = opener.open("/")
    page.context.route("**/api/v1/models", grading)
    sign_in(page, ada)
    free = busy(page, "**/api/v1/predict")
    page.get_by_role("navigation").get_by_role("link", name="Surveys").click()
    begin(page, "Clear field")
    add_plant(page)
    page.locator("input[type=file]").set_input_files(leaf_file)
    expect(page.get_by_text("The photo waits to be looked at.")).to_be_visible()
    wait_until(lambda: held(page, "photos", "cultivar-surveys") == 1)
    page.get_by_role("button", name="Clear this leaf").click()
    expect(page.get_by_role("button", name="Clear this leaf")).to_have_count(0)
    wait_until(lambda: held(page, "photos", "cultivar-surveys") == 0)
    free()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Something waits on this device")).to_have_count(0)
    assert total(ada, "predictions") == 0


def grading(route: Route) -> None:
    """As if the server had the pack that grades banana leaves."""
    answer = route.fetch()
    told = answer.json()
    told["items"].append({**told["items"][0], "name": "banana-sigatoka"})
    route.fulfill(response=answer, body=json.dumps(told))
