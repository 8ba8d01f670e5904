"""Models: what serves, what it can answer, and a version that is added, activated and rolled back."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import Opener
from tests.support.model import FILES, KEPT

CARD = b"""# Better

**bold** and <b>no markup</b>

[no](javascript:alert(1))

| a |
|---|
| 1 |
"""


def another_version(folder: Path, version: str) -> list[Path]:
    """The kept model under another version, and a card that tries to be a page."""
    manifest = json.loads((KEPT / "model.json").read_text(encoding="utf-8"))
    contents = {name: (KEPT / name).read_bytes() for name in FILES}
    contents["model.json"] = json.dumps(manifest | {"version": version}).encode()
    contents["CARD.md"] = CARD
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def test_an_administrator_adds_a_version_has_it_serve_and_goes_back(opener: Opener, tmp_path: Path) -> None:
    admin = opener.site.admin()
    page = opener.open("/models/drawn", screen="desktop", person=admin)
    page.get_by_role("tab", name="Versions").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(another_version(tmp_path, "1.1.0"))
    expect(page.get_by_text("Version 1.1.0 is there.")).to_be_visible()
    page.get_by_role("button", name="Activate 1.1.0").click()
    page.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Version 1.1.0 serves now.")).to_be_visible()
    assert admin.get("/models/drawn")["version"] == "1.1.0"
    page.get_by_role("tab", name="Overview").click()
    card = page.get_by_role("region", name="Model card")
    expect(card.get_by_role("heading", name="Better")).to_be_visible()
    expect(card.get_by_text("<b>no markup</b>")).to_be_visible()
    expect(card.get_by_role("link")).to_have_count(0)
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Version 1.0.0 serves now.")).to_be_visible()
    assert admin.get("/models/drawn")["version"] == "1.0.0"


def test_a_version_that_is_none_is_refused_in_words(opener: Opener, tmp_path: Path) -> None:
    opener.excused.append("status of 400")
    page = opener.open("/models/drawn", person=opener.site.admin())
    page.get_by_role("tab", name="Versions").click()
    broken = tmp_path / "model.json"
    broken.write_text("{}", encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(broken)
    refusal = page.get_by_role("region", name="Add a version").get_by_role("status")
    expect(refusal).to_contain_text("model.json")


def test_everybody_reads_what_a_model_knows(opener: Opener) -> None:
    page = opener.open("/models", person=opener.site.user())
    page.get_by_role("link", name="Drawn leaves").click()
    expect(page.get_by_role("region", name="Metrics")).to_contain_text("accuracy")
    page.get_by_role("tab", name="Labels").click()
    page.get_by_label("Search labels").fill("tar spot")
    label = page.get_by_role("region", name="Labels").get_by_role("group")
    expect(label).to_have_count(1)
    label.get_by_text("Maple___Tar_spot").click()
    expect(label).to_contain_text("Symptoms")
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("list", name="Versions")).to_contain_text("Active")
    expect(page.get_by_role("button", name="Choose files")).to_have_count(0)
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
