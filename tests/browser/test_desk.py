"""The editor's way from a draft to a public page, in a real browser."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks.models import FactCheck, Person, Publication
from sources.models import Publisher
from tests.browser.people import sign_in
from tests.factories import make_check, make_document, make_superuser


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Page:
    make_superuser("chief")
    return sign_in(page, live_server, "chief")


def open_check(page: Page, live_server: LiveServer, check: FactCheck) -> None:
    page.goto(f"{live_server.url}/admin/factchecks/factcheck/{check.pk}/change/")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.wait_for_load_state()


def test_a_source_moved_up_by_a_button_takes_its_number_along_in_all_texts(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    open_check(desk, live_server, check)
    row = desk.locator("#citations-2")
    row.get_by_role("button", name="Move up").click()
    row.get_by_role("button", name="Move up").click()
    expect(row.locator(".desk-number")).to_contain_text("[3] → [1]")
    save(desk)
    check = FactCheck.objects.get()
    assert check.summary == "Nearly: it is **flattened** by a little [2]."
    assert [f.text for f in check.findings.all()] == ["By laser [2][3].", "It bulges [1]."]
    assert check.citations.get(number=1).source.url == "https://source3.example/page"  # type: ignore[union-attr]


def test_findings_are_ordered_by_drag(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    open_check(desk, live_server, check)
    desk.set_viewport_size({"width": 1280, "height": 3000})  # nothing scrolls on the way
    desk.locator("#findings-1 .desk-grip").drag_to(
        desk.locator("#findings-0"), target_position={"x": 50, "y": 3}
    )
    save(desk)
    assert [f.heading for f in check.findings.all()] == ["It is not a ball", "It is measured"]


def test_the_panel_leads_to_the_field_that_stops_publication(
    desk: Page, live_server: LiveServer
) -> None:
    open_check(desk, live_server, make_check(checked_on=None))
    desk.get_by_role("link", name="The date of checking is missing.").click()
    expect(desk.locator("#id_checked_on")).to_be_focused()


def test_the_preview_shows_the_unsaved_text_as_the_real_page(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    open_check(desk, live_server, check)
    desk.get_by_label("Question", exact=False).first.fill("Is the Moon a cheese?")
    with desk.context.expect_page() as opened:
        desk.get_by_role("button", name="Preview").first.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Is the Moon a cheese?")
    assert FactCheck.objects.get().question == "Is the Moon round?"


def test_a_source_added_in_place_is_cited_and_saved(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    Publisher.objects.create(name="An archive", domain="archive.example")
    open_check(desk, live_server, check)
    desk.get_by_role("button", name="Add another Source").click()
    row = desk.locator("#citations-3")
    expect(row.locator(".desk-number")).to_have_text("[4]")
    with desk.context.expect_page() as opened:
        row.locator(".add-related").click()
    popup = opened.value
    popup.get_by_label("Address").fill("https://archive.example/letter")
    popup.get_by_label("Title").fill("A letter")
    popup.get_by_role("button", name="Save").click()
    expect(row.locator(".select2-selection__rendered")).to_contain_text("A letter")
    desk.locator("#id_findings-0-text").fill("By laser [1][2], and by hand [4].")
    save(desk)
    source = check.citations.get(number=4).source
    assert source is not None
    assert source.publisher is not None
    assert source.publisher.name == "An archive"


def test_what_was_typed_survives_an_expired_sign_in(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    open_check(desk, live_server, check)
    desk.locator("#id_findings-0-text").fill("Typed for an hour [1][2].")
    desk.context.clear_cookies(name="sessionid")
    save(desk)
    desk.get_by_label("Username").fill("chief")
    desk.get_by_label("Password").fill("correct horse")
    desk.get_by_role("button", name="Sign in and go on").click()
    expect(desk.locator("#id_findings-0-text")).to_have_value("Typed for an hour [1][2].")
    assert check.findings.first().text == "Typed for an hour [1][2]."  # type: ignore[union-attr]


def test_a_pasted_draft_is_completed_published_and_read(
    desk: Page, live_server: LiveServer, client: Client
) -> None:
    document = make_document()
    for number in (1, 2):
        publisher = Publisher.objects.create(name=f"P{number}", domain=f"p{number}.example")
        publisher.sources.create(url=f"https://p{number}.example/", title=f"Evidence {number}")
    Person.objects.create(name="A. Writer")
    desk.goto(f"{live_server.url}/admin/factchecks/factcheck/paste/")
    desk.get_by_label("Draft").fill(
        f"Fact check: {document['question']}\n\nChecked on March 1, 2026\nSearched for:\n“moon”\n"
        "Found 2 sources\n\nExecutive Summary\n\nNearly [1].\n\n1. It is measured\n\nBy laser [1] [2].\n"
    )
    desk.get_by_role("button", name="Read it").click()
    expect(desk.locator(".desk-facts")).to_contain_text("Sources 2", use_inner_text=True)
    desk.get_by_role("button", name="Save as a draft").click()
    for number in (1, 2):
        row = desk.locator(f"#citations-{number - 1}")
        row.locator(".select2-selection").click()
        desk.locator(".select2-search__field").fill(f"Evidence {number}")
        desk.locator(".select2-results__option", has_text=f"Evidence {number}").click()
        row.get_by_label("Accessed on").fill("2026-02-28")
    desk.get_by_role("button", name="Add another Author").click()
    desk.locator("#bylines-0 .select2-selection").click()
    desk.locator(".select2-results__option", has_text="A. Writer").click()
    desk.get_by_role("button", name="Save and go on to publish").first.click()
    desk.get_by_role("button", name="Publish").click()
    desk.get_by_role("link", name="See it").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(document["question"])
    desk.get_by_role("link", name="Source 2").first.click()
    expect(desk.locator("#source-2")).to_be_in_viewport()
    assert Publication.objects.published().count() == 1


def test_a_refused_save_keeps_the_order_of_the_rows(desk: Page, live_server: LiveServer) -> None:
    open_check(desk, live_server, make_check())
    desk.locator("#findings-1").get_by_role("button", name="Move up").click()
    desk.locator("#id_language").fill("not a language")
    save(desk)
    expect(desk.locator(".errornote").first).to_be_visible()
    headings = desk.locator(
        "#findings-group .inline-related:not(.empty-form) input[id$='-heading']"
    )
    expect(headings.first).to_have_value("It is not a ball")


def test_the_panel_leads_to_the_source_that_is_missing(desk: Page, live_server: LiveServer) -> None:
    citations = make_document()["citations"]
    citations[1]["source"] = None
    open_check(desk, live_server, make_check(citations=citations))
    desk.get_by_role("link", name="Source [2] has no address yet.").click()
    expect(desk.locator("#citations-1 .select2-selection")).to_be_focused()
