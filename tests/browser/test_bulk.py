"""Many photos at once: sent, followed, looked through, taken along as a table."""

import csv
import io
import re
import zipfile

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.visitor import Opener
from tests.support import drawing
from tests.support.app import Served
from tests.support.leaves import leaf


def photo(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def begin(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Look at all of them").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()


def test_photos_are_looked_at_and_one_that_is_none_fails_alone(opener: Opener, site: Served) -> None:
    person = site.user()
    page = opener.open("/bulk", person=person, screen="desktop")
    page.get_by_role("button", name="What may be kept").click()
    page.get_by_role("option", name="Kept for me").click()
    leaves = [photo(f"{label}.jpg", leaf(label, 3)) for label in (drawing.MAPLE_SICK, drawing.WILLOW)]
    begin(page, *leaves, photo("notes.jpg", b"no photo"))
    expect(page.get_by_text("2 of 3 answered, 1 failed")).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Tar spot of maple")
    expect(rows.nth(3)).to_contain_text("Failed")

    page.get_by_role("button", name="Gallery").click()
    tiles = page.get_by_role("list", name="Results")
    expect(tiles.get_by_role("listitem")).to_have_count(3)
    expect(tiles.get_by_role("link", name="Healthy willow")).to_be_visible()
    with page.expect_download() as table:
        page.get_by_role("button", name="Download CSV").click()
    lines = list(csv.DictReader(io.StringIO(table.value.path().read_text())))
    assert [line["class_name"] for line in lines] == [drawing.MAPLE_SICK, drawing.WILLOW, ""]
    assert person.get("/predictions")["total"] == 2


def test_each_file_is_listed_with_what_came_of_it(opener: Opener, site: Served) -> None:
    page = opener.open("/bulk", person=site.user())
    some = [photo("maple.jpg", leaf()), photo("notes.jpg", b"no photo")]
    page.locator("input[type=file]").set_input_files(some)
    chosen = page.get_by_role("region", name="A new batch").get_by_role("list", name="Files").get_by_role("listitem")
    expect(chosen).to_have_text([re.compile("maple.jpg ?Waiting"), re.compile("notes.jpg ?Waiting")])
    page.get_by_role("button", name="Look at all of them").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(chosen).to_have_count(0)
    batch = page.get_by_role("region", name="Batch", exact=True)
    batch.get_by_text("Files", exact=True).click()
    listed = batch.get_by_role("list", name="Files").get_by_role("listitem")
    expect(listed).to_have_text([re.compile("maple.jpg ?Done"), re.compile("notes.jpg ?Failed")])


def test_a_long_list_of_files_is_there_where_it_is_looked_at(opener: Opener) -> None:
    page = opener.open("/bulk")
    page.locator("input[type=file]").set_input_files([photo(f"{at}.jpg", b"leaf") for at in range(100)])
    listed = page.get_by_role("list", name="Files").get_by_role("listitem")
    expect(listed.first).to_have_attribute("aria-setsize", "100")
    assert listed.count() < 50
    page.get_by_role("group", name="Files").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(listed.filter(has_text="99.jpg")).to_be_visible()


def test_a_zip_goes_too_and_the_batch_is_found_again(opener: Opener, site: Served) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for seed in range(3):
            archive.writestr(f"plot/{seed}.jpg", leaf(drawing.MAPLE, seed))
    person = site.user()
    page = opener.open("/bulk", person=person)
    begin(page, {"name": "plot.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    page.reload()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(4)


def test_photos_and_a_zip_do_not_go_together(opener: Opener) -> None:
    page = opener.open("/bulk")
    choose = page.locator("input[type=file]")
    choose.set_input_files([photo("a.jpg", leaf())])
    expect(page.get_by_role("button", name="Model")).to_be_visible()
    expect(page.get_by_text("1 photo,")).to_be_visible()
    choose.set_input_files([{"name": "b.zip", "mimeType": "application/zip", "buffer": b"PK"}])
    expect(page.get_by_text("not both at once")).to_be_visible()
    expect(page.get_by_text("1 photo,")).to_be_visible()
