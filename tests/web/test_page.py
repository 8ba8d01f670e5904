"""The server's pages in a real browser: they load nothing from elsewhere and need nothing that their policy forbids."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.app import PASSWORD, Person, Served
from tests.support.processes import skip_or_fail

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        skip_or_fail("chromium", "apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        opened = playwright.chromium.launch(executable_path=program, args=args)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test for any complaint in the console and any request that leaves the server."""
    complaints: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: None if "127.0.0.1" in asked.url or asked.url[:5] == "data:" else complaints.append(asked.url),
    )
    yield page
    context.close()
    assert complaints == []


def test_somebody_signs_in_and_asks_who_they_are(app: Served, user: Person, page: Page) -> None:
    page.goto(f"{app.url}/docs")
    page.get_by_role("button", name="Authorize").first.click()
    form = page.locator(".auth-container").filter(has_text="SignIn")
    form.get_by_label("username").fill(str(user.email))
    form.get_by_label("password").fill(PASSWORD)
    form.get_by_role("button", name="Apply given OAuth2 credentials").click()
    form.get_by_text("Logout").wait_for()
    page.locator(".close-modal").click()
    operation = page.locator("#operations-accounts-read_me")
    operation.locator("button.opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .highlight-code").first
    answer.wait_for()
    assert str(user.email) in answer.inner_text()


def test_the_web_app_opens_and_installs_itself_under_its_policy(app: Served, page: Page) -> None:
    if not (app.settings.app_dir / "index.html").is_file():
        skip_or_fail("the built web app", "make app")
    page.goto(f"{app.url}/settings")
    page.locator("#root :is(h1, h2)").first.wait_for()
    worker = page.evaluate("navigator.serviceWorker.ready.then(found => found.active.scriptURL)")
    assert worker == f"{app.url}/sw.js"
    assert page.evaluate("fetch('/manifest.webmanifest').then(answer => answer.json())")["start_url"].startswith("/")
