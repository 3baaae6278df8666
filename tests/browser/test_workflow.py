"""From the reporter's desk to the reader, by two people in two browsers."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import publishing
from factchecks.models import Person, Publication
from sources.models import Publisher
from tests.browser.people import member, sign_in
from tests.factories import make_check


@pytest.fixture
def _evidence() -> None:
    Person.objects.create(name="A. Writer")
    for number in (1, 2):
        publisher = Publisher.objects.create(name=f"P{number}", domain=f"p{number}.example")
        publisher.sources.create(url=f"https://p{number}.example/", title=f"Evidence {number}")


@pytest.mark.usefixtures("_evidence")
def test_a_reporter_writes_an_editor_approves_and_a_reader_reads(
    browser: Browser, live_server: LiveServer, settings: object
) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True  # type: ignore[attr-defined]
    member("reporter", "Reporter")
    member("editor", "Editor")
    writing = sign_in(browser.new_context().new_page(), live_server, "reporter")
    write(writing, live_server)
    expect(writing.get_by_role("link", name="Publish…")).to_have_count(0)
    writing.get_by_role("link", name="Send to review…").click()
    writing.get_by_role("button", name="Send to review").click()

    approving = sign_in(browser.new_context().new_page(), live_server, "editor")
    approving.goto(writing.url)
    approving.get_by_role("link", name="Review…").click()
    approving.get_by_role("button", name="Approve").click()
    approving.get_by_role("link", name="Publish…").click()
    approving.get_by_role("button", name="Publish").click()

    reading = browser.new_context().new_page()
    reading.goto(f"{live_server.url}/fact-checks/")
    reading.get_by_role("link", name="Is the Moon round?").click()
    expect(reading.get_by_role("heading", level=1)).to_contain_text("Is the Moon round?")
    reading.locator("#cite-2-1").click()
    expect(reading.locator("#source-2")).to_contain_text("Evidence 2")
    publication = Publication.objects.published().get()
    assert publication.approved_by is not None
    assert publication.approved_by.username == "editor"


def write(page: Page, live_server: LiveServer) -> None:
    """A whole check, on one page, from nothing."""
    page.goto(f"{live_server.url}/admin/factchecks/factcheck/add/")
    page.locator("#id_question").fill("Is the Moon round?")
    page.locator("#id_summary").fill("Nearly [1][2].")
    page.locator("#id_checked_on").fill("2026-03-01")
    page.get_by_role("button", name="Add another Author").click()
    choose(page, "#bylines-0", "A. Writer")
    page.get_by_role("button", name="Add another Finding").click()
    page.locator("#id_findings-0-heading").fill("It is measured")
    page.locator("#id_findings-0-text").fill("By laser [1].")
    for number in (1, 2):
        page.get_by_role("button", name="Add another Source").click()
        choose(page, f"#citations-{number - 1}", f"Evidence {number}")
        page.locator(f"#id_citations-{number - 1}-accessed_on").fill("2026-03-01")
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.wait_for_url("**/change/")


def choose(page: Page, row: str, words: str) -> None:
    """Find something in an autocomplete field by typing."""
    page.locator(f"{row} .select2-selection").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=words).click()


def test_an_editor_moves_a_schedule_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    member("editor", "Editor")
    check = make_check()
    tomorrow = timezone.now() + timedelta(days=1)
    publishing.publish(check, editor=None, at=tomorrow)
    sign_in(page, live_server, "editor")
    page.goto(f"{live_server.url}/admin/factchecks/factcheck/{check.pk}/publish/")
    page.get_by_role("group", name="Move to").get_by_label("Date").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2096-03-05")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("It is scheduled for March 5, 2096")
    expect(page.locator(".desk-steps")).to_contain_text("schedule moved · editor for March 5, 2096")
    assert Publication.objects.get().updated_at.date() == date(2096, 3, 5)
