"""The main path with the keyboard alone: from the first page to a photo, an answer and a verdict."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Opener
from tests.support.app import Served
from tests.support.fruit import bunch
from tests.support.photofile import jpeg

STOPS = 80
BANANAS = jpeg(bunch(["Ripe", "Mature", "Over Ripe"], seed=3).image)


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until this, or what is in it, has the focus."""
    wanted.wait_for()
    for _ in range(STOPS):
        if wanted.evaluate("(element) => element.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached within {STOPS} stops")


def press(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Enter")


def test_from_the_first_page_to_a_verdict(opener: Opener) -> None:
    page = opener.open("/", screen="desktop")
    press(page, page.get_by_role("link", name="Scan a plant"))
    press(page, page.get_by_role("button", name="Take the photo"))
    press(page, page.get_by_role("button", name="Get the answer"))
    dialog = page.get_by_role("dialog")
    reach(page, dialog.get_by_role("radiogroup"))
    page.keyboard.press("ArrowDown")
    press(page, dialog.get_by_role("button", name="Go on"))
    expect(page).to_have_url(re.compile("/answers/"))
    press(page, page.get_by_role("button", name="Right", exact=True))
    expect(page.get_by_role("region", name="Your opinion")).to_contain_text("right", ignore_case=True)


def test_what_has_the_focus_is_drawn_around(opener: Opener) -> None:
    page = opener.open("/scan", screen="desktop")
    reach(page, page.get_by_role("button", name="Choose photos"))
    drawn = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert drawn == "solid"


def test_an_outline_is_moved_resized_and_kept(opener: Opener, site: Served) -> None:
    person = site.user()
    answer = person.ask(BANANAS, model="drawn-fruit", consent="store")
    first = answer["instances"][0]
    page = opener.open(f"/answers/{answer['prediction_id']}", screen="desktop", person=person)
    reach(page, page.get_by_role("group", name="3 things found"))
    page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name="Mend the outline"))
    frame = page.get_by_role("application", name="Outline on the photo")
    expect(page.locator(".a9s-annotation")).to_have_count(1)
    reach(page, frame)
    for keys in ("ArrowDown", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(keys)
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("from the left")
    with page.expect_response(lambda told: told.request.method == "POST" and "/feedback" in told.url) as told:
        page.keyboard.press("Enter")
    assert told.value.ok
    expect(page.get_by_role("dialog")).to_have_count(0)
    (said,) = person.get(f"/predictions/{answer['prediction_id']}")["feedback"]["instances"]
    assert (said["verdict"], said["instance_id"]) == ("edited", first["instance_id"])
    assert len(said["polygon"]) == len(first["polygon"])
    before, now = (spread(polygon) for polygon in (first["polygon"], said["polygon"]))
    assert now[0] == pytest.approx(before[0], abs=1)
    assert now[1] > before[1] + 2
    assert now[2] > before[2] + 2
    assert now[3] == pytest.approx(before[3], abs=1)


def test_escape_leaves_an_outline_as_it_was(opener: Opener, site: Served) -> None:
    person = site.user()
    answer = person.ask(BANANAS, model="drawn-fruit", consent="store")
    page = opener.open(f"/answers/{answer['prediction_id']}", screen="desktop", person=person)
    press(page, page.get_by_role("button", name="Add one that was missed"))
    reach(page, page.get_by_role("application", name="Outline on the photo"))
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".a9s-annotation")).to_have_count(1)
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert person.get(f"/predictions/{answer['prediction_id']}")["feedback"] is None


def spread(polygon: list[list[float]]) -> tuple[float, float, float, float]:
    """Left, top, width, height."""
    across, down = zip(*polygon, strict=True)
    return min(across), min(down), max(across) - min(across), max(down) - min(down)
