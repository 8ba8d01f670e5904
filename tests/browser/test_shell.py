"""What stands around every page: the ways, the language, the theme, a page that is not there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Opener, Screen


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_newcomer_finds_the_way_to_scan(opener: Opener, screen: Screen) -> None:
    page = opener.open("/", screen=screen)
    expect(page.get_by_role("heading", level=1)).to_have_text("What does this plant have?")
    page.get_by_role("link", name="Scan a plant").click()
    expect(page).to_have_url(re.compile("/scan$"))
    expect(page.get_by_role("navigation").get_by_role("link", name="Scan")).to_have_attribute("aria-current", "page")


def test_the_language_is_the_browsers_until_one_is_chosen(opener: Opener) -> None:
    page = opener.open("/settings", locale="fr-CA")
    expect(page.get_by_role("heading", level=1)).to_have_text("Réglages")
    page.get_by_role("button", name="Langue").click()
    page.get_by_role("option", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_what_the_server_refuses_is_said_in_the_language_of_the_page(opener: Opener) -> None:
    page = opener.open("/sign-in", locale="fr-FR")
    opener.excused.append("status of 401")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Mot de passe").fill("not it at all")
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("L'e-mail ou le mot de passe n'est pas juste.")).to_be_visible()


def test_the_theme_is_the_systems_until_one_is_chosen(opener: Opener) -> None:
    page = opener.open("/settings", theme="dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("option", name="Light").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != dark


def test_an_address_without_a_page_says_so_and_leads_home(opener: Opener) -> None:
    page = opener.open("/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    page.get_by_role("main").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What does this plant have?")


def test_each_page_names_its_tab_in_the_language_read(opener: Opener) -> None:
    page = opener.open("/scan", locale="fr-FR")
    expect(page).to_have_title("Scanner une plante – Cultivar")
    page.get_by_role("navigation").get_by_role("link", name="Réglages").click()
    expect(page).to_have_title("Réglages – Cultivar")
    page.get_by_role("button", name="Langue").click()
    page.get_by_role("option", name="English").click()
    expect(page).to_have_title("Settings – Cultivar")
    page.goto("/nowhere")
    expect(page).to_have_title("Not found – Cultivar")


def test_the_first_stop_of_the_tab_key_skips_to_the_page(opener: Opener) -> None:
    page = opener.open("/", screen="desktop")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
