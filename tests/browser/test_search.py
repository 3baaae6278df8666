"""The search with the keyboard: suggestions come while somebody types, and one leads to its check."""

from typing import Any

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks.search import spelling
from tests.factories import make_published


def test_a_check_is_found_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    make_published()
    spelling.learn_new()
    page.goto(f"{live_server.url}/search/")
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("is the mo")
    option = page.get_by_role("option", name="Is the Moon round?")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 fact check was found.")
    expect(page.locator("mark").first).to_have_text("Moon")


def test_enter_on_a_suggestion_opens_its_check(page: Page, live_server: LiveServer) -> None:
    published = make_published()
    spelling.learn_new()
    page.goto(f"{live_server.url}/search/")
    page.get_by_role("combobox").press_sequentially("moon")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}{published.get_absolute_url()}")


def test_without_a_script_the_form_searches(browser: Any, live_server: LiveServer) -> None:
    make_published()
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/search/")
        page.locator("#q").fill("moon")
        page.locator("#q").press("Enter")
        expect(page.locator(".card-question")).to_have_text("Is the Moon round?")
