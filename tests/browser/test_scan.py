"""From a first visit to an answer, a correction, the history and the statistics; and the same without a network."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import INSTALLED, Opener
from tests.support.app import Served, wait_until
from tests.support.fruit import bunch
from tests.support.photofile import jpeg

ANSWER = re.compile(r"/answers/[0-9a-f-]{36}$")
NO_NETWORK = "ERR_INTERNET_DISCONNECTED"


def agree(page: Page, choice: str = "Kept for me") -> None:
    """Answers the question what may be kept."""
    dialog = page.get_by_role("dialog", name="What may be kept")
    dialog.locator("label").filter(has_text=choice).click()
    dialog.get_by_role("button", name="Go on").click()


def photograph(page: Page) -> None:
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("button", name="Get the answer").click()


def waiting(page: Page) -> Locator:
    return page.get_by_role("region", name="On the way").get_by_role("listitem")


def test_from_a_first_visit_to_a_correction_in_history_and_statistics(opener: Opener, site: Served) -> None:
    admin = site.admin()
    before = admin.get("/feedback/stats")
    page = opener.open("/")
    page.get_by_role("link", name="Scan a plant").click()
    photograph(page)
    agree(page)
    expect(page).to_have_url(ANSWER)
    result = page.get_by_role("region", name="Result")
    expect(result.get_by_role("heading")).to_have_text("Tar spot of maple")
    expect(result.get_by_role("meter", name="How sure")).to_be_visible()
    expect(page.get_by_role("region", name="About it")).to_contain_text("Confirm with your local extension")

    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("searchbox", name="Search").fill("willow r")
    page.get_by_role("option", name="Willow rust").click()
    said = page.get_by_role("region", name="Your opinion")
    expect(said).to_contain_text("it is Willow rust")

    after = admin.get("/feedback/stats")
    assert after["incorrect_predictions"] == before["incorrect_predictions"] + 1
    path = page.url.removeprefix(site.url)
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    expect(page.locator(f"a[href='{path}']")).to_contain_text("Tar spot of maple")

    page.goto(path)
    expect(said).to_contain_text("it is Willow rust")
    said.get_by_role("button", name="It is something else").click()
    page.get_by_role("option", name="Healthy willow leaf").click()
    expect(said).to_contain_text("it is Healthy willow leaf")
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("it is Willow rust")


def test_what_is_photographed_offline_goes_once_and_in_order_when_the_network_is_back(
    opener: Opener, site: Served, leaf_file: Path
) -> None:
    opener.excused.append(NO_NETWORK)
    page = opener.open("/scan")
    page.get_by_role("button", name="Take the photo").wait_for()
    page.evaluate("navigator.serviceWorker.ready")
    wait_until(lambda: page.evaluate(INSTALLED))
    keys: list[str] = []
    page.context.on("request", lambda asked: note_key(asked.url, asked.headers, keys))
    before = site.admin().get("/statistics")["total_predictions"]

    page.context.set_offline(True)
    photograph(page)
    agree(page)
    expect(waiting(page)).to_have_count(1)
    for count in (2, 3):
        page.locator("input[type=file]").set_input_files(leaf_file)
        page.get_by_role("button", name="Get the answer").click()
        expect(waiting(page)).to_have_count(count)
    waiting(page).nth(1).get_by_role("button", name="Remove").click()
    expect(waiting(page)).to_have_count(2)
    page.reload()
    expect(waiting(page)).to_have_count(2)
    second = page.context.new_page()
    second.goto("/scan")
    expect(waiting(second)).to_have_count(2)
    order = page.evaluate(WAITING_KEYS)

    keys.clear()
    page.context.set_offline(False)
    expect(page.get_by_role("region", name="On the way")).to_have_count(0)
    expect(page.get_by_role("region", name="Answers").get_by_role("link", name="Open")).to_have_count(2)
    assert list(dict.fromkeys(keys)) == order
    wait_until(lambda: site.admin().get("/statistics")["total_predictions"] == before + 2)


WAITING_KEYS = """() => new Promise((resolve) => {
  const opened = indexedDB.open("cultivar");
  opened.onsuccess = () => {
    const all = opened.result.transaction("waiting").objectStore("waiting").getAll();
    all.onsuccess = () => { opened.result.close(); resolve(all.result.map((one) => one.key)); };
  };
})"""


def note_key(url: str, headers: dict[str, str], keys: list[str]) -> None:
    if url.endswith("/predict"):
        keys.append(headers["idempotency-key"])


def test_what_may_not_be_kept_is_answered_corrected_and_shown_again_from_this_device(
    opener: Opener, site: Served, leaf_file: Path
) -> None:
    page = opener.open("/scan", screen="desktop")
    page.locator("input[type=file]").set_input_files(leaf_file)
    page.get_by_role("button", name="Get the answer").click()
    agree(page, "Forgotten")
    expect(page).to_have_url(ANSWER)
    page.get_by_role("button", name="Right", exact=True).click()
    said = page.get_by_role("region", name="Your opinion")
    expect(said).to_contain_text("You said: right")
    page.reload()
    expect(said).to_contain_text("You said: right")
    photo = page.get_by_role("img", name="The photo that was asked about")
    expect(photo).to_have_js_property("naturalWidth", 1200)


def test_things_in_a_photo_are_walked_by_keyboard_judged_and_hidden_by_class(opener: Opener, tmp_path: Path) -> None:
    photo = tmp_path / "fruit.jpg"
    photo.write_bytes(jpeg(bunch(["Ripe", "Ripe", "Mature", "Over Ripe"], seed=3).image))
    page = opener.open("/scan", screen="desktop")
    page.get_by_role("button", name="Who looks").click()
    page.get_by_role("option", name="Banana ripeness").click()
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Get the answer").click()
    agree(page)
    found = page.get_by_role("group", name="4 things found")
    shapes = found.get_by_role("button")
    expect(shapes).to_have_count(4)
    shapes.first.focus()
    page.keyboard.press("ArrowRight")
    expect(shapes.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    thing = page.get_by_role("region", name="What you chose in the photo")
    thing.get_by_role("button", name="Nothing there").click()
    expect(thing).to_contain_text("You said: nothing there")
    expect(page.get_by_role("region", name="Your opinion")).to_contain_text("You said: wrong")
    page.get_by_role("group", name="Shown in the photo").get_by_role("button").first.click()
    expect(shapes).not_to_have_count(4)
    expect(page.get_by_role("region", name="The lot")).to_contain_text("In all")
