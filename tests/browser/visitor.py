"""Somebody before a browser: their tab, what its console complained of, and how they come to be signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.app import PASSWORD, Person, Served

Screen = Literal["phone", "desktop"]
Theme = Literal["light", "dark"]
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync")
FRAMES = 4
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
WAS_IN = 'localStorage["cultivar.was-signed-in"] ??= "{}"'
"""What the app notes for itself when somebody signs in: who."""

expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no fault

LOADED = """() => [...document.querySelectorAll("main [role=status] > .visually-hidden")]
    .every((skeleton) => skeleton.closest("[data-scheme]"))"""
"""No skeleton is left, but for the one that the design page shows."""

INSTALLED = "caches.keys().then((names) => names.some((name) => name.includes('precache')))"
"""A promise, which Playwright awaits in `evaluate` alone: `wait_for_function` takes it for true."""


@contextmanager
def chromium(program: str, *more: str) -> Iterator[Browser]:
    """A browser that asks nobody but the pages that it is shown."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *more])
        yield browser
        browser.close()


def filming(photo: bytes, folder: Path) -> list[str]:
    """Arguments for a browser whose camera films this photo, which is laid into `folder`."""
    film = folder / "film.mjpeg"
    film.write_bytes(photo * FRAMES)
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    return [*camera, f"--use-file-for-fake-video-capture={film}"]


def settled(page: Page) -> None:
    """Returns when the page has its heading and waits for nothing more."""
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_function(LOADED)


@dataclass
class Opener:
    """Opens a browser of somebody new: no cookies, nothing stored."""

    browser: Browser
    site: Served
    excused: list[str] = field(default_factory=list)
    """Parts of complaints that a test expects, such as those of a network that it took away."""
    _contexts: list[BrowserContext] = field(default_factory=list)
    _complaints: list[str] = field(default_factory=list)

    def open(
        self,
        path: str = "/",
        *,
        screen: Screen = "phone",
        theme: Theme = "light",
        locale: str = "en-GB",
        person: Person | None = None,
    ) -> Page:
        """A tab on this page; `person` is signed in first, by their e-mail and password."""
        page = self.enter(screen=screen, theme=theme, locale=locale, person=person).new_page()
        page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda asked: self._outside(asked.url))
        page.goto(path)
        return page

    def enter(
        self, *, screen: Screen = "phone", theme: Theme = "light", locale: str = "en-GB", person: Person | None = None
    ) -> BrowserContext:
        """A new browser without a tab."""
        width, height = SIZES[screen]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=screen == "phone",
            locale=locale,
            color_scheme=theme,
            permissions=["camera"],
            base_url=self.site.url,
        )
        self._contexts.append(context)
        if person is not None:
            self._sign_in(context, person)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        left = [said for said in self._complaints if not any(part in said for part in self.excused)]
        assert left == [], left

    def _sign_in(self, context: BrowserContext, person: Person) -> None:
        """The cookie of a sign-in on the app's own page; the app finds it at its next start."""
        form = {"grant_type": "password", "username": str(person.email), "password": PASSWORD}
        given = context.request.post("/api/v1/auth/token?cookie=true", form=form, headers={"Origin": self.site.url})
        assert given.ok, given.text()
        context.add_init_script(WAS_IN.format(person.id))

    def _note(self, complaint: str) -> None:
        self._complaints.append(complaint)

    def _outside(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self._note(f"asked outside: {url}")
