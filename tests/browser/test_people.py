"""People: administrators give roles and disable; nobody else sees who is here."""

from playwright.sync_api import expect

from tests.browser.visitor import Opener
from tests.support.app import PASSWORD


def test_an_administrator_gives_a_role_and_disables(opener: Opener) -> None:
    person, admin = opener.site.user(), opener.site.admin()
    page = opener.open("/people", screen="desktop", person=admin)
    page.get_by_label("E-mail begins with").fill(str(person.email))
    rows = page.get_by_role("list", name="People").get_by_role("listitem")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name=f"Change {person.email}").click()
    page.get_by_role("dialog").get_by_role("button", name="Role").click()
    page.get_by_role("option", name="Expert").click()
    page.get_by_role("button", name="Save").click()
    expect(rows).to_contain_text("Expert")
    assert person.get("/users/me")["role"] == "expert"
    page.get_by_role("button", name=f"Change {person.email}").click()
    page.get_by_role("switch", name="Disabled").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(rows).to_contain_text("Disabled")
    assert person.http.get("/users/me").status_code == 401
    with opener.site.anybody() as nobody:
        refused = nobody.post("/auth/token", data={"username": person.email, "password": PASSWORD})
    assert refused.status_code in {401, 403}


def test_administrators_cannot_take_their_own_rights(opener: Opener) -> None:
    admin = opener.site.admin()
    page = opener.open("/people", person=admin)
    page.get_by_label("E-mail begins with").fill(str(admin.email))
    page.get_by_role("button", name=f"Change {admin.email}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("You cannot change your own rights")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_have_count(0)


def test_others_are_told_that_this_is_not_theirs(opener: Opener) -> None:
    page = opener.open("/people", screen="desktop", person=opener.site.expert())
    expect(page.get_by_role("heading", name="For administrators")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="People")).to_have_count(0)
