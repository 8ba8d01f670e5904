"""Settings: what may be kept, one's data, keys, passwords, places where one is signed in, the end of an account."""

import re
import zipfile

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Opener, settled
from tests.support.app import PASSWORD


def test_a_person_says_what_may_be_kept_and_takes_their_data_home(opener: Opener) -> None:
    person = opener.site.user()
    page = opener.open("/settings", person=person)
    page.get_by_text("Keep my photos and answers for me, so that I find them again.").click()
    expect(page.get_by_text(re.compile("^Chosen on"))).to_be_visible()
    assert person.get("/users/me/consents")["consent"] == "store"
    page.get_by_role("button", name="Export my data").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert person.email is not None
        assert any(person.email.encode() in archive.read(name) for name in archive.namelist())


def test_a_key_is_shown_once_works_and_ends(opener: Opener) -> None:
    page = opener.open("/settings", screen="desktop", person=opener.site.user())
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("greenhouse")
    dialog.get_by_role("checkbox", name="Read statistics").check(force=True)
    dialog.get_by_role("button", name="Make a key").click()
    expect(dialog.get_by_role("heading")).to_have_text("Your new key")
    key = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Close").click()
    statistics = f"{opener.site.url}/api/v1/statistics"
    as_program = {"Authorization": f"Bearer {key}"}
    assert httpx.get(statistics, headers=as_program).status_code == 200
    expect(page.get_by_text(key)).to_have_count(0)
    page.get_by_role("button", name="Delete the key greenhouse").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("greenhouse")).to_have_count(0)
    assert httpx.get(statistics, headers=as_program).status_code == 401


def test_a_new_password_ends_other_sessions_and_one_signs_out(opener: Opener) -> None:
    person = opener.site.user()
    page = opener.open("/settings", person=person)
    expect(page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Change password").click()
    page.get_by_label("Present password").fill("not it at all")
    page.get_by_label("New password").fill("another good sentence 7")
    opener.excused.append("status of 403")
    opener.excused.append("status of 401")
    opener.excused.append("status of 422")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    expect(page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")).to_have_count(1)
    assert person.http.get("/users/me").status_code == 401
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("Nobody is signed in.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nobody is signed in.")).to_be_visible()


def test_who_deletes_their_account_is_gone(opener: Opener) -> None:
    person = opener.site.user()
    page = opener.open("/settings", person=person)
    page.get_by_role("button", name="Delete my account…").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What does this plant have?")
    with opener.site.anybody() as nobody:
        again = nobody.post("/auth/token", data={"username": person.email, "password": PASSWORD})
    assert again.status_code == 401


@pytest.mark.parametrize(("locale", "words"), [("en-GB", "This device"), ("fr-FR", "Cet appareil")])
def test_everybody_sees_what_lies_on_the_device(opener: Opener, locale: str, words: str) -> None:
    page = opener.open("/settings", locale=locale)
    settled(page)
    expect(page.get_by_role("region", name=words)).to_contain_text(re.compile(r"\d"))
