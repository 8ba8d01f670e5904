"""The app as an installed one: it opens without a network as it was left, and changes without losing what waits."""

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cultivar.web.spa import Spa
from tests.browser.visitor import Opener, settled
from tests.support.app import Served, wait_until
from tests.support.drawing import MAPLE_SICK, picture
from tests.support.photofile import jpeg

READY = "navigator.serviceWorker.ready.then(() => true)"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
REMEMBERED = """async () => {
    const kept = await (await caches.open("cultivar-memory")).match("/memory");
    return kept !== undefined && (await kept.text()).includes("MAPLE");
}""".replace("MAPLE", MAPLE_SICK)
STORED = """async () => {
    const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys())
            if (!request.url.includes("/assets/")) found.push(await (await caches.match(request)).text());
    return found.join("\\n");
}"""


def leaf() -> bytes:
    return jpeg(picture(MAPLE_SICK, seed=3, size=640))


def test_the_manifest_has_what_an_installed_app_needs(opener: Opener) -> None:
    page = opener.open("/")
    told = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())")
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/scan", "/")
    assert {icon["sizes"] for icon in told["icons"]} >= {"192x192", "512x512"}
    assert "maskable" in {icon.get("purpose") for icon in told["icons"]}
    for icon in told["icons"]:
        assert page.request.get(icon["src"]).headers["content-type"] == "image/png"


def test_it_opens_without_a_network_as_it_was_left(opener: Opener) -> None:
    opener.excused += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    person = opener.site.user()
    person.ask(leaf(), model="drawn", consent="store")
    page = opener.open("/history", person=person)
    expect(page.get_by_role("main").get_by_text("tar spot", exact=False).first).to_be_visible()
    page.evaluate(READY)
    wait_until(lambda: page.evaluate(REMEMBERED))
    page.context.set_offline(True)
    page.reload()
    settled(page)
    expect(page.get_by_text("No network", exact=False).first).to_be_visible()
    expect(page.get_by_role("main").get_by_text("tar spot", exact=False).first).to_be_visible()
    page.goto("/scan")
    expect(page.get_by_role("button", name="Choose photos")).to_be_visible()


def installed(page: Page) -> None:
    """Returns when the page is served by the app on this device."""
    page.evaluate(READY)
    page.reload()
    page.wait_for_function(CONTROLLED)


@pytest.mark.parametrize("path", ["/", "/index.html", "/scan", "/?from=elsewhere"])
def test_every_way_in_opens_without_a_network(opener: Opener, path: str) -> None:
    opener.excused += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    page = opener.open("/")
    installed(page)
    page.context.set_offline(True)
    page.goto(path)
    settled(page)
    expect(page.get_by_text("No network", exact=False).first).to_be_visible()


def test_the_manual_is_kept_once_seen_and_missed_in_words(opener: Opener) -> None:
    opener.excused += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    page = opener.open("/", screen="desktop")
    installed(page)
    page.goto("/help/")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("The manual")
    page.context.set_offline(True)
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Help").click()
    expect(title).to_have_text("The manual")
    page.goto("/help/guide/")
    expect(page.get_by_role("heading", name="not on this device")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(title).to_have_text("A guide")


KEEP = """async ([build, queries]) => {
    const place = await caches.open("cultivar-memory");
    const mine = await (await place.match("/memory")).json();
    const state = { mutations: [], queries };
    const memory = { ...mine, at: Date.now(), build: build ?? mine.build, state };
    await place.put("/memory", new Response(JSON.stringify(memory)));
}"""
"""Lays into the memory what an app with other shapes may have kept."""
OTHER_SHAPE = {"queryKey": ["models"], "queryHash": '["models"]', "state": {"status": "success", "data": {"items": 7}}}


@pytest.mark.parametrize("build", ["another", None])
def test_a_memory_that_breaks_a_page_does_so_once_at_most(opener: Opener, build: str | None) -> None:
    opener.excused.append("is not a function")
    page = opener.open("/history", person=opener.site.user())
    settled(page)
    wait_until(lambda: page.evaluate("caches.match('/memory').then((kept) => kept !== undefined)"))
    page.goto("/help/")  # a page that keeps nothing itself
    page.evaluate(KEEP, [build, [OTHER_SHAPE]])
    page.goto("/models")
    title = page.get_by_role("heading", level=1)
    if build is None:
        expect(title).to_have_text("Something went wrong")
        page.get_by_role("button", name="Try again").click()
    expect(title).to_have_text("Models")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()


def test_an_update_comes_when_asked_for_and_keeps_what_waits(opener: Opener, leaf_file: Path) -> None:
    opener.excused += ["ERR_FAILED", "Failed to fetch", "ERR_INTERNET_DISCONNECTED"]
    person = opener.site.user()
    page = opener.open("/scan", person=person)
    installed(page)
    page.context.set_offline(True)
    wait_with(page, leaf_file)
    page.context.route("**/api/v1/predict*", lambda route: route.abort())
    page.context.set_offline(False)
    release(opener.site)
    page.evaluate("navigator.serviceWorker.getRegistration().then((known) => known.update())")
    with page.expect_navigation():
        page.get_by_role("button", name="Update now").click()
    settled(page)
    expect(page.get_by_text("1 photo", exact=True)).to_be_visible()
    assert person.get("/predictions")["total"] == 0
    page.context.unroute("**/api/v1/predict*")
    page.reload()
    wait_until(lambda: person.get("/predictions")["total"] == 1)
    expect(page.get_by_text("Waits")).to_have_count(0)


def wait_with(page: Page, photo: Path) -> None:
    """Choose a photo and ask, without a network."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose photos").click()
    chooser.value.set_files(photo)
    page.get_by_role("button", name="Get the answer").click()
    dialog = page.get_by_role("dialog", name="What may be kept")
    dialog.locator("label").filter(has_text="Kept for me").click()
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Waits")).to_be_visible()


def release(site: Served) -> None:
    """A new version of the app: its service worker is another one."""
    spa = site.app.router.default
    assert isinstance(spa, Spa)
    old = spa.files["/sw.js"]
    body = old.bodies[""] + b"\n// another version\n"
    spa.files["/sw.js"] = dataclasses.replace(old, bodies={"": body}, tag="another")


def test_no_token_lies_where_a_script_could_read_it(opener: Opener) -> None:
    person = opener.site.user()
    page = opener.open("/history", person=person)
    settled(page)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    stored = page.evaluate(STORED)
    assert "was-signed-in" in stored
    assert "eyJ" not in stored
    cookie = next(one for one in page.context.cookies() if one["name"] == "cultivar_refresh")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
