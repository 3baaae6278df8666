"""One reader's whole way by keyboard alone: from the front page to a check, its source and back, and on to the support page."""

from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks.search import spelling
from tests.factories import make_document, make_published

FURTHEST = 80  # steps of the Tab key that a reader might be asked for
SOURCE = "https://source3.example/page"


def tab_to(page: Page, place: Locator) -> None:
    """Only by the Tab key, as somebody without a pointer."""
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"The Tab key does not lead to {place}.")


def test_a_reader_finds_reads_and_follows_a_check_by_keyboard_alone(
    page: Page, live_server: LiveServer
) -> None:
    findings = make_document()["findings"]
    findings[0]["text"] += "\n\nSo it is." * 40  # the second one begins far below the window
    check = f"{live_server.url}{make_published(findings=findings).get_absolute_url()}"
    spelling.learn_new()
    page.route(f"{SOURCE}**", lambda route: route.fulfill(body="The source."))
    page.goto(live_server.url)

    tab_to(page, page.get_by_label("Search all fact checks"))
    page.keyboard.type("moon")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("main").get_by_role("link", name="Is the Moon round?"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(check)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    citation = page.locator("#cite-3-1")
    tab_to(page, citation)
    expect(citation).to_be_in_viewport()
    expect(page.locator(".note")).to_contain_text("Publisher 3")
    read_at = page.evaluate("scrollY")
    assert read_at > 0
    page.keyboard.press("Tab")
    expect(page.locator(".note .source-title a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(SOURCE)

    page.go_back()  # Alt and the left arrow, keys of the browser's own that one without a window has not
    expect(citation).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - read_at) < 2

    tab_to(page, page.get_by_role("contentinfo").get_by_role("link", name="Support", exact=True))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/support/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
