"""Photos in hand: neither an earlier answer, a look at another page nor a lost network loses them; signing out does."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_scan import ANSWER, NO_NETWORK, agree
from tests.browser.visitor import Opener

LATE = ("consent", "options", "queue")
"""Code that the scan page fetches once it is shown."""


def choose(page: Page, *photos: Path) -> None:
    page.locator("input[type=file]").set_input_files(photos)


def in_hand(page: Page) -> Locator:
    return page.get_by_role("region", name="Photos").get_by_role("img")


def ask(page: Page) -> None:
    page.get_by_role("button", name="Get the answer").click()


def visit(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def late_code_is_here(page: Page) -> None:
    """Returns when a page that has lost its network can still ask."""
    for name in LATE:
        page.wait_for_function(
            "(name) => performance.getEntriesByType('resource').some((one) => one.name.includes(`/${name}-`))", arg=name
        )


def test_an_earlier_answer_leaves_the_photos_in_hand(opener: Opener, leaf_file: Path) -> None:
    opener.excused.append(NO_NETWORK)
    page = opener.open("/scan")
    late_code_is_here(page)
    page.context.set_offline(True)
    choose(page, leaf_file)
    ask(page)
    agree(page)
    expect(page.get_by_role("region", name="On the way").get_by_role("listitem")).to_have_count(1)
    expect(in_hand(page)).to_have_count(0)
    choose(page, leaf_file, leaf_file)
    expect(in_hand(page)).to_have_count(2)
    page.context.set_offline(False)
    answers = page.get_by_role("region", name="Answers").get_by_role("link", name="Open")
    expect(answers).to_have_count(1)
    expect(page).not_to_have_url(ANSWER)
    answers.click()
    expect(page).to_have_url(ANSWER)
    visit(page, "Scan")
    expect(in_hand(page)).to_have_count(2)


def test_another_page_leaves_them_and_signing_out_does_not(opener: Opener, leaf_file: Path) -> None:
    page = opener.open("/scan", person=opener.site.user())
    choose(page, leaf_file, leaf_file)
    page.locator("label").filter(has_text="Several plants").click()
    visit(page, "History")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    visit(page, "Scan")
    expect(in_hand(page)).to_have_count(2)
    expect(page.get_by_role("radio", name="Several plants")).to_be_checked()
    visit(page, "Settings")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()
    visit(page, "Scan")
    expect(page.get_by_role("button", name="Choose photos")).to_be_visible()
    expect(in_hand(page)).to_have_count(0)


def test_a_network_lost_on_a_first_visit_keeps_them_and_the_page(opener: Opener, leaf_file: Path) -> None:
    opener.excused.append("ERR_FAILED")
    page = opener.open("/")
    for name in LATE:
        page.route(f"**/assets/{name}-*.js", lambda route: route.abort())
    visit(page, "Scan")
    choose(page, leaf_file)
    ask(page)
    lost = page.get_by_text("The network went away")
    expect(lost).to_be_visible()
    expect(in_hand(page)).to_have_count(1)
    page.unroute_all()
    ask(page)
    agree(page)
    expect(page).to_have_url(ANSWER)
    expect(lost).to_have_count(0)


def test_a_page_that_the_network_does_not_bring_leaves_them(opener: Opener, leaf_file: Path) -> None:
    opener.excused += ["net::ERR", "Failed to fetch", "the network did not bring this page"]
    page = opener.open("/scan")
    late_code_is_here(page)
    choose(page, leaf_file)
    page.route("**/assets/history-page-*.js", lambda route: route.abort())
    page.context.set_offline(True)
    visit(page, "History")
    expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    visit(page, "Scan")
    expect(in_hand(page)).to_have_count(1)
    visit(page, "History")
    page.unroute_all()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    visit(page, "Scan")
    expect(in_hand(page)).to_have_count(1)


def test_a_page_that_was_seen_for_a_moment_can_ask_without_a_network(opener: Opener, leaf_file: Path) -> None:
    opener.excused += [NO_NETWORK, "Failed to fetch"]
    page = opener.open("/scan")
    late_code_is_here(page)
    page.context.set_offline(True)
    choose(page, leaf_file)
    ask(page)
    agree(page)
    expect(page.get_by_text("Waits")).to_be_visible()
    page.context.set_offline(False)
    expect(page).to_have_url(ANSWER)
