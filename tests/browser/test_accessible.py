"""axe-core finds nothing on any page, in either theme, on either screen."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT
from tests.browser.visitor import Opener, Screen, Theme, settled

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/scan",
    "/history",
    "/bulk",
    "/surveys",
    "/monitoring",
    "/models",
    "/models/drawn",
    "/people",
    "/settings",
    "/sign-in",
    "/design",
    "/nowhere",
)
LOOKS: tuple[tuple[Screen, Theme], ...] = (("phone", "light"), ("desktop", "dark"))


def violations(page: Page) -> list[str]:
    """What axe objects to, one line each. Evaluated scripts are not subject to the page's policy."""
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    assert found["passes"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]
    ]


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_no_page_has_a_fault_that_axe_knows(opener: Opener, screen: Screen, theme: Theme) -> None:
    admin = opener.site.admin()
    page = opener.open("/", screen=screen, theme=theme, person=admin)
    found = {}
    for path in PAGES:
        page.goto(path)
        settled(page)
        if left := violations(page):
            found[path] = left
    assert found == {}
