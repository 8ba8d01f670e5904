"""The built app in a real browser, before the real server: a phone or a desktop, a camera that sees a drawn leaf."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import visitor
from tests.browser.visitor import Opener, filming
from tests.support.app import Served, served
from tests.support.detector import drawn_fruit
from tests.support.drawing import MAPLE_SICK, picture
from tests.support.model import drawn_pack
from tests.support.photofile import jpeg
from tests.support.processes import skip_or_fail

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "web" / "dist"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process has the browser; all tests here are slow."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, whose camera films one drawn leaf with tar spot.

    It ends with these tests, since its driver keeps an event loop running in the thread that others need.
    """
    program = shutil.which("chromium")
    if program is None:
        skip_or_fail("chromium", "apt-get install --no-install-recommends chromium")
    camera = filming(jpeg(picture(MAPLE_SICK, seed=3, size=(640, 480))), tmp_path_factory.mktemp("camera"))
    with visitor.chromium(program, *camera) as browser:
        yield browser


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server with the built app, the pack `drawn`, and `drawn-fruit`, which finds and outlines."""
    if not (BUILT / "index.html").is_file():
        skip_or_fail("the web app", "make web")
    packs = drawn_pack(tmp_path_factory.mktemp("packs")).parent
    drawn_fruit(packs)
    help_dir = manual(tmp_path_factory.mktemp("manual"))
    with served(tmp_path_factory.mktemp("data"), packs, app_dir=BUILT, help_dir=help_dir) as running:
        yield running


def manual(folder: Path) -> Path:
    """Two pages that stand for the built manual."""
    for page, title in (("", "The manual"), ("guide/", "A guide")):
        (folder / page).mkdir(exist_ok=True)
        body = f"<!doctype html><title>{title}</title><link rel=icon href=data:,><h1>{title}</h1>"
        (folder / page / "index.html").write_text(body)
    return folder


@pytest.fixture
def opener(chromium: Browser, site: Served) -> Iterator[Opener]:
    """Opens browsers of new visitors; a test fails for any complaint in a console."""
    with closing(Opener(chromium, site)) as opener:
        yield opener


@pytest.fixture(scope="session")
def leaf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of a drawn maple leaf with tar spot, to choose as a file."""
    path = tmp_path_factory.mktemp("photos") / "leaf.jpg"
    path.write_bytes(jpeg(picture(MAPLE_SICK, seed=3, size=(1200, 900))))
    return path
