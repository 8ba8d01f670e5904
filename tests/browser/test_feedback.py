"""What a person says of an answer: changed, withdrawn and taken up again, on whatever day they come back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_accessible import violations
from tests.browser.test_scan import ANSWER, agree
from tests.browser.visitor import Opener
from tests.support.app import Person, Served, fine, wait_until
from tests.support.drawing import MAPLE_SICK, picture
from tests.support.fruit import bunch
from tests.support.photofile import jpeg

BUNCH = bunch(["Ripe", "Mature", "Over Ripe"], seed=3).image
BANANAS = jpeg(BUNCH)
STEP = 0.005 * max(BUNCH.size)
"""What an arrow key moves an outline by, in pixels of the photo."""
MENDED = [[10.0, 20.0], [60.0, 20.0], [60.0, 90.0], [10.0, 90.0]]
MISSED = [[100.0, 5.0], [140.0, 5.0], [140.0, 45.0]]
LEAF = jpeg(picture(MAPLE_SICK, seed=3, size=(640, 480)))


def opinion(page: Page) -> Locator:
    return page.get_by_role("region", name="Your opinion")


def expect_chosen(page: Page, chosen: str | None) -> None:
    """All three verdicts are there, and this one alone is marked."""
    verdicts = opinion(page).get_by_role("group", name="Is this right?").get_by_role("button")
    expect(verdicts).to_have_text(["Right", "Wrong", "Can't tell"])
    for name in ("Right", "Wrong", "Can't tell"):
        button = opinion(page).get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-pressed", str(name == chosen).lower())


def said(person: Person, answer: dict[str, Any]) -> Any:
    return person.get(f"/predictions/{answer['prediction_id']}")["feedback"]


def verdict_of(person: Person, answer: dict[str, Any]) -> tuple[Any, Any, Any]:
    """What the server keeps; the page may show a verdict before."""
    told = said(person, answer)
    return told["is_correct"], told["correct_class_name"], told["satisfied"]


def test_a_verdict_is_changed_withdrawn_and_brought_back_after_each_return(opener: Opener, site: Served) -> None:
    person = site.user()
    answer = person.ask(LEAF, consent="store")
    page = opener.open(f"/answers/{answer['prediction_id']}", person=person)
    expect_chosen(page, None)
    opinion(page).get_by_role("button", name="Can't tell").click()
    opinion(page).get_by_role("button", name="Yes").click()
    expect(opinion(page)).to_contain_text("You cannot tell")
    page.reload()
    expect_chosen(page, "Can't tell")
    opinion(page).get_by_role("button", name="Wrong").click()
    page.get_by_role("option", name="Willow rust").click()
    expect(opinion(page)).to_contain_text("it is Willow rust")
    page.reload()
    expect_chosen(page, "Wrong")
    opinion(page).get_by_role("button", name="Right", exact=True).click()
    expect_chosen(page, "Right")
    wait_until(lambda: verdict_of(person, answer) == (True, None, True))
    page.reload()
    expect_chosen(page, "Right")
    opinion(page).get_by_role("button", name="Can't tell").click()
    expect_chosen(page, "Can't tell")
    wait_until(lambda: verdict_of(person, answer)[0] is None)
    opinion(page).get_by_role("button", name="Withdraw").click()
    expect_chosen(page, None)
    wait_until(lambda: said(person, answer) is None)
    opinion(page).get_by_role("button", name="Undo").click()
    expect_chosen(page, "Can't tell")
    page.reload()
    expect_chosen(page, "Can't tell")
    opinion(page).get_by_role("button", name="Withdraw").click()
    expect_chosen(page, None)
    page.reload()
    expect_chosen(page, None)


def test_feedback_on_what_is_not_kept_is_withdrawn_too(opener: Opener, leaf_file: Path) -> None:
    page = opener.open("/scan")
    page.locator("input[type=file]").set_input_files(leaf_file)
    page.get_by_role("button", name="Get the answer").click()
    agree(page, "Forgotten")
    expect(page).to_have_url(ANSWER)
    opinion(page).get_by_role("button", name="Right", exact=True).click()
    expect_chosen(page, "Right")
    page.reload()
    expect_chosen(page, "Right")
    opinion(page).get_by_role("button", name="Withdraw").click()
    expect_chosen(page, None)
    page.reload()
    expect_chosen(page, None)


def test_one_fruit_said_to_be_right_leaves_every_verdict_open(opener: Opener, site: Served) -> None:
    person = site.user()
    answer = person.ask(BANANAS, model="drawn-fruit", consent="store")
    page = opener.open(f"/answers/{answer['prediction_id']}", screen="desktop", person=person)
    page.get_by_role("group", name="3 things found").get_by_role("button").first.click()
    thing = page.get_by_role("region", name="What you chose in the photo")
    thing.get_by_role("button", name="Right", exact=True).click()
    expect(thing.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    expect_chosen(page, "Right")
    thing.get_by_role("button", name="Take it back").click()
    expect_chosen(page, None)
    wait_until(lambda: said(person, answer) is None)


def test_a_mended_outline_is_shown_named_anew_and_reopened_as_it_was_left(opener: Opener, site: Served) -> None:
    person, answer = drawn(site)
    page = opener.open(f"/answers/{answer['prediction_id']}", screen="desktop", person=person)
    shapes = page.get_by_role("group", name="3 things found, 1 added by you").get_by_role("button")
    expect(shapes).to_have_count(4)
    own = page.get_by_role("button", name="You mended the outline")
    expect(own).to_have_attribute("d", "M10 20L60 20L60 90L10 90Z")
    assert own.evaluate("(shape) => getComputedStyle(shape).strokeDasharray") != "none"
    expect(page.get_by_text("Drawn by you")).to_be_visible()
    assert violations(page) == []
    thing = chosen(page, own)
    thing.get_by_role("button", name="Another class").click()
    page.get_by_role("option", name="Over-ripe").click()
    expect(thing).to_contain_text("it is Over-ripe")
    wait_until(lambda: one_said(person, answer, "edited")["class_name"] == "Over Ripe")
    assert one_said(person, answer, "edited")["polygon"] == MENDED
    thing.get_by_role("button", name="Mend the outline").click()
    nudge(page, "ArrowRight")
    wait_until(lambda: one_said(person, answer, "edited")["polygon"] != MENDED)
    kept = one_said(person, answer, "edited")
    assert kept["class_name"] == "Over Ripe"
    assert kept["polygon"][0] == pytest.approx([10 + STEP, 20], abs=0.2)


def test_what_was_added_is_shown_reopened_and_removed(opener: Opener, site: Served) -> None:
    person, answer = drawn(site)
    page = opener.open(f"/answers/{answer['prediction_id']}", screen="desktop", person=person)
    thing = chosen(page, page.get_by_role("button", name="You added it"))
    expect(thing).to_contain_text("You added it")
    thing.get_by_role("button", name="Mend the outline").click()
    nudge(page, "ArrowDown")
    wait_until(lambda: one_said(person, answer, "missed")["polygon"] != MISSED)
    assert one_said(person, answer, "missed")["polygon"][0] == pytest.approx([100, 5 + STEP], abs=0.2)
    thing.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("group", name="3 things found", exact=True).get_by_role("button")).to_have_count(3)
    wait_until(lambda: [one["verdict"] for one in said(person, answer)["instances"]] == ["edited"])


def drawn(site: Served) -> tuple[Person, dict[str, Any]]:
    """Somebody who mended the first of three bananas and added a fourth."""
    person = site.user()
    answer = person.ask(BANANAS, model="drawn-fruit", consent="store")
    mended = {"verdict": "edited", "instance_id": answer["instances"][0]["instance_id"], "polygon": MENDED}
    missed = {"verdict": "missed", "class_name": "Ripe", "polygon": MISSED}
    fine(person.feedback(answer["prediction_id"], instances=[mended, missed]))
    return person, answer


def chosen(page: Page, shape: Locator) -> Locator:
    """What the page says of this shape, once it is chosen."""
    shape.focus()
    page.keyboard.press("Enter")
    return page.get_by_role("region", name="What you chose in the photo")


def one_said(person: Person, answer: dict[str, Any], verdict: str) -> Any:
    (one,) = [one for one in said(person, answer)["instances"] if one["verdict"] == verdict]
    return one


def nudge(page: Page, key: str) -> None:
    """One step of an arrow key in the editor, kept."""
    expect(page.locator(".a9s-annotation")).to_have_count(1)
    page.get_by_role("application", name="Outline on the photo").focus()
    page.keyboard.press(key)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
