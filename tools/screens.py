"""Pictures of the app at work, for the documentation: `python -m tools.screens`. All in them is drawn by code."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Page
from tests.browser.visitor import Opener, Screen, Theme, chromium, filming, settled
from tests.support.app import Person, served
from tests.support.detector import drawn_fruit
from tests.support.drawing import BANANA, BANANA_SICK, MAPLE, MAPLE_SICK, THING, WILLOW, WILLOW_SICK, picture
from tests.support.fruit import bunch
from tests.support.model import drawn_pack
from tests.support.photofile import jpeg

OUT: Final = Path(__file__).resolve().parents[1] / "docs" / "assets" / "app"
SEEN: Final = (MAPLE, WILLOW_SICK, BANANA, MAPLE_SICK, THING, WILLOW, BANANA_SICK, MAPLE_SICK)
FINGERS: Final = ("Ripe", "Ripe", "Mature", "Over Ripe", "Not Mature")


def asked(person: Person) -> tuple[str, str]:
    """Somebody's history; the ids of a leaf's answer and of a bunch's."""
    for seed, label in enumerate(SEEN * 3):
        answer = person.ask(jpeg(picture(label, seed=seed, size=900)), model="drawn", consent="store")
        right = not answer["refused"] and answer["result"]["class_name"] == label
        person.feedback(answer["prediction_id"], satisfied=right, **({"is_correct": True} if right else {}))
    fruit = person.ask(jpeg(bunch(list(FINGERS)).image), model="drawn-fruit", consent="store")
    leaf = person.ask(jpeg(picture(MAPLE_SICK, seed=3, size=(1200, 1200))), model="drawn", consent="store")
    return leaf["prediction_id"], fruit["prediction_id"]


def take(opener: Opener, person: Person, path: str, name: str, screen: Screen, theme: Theme) -> None:
    page = opener.open(path, screen=screen, theme=theme, person=person)
    settled(page)
    rest(page)
    page.screenshot(path=OUT / f"{name}.jpg", type="jpeg", quality=85)


def rest(page: Page) -> None:
    """Pictures come and charts are drawn."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(2500)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        packs = drawn_pack(Path(work) / "packs").parent
        drawn_fruit(packs)
        camera = filming(jpeg(picture(MAPLE_SICK, seed=3, size=(640, 480))), Path(work))
        with (
            chromium(shutil.which("chromium") or "chromium", *camera) as browser,
            served(Path(work) / "data", packs) as site,
        ):
            person, opener = site.admin(), Opener(browser, site)
            leaf, fruit = asked(person)
            take(opener, person, "/scan", "scan-phone", "phone", "light")
            take(opener, person, f"/answers/{leaf}", "answer-phone", "phone", "light")
            take(opener, person, f"/answers/{fruit}", "ripeness-desktop", "desktop", "light")
            take(opener, person, "/history", "history-phone", "phone", "dark")
            take(opener, person, "/monitoring", "monitoring-desktop", "desktop", "dark")
            take(opener, person, "/models/drawn", "model-desktop", "desktop", "light")
            opener.close()


if __name__ == "__main__":
    main()
