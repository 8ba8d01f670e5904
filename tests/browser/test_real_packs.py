"""The packs that ship, before photos of real leaves, fruit and pets, as a grower on a phone meets them."""

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import BUILT
from tests.browser.test_accessible import violations
from tests.browser.test_scan import ANSWER, NO_NETWORK, agree, photograph, waiting
from tests.browser.visitor import INSTALLED, QUIET, Opener, filming, settled
from tests.support.app import Served, served, wait_until
from tests.support.material import ROOT, at_hand, photos
from tests.support.photofile import jpeg
from tests.support.processes import skip_or_fail

ARCHIVES = {
    "Potato___Late_blight": "plant_leaves.tar",
    "Corn_(maize)___Northern_Leaf_Blight": "plant_leaves.tar",
    "sigatoka": "banana_leaves.tar",
    "freshunripe": "banana_ripening_boxes.tar",
    "cat": "cats_dogs.tar",
    "dog": "cats_dogs.tar",
    "other": "other_things.tar",
}
FILM = (640, 640)
SMALL = 360
CUT = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
"""Of these elements, those whose text does not fit into them."""

pytestmark = pytest.mark.skipif(
    not all(at_hand(archive) for archive in ARCHIVES.values()), reason="needs the photos of ../shared/data"
)


def real(label: str) -> bytes:
    """The first photo of this label in the part that no network learnt from."""
    return next(photo for found, photo in photos(ARCHIVES[label], "val") if found == label)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server with the built app and the packs that ship."""
    if not (BUILT / "index.html").is_file():
        skip_or_fail("the web app", "make web")
    data = tmp_path_factory.mktemp("data")
    with served(data, ROOT / "packs", default_model="plant-health", app_dir=BUILT) as running:
        yield running


@pytest.fixture(scope="module")
def filmed(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees a potato leaf with late blight."""
    leaf = Image.open(io.BytesIO(real("Potato___Late_blight"))).resize(FILM)
    camera = filming(jpeg(leaf, quality=95), tmp_path_factory.mktemp("camera"))
    program = shutil.which("chromium")
    with closing(chromium.browser_type.launch(executable_path=program, args=[*QUIET, *camera])) as browser:
        yield browser


@pytest.fixture
def opener(filmed: Browser, site: Served) -> Iterator[Opener]:
    with closing(Opener(filmed, site)) as opener:
        yield opener


class Shown(Protocol):
    def __call__(self, pack: str, *labels: str) -> Page: ...


@pytest.fixture
def shown(opener: Opener, tmp_path: Path) -> Shown:
    """Shows a new visitor's photos with these labels to the pack of this title, each for a plant of its own.

    Returns the page of the only answer, or that with all of them.
    """

    def show(pack: str, *labels: str) -> Page:
        page = opener.open("/scan")
        page.get_by_role("button", name="Who looks").click()
        page.get_by_role("option", name=pack).click()
        page.locator("input[type=file]").set_input_files([file(tmp_path, label) for label in labels])
        if len(labels) > 1:
            page.locator("label").filter(has_text="Several plants").click()
        page.get_by_role("button", name="Get the answer").click()
        agree(page)
        if len(labels) == 1:
            expect(page).to_have_url(ANSWER)
        return page

    return show


def file(folder: Path, label: str) -> Path:
    path = folder / f"{label}.jpg"
    path.write_bytes(real(label))
    return path


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="Result")


def test_a_leaf_before_the_camera_is_named_corrected_kept_and_counted(opener: Opener, site: Served) -> None:
    admin = site.admin()
    before = admin.get("/feedback/stats"), admin.get("/statistics")
    page = opener.open("/")
    page.get_by_role("link", name="Scan a plant").click()
    photograph(page)
    agree(page)
    expect(page).to_have_url(ANSWER)
    expect(result(page).get_by_role("heading").first).to_have_text("Late blight of potato")
    sure = result(page).get_by_role("meter", name="How sure")
    expect(sure).to_have_attribute("aria-valuetext", re.compile("Almost certain"))
    about = page.get_by_role("region", name="About it")
    expect(about).to_contain_text("Phytophthora infestans")
    expect(about).to_contain_text("Confirm with your local extension")
    expect(about.get_by_role("listitem")).to_contain_text(["Prevent", "Biological means", "Chemical means"])

    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("searchbox", name="Search").fill("potato early")
    page.get_by_role("option", name="Early blight of potato").click()
    said = page.get_by_role("region", name="Your opinion")
    expect(said).to_contain_text("it is Early blight of potato")

    path = page.url.removeprefix(site.url)
    page.get_by_role("navigation").get_by_role("link", name="History").click()
    expect(page.locator(f"a[href='{path}']")).to_contain_text("Late blight of potato")
    after = admin.get("/feedback/stats"), admin.get("/statistics")
    assert after[0]["incorrect_predictions"] == before[0]["incorrect_predictions"] + 1
    assert after[1]["total_predictions"] == before[1]["total_predictions"] + 1


def test_bananas_are_outlined_counted_and_graded(shown: Shown) -> None:
    page = shown("Banana ripeness", "freshunripe")
    expect(result(page)).to_contain_text("Mostly: Mature")
    lot = page.get_by_role("region", name="The lot")
    total = int(lot.locator("dt", has_text="In all").locator("+ dd").inner_text())
    assert total >= 4
    outlines = page.get_by_role("group", name=f"{total} things found").get_by_role("button")
    expect(outlines).to_have_count(total)
    assert all(str(one.get_attribute("d")).count("L") > 6 for one in outlines.all())
    expect(lot.get_by_text("Grade", exact=True).locator("..")).to_have_text("GradeB")


def test_a_banana_leaf_is_named_and_its_sick_area_measured(shown: Shown) -> None:
    page = shown("Banana leaf health", "sigatoka")
    expect(result(page)).to_contain_text("Sigatoka leaf spot")
    leaf = page.get_by_role("region", name="How sick the leaf is")
    expect(leaf).to_contain_text("show the whole leaf, from its base to its tip")
    area = int(leaf.get_by_role("meter", name="Share of the leaf that is sick").get_attribute("aria-valuenow") or 0)
    assert 1 <= area <= 30
    expect(leaf).to_contain_text("The true share lies most likely between")


def test_pets_are_told_apart_each_photo_by_itself(shown: Shown) -> None:
    page = shown("Cats and dogs", "cat", "dog")
    answers = page.get_by_role("region", name="Answers").get_by_role("listitem")
    expect(answers).to_contain_text(["Cat", "Dog"])
    answers.last.get_by_role("link", name="Open").click()
    expect(result(page).get_by_role("heading").first).to_have_text("Dog")


def test_what_is_no_plant_is_refused_with_what_to_do(shown: Shown) -> None:
    page = shown("Plant health", "other")
    refused = page.get_by_role("region", name="No answer")
    expect(refused.get_by_role("heading", level=2)).to_have_text("We see no leaf in this photo.")
    expect(refused).to_contain_text("Photograph one leaf so that it fills most of the picture")
    expect(result(page)).to_have_count(0)
    refused.get_by_role("link", name="Take another photo").click()
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()


def test_a_refusal_is_read_in_another_language_than_it_was_asked_in(opener: Opener, site: Served) -> None:
    person = site.user()
    asked = person.ask(real("other"), consent="store")
    assert asked["refusal"]["message"] == "We see no leaf in this photo."
    page = opener.open("/history", locale="fr-FR", person=person)
    page.get_by_role("link", name="Nous ne voyons pas de feuille sur cette photo.").click()
    refused = page.get_by_role("region", name="Pas de réponse")
    expect(refused).to_contain_text("Photographiez une seule feuille qui remplit presque toute l'image")


def test_answers_in_french_fit_a_small_phone_and_have_no_fault_that_axe_knows(opener: Opener, site: Served) -> None:
    person = site.user()
    asked = [
        person.ask(real(label), model=pack, consent="store")
        for pack, label in (
            ("plant-health", "Potato___Late_blight"),
            ("banana-ripeness", "freshunripe"),
            ("banana-sigatoka", "sigatoka"),
        )
    ]
    page = opener.open("/history", locale="fr-FR", theme="dark", person=person)
    page.set_viewport_size({"width": SMALL, "height": 640})
    for path in ("/scan", "/history", *(f"/answers/{one['prediction_id']}" for one in asked)):
        page.goto(path)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL, path
        cut = page.locator("nav li a:visible").evaluate_all(CUT)
        assert cut == [], path
        assert violations(page) == [], path


def test_a_leaf_photographed_offline_is_named_when_the_network_is_back(opener: Opener, tmp_path: Path) -> None:
    opener.excused.append(NO_NETWORK)
    page = opener.open("/scan")
    page.get_by_role("button", name="Take the photo").wait_for()
    page.evaluate("navigator.serviceWorker.ready")
    wait_until(lambda: page.evaluate(INSTALLED))

    page.context.set_offline(True)
    page.locator("input[type=file]").set_input_files(file(tmp_path, "Corn_(maize)___Northern_Leaf_Blight"))
    page.get_by_role("button", name="Get the answer").click()
    agree(page)
    expect(waiting(page)).to_have_count(1)
    page.reload()
    expect(waiting(page)).to_have_count(1)

    page.context.set_offline(False)
    answers = page.get_by_role("region", name="Answers")
    expect(answers).to_contain_text("Northern leaf blight of maize")
    answers.get_by_role("link", name="Open").click()
    expect(result(page).get_by_role("heading").first).to_have_text("Northern leaf blight of maize")
