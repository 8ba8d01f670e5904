"""The main path with the keyboard alone: from the first page to a photo, an answer and a verdict."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Opener

STOPS = 80


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
