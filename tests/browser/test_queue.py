"""The training queue on a model's page: what people corrected and allow to be learned from, for who may see it."""

from playwright.sync_api import Page, expect

from tests.browser.test_accessible import violations
from tests.browser.visitor import Opener
from tests.support.app import Served, fine
from tests.support.drawing import MAPLE_SICK, picture
from tests.support.photofile import jpeg

LEAF = jpeg(picture(MAPLE_SICK, seed=11, size=(640, 480)))
REMEMBERED = """async () => {
  const kept = await (await caches.open("cultivar-memory")).match("/memory");
  return kept === undefined ? "" : await kept.text();
}"""
"""What the device would show without a network."""


def test_an_expert_sees_what_was_corrected_and_where_it_comes_from(opener: Opener, site: Served) -> None:
    expert, person = site.expert(), site.user()
    page = opener.open("/models/drawn-fruit", person=expert)
    page.get_by_role("tab", name="Training queue").click()
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_contain_text("corrects an answer")

    answer = person.ask(LEAF, consent="train")
    fine(person.feedback(answer["prediction_id"], is_correct=False, correct_class_name="Willow___Rust"))
    page = waiting(page)
    items = page.get_by_role("list", name="Training queue").get_by_role("listitem")
    expect(items).to_have_count(1)
    expect(items).to_contain_text("Corrected to Willow rust")
    expect(items).to_contain_text("Waiting")
    expect(items.locator("img")).to_have_js_property("naturalWidth", 640)
    assert violations(page) == []
    page.get_by_role("button", name="State").click()
    page.get_by_role("option", name="For validation").click()
    expect(page.get_by_role("heading", name="None in this state")).to_be_visible()
    page.wait_for_timeout(1500)  # milliseconds: longer than the app waits before it remembers
    remembered = page.evaluate(REMEMBERED)
    assert "models" in remembered
    assert "image_url" not in remembered


def waiting(page: Page) -> Page:
    """The queue of `drawn`, once the correction is heard of."""
    for _ in range(30):
        page.goto("/models/drawn")
        page.get_by_role("tab", name="Training queue").click()
        panel = page.get_by_role("tabpanel")
        panel.get_by_role("heading", name="Nothing waits here").or_(panel.get_by_role("listitem").first).wait_for()
        if panel.get_by_role("listitem").count():
            break
    return page


def test_whoever_may_not_read_the_queue_is_not_shown_it(opener: Opener, site: Served) -> None:
    page = opener.open("/models/drawn", person=site.user())
    expect(page.get_by_role("tab", name="Versions")).to_be_visible()
    expect(page.get_by_role("tab", name="Training queue")).to_have_count(0)
