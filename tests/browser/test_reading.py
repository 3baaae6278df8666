"""A check's page while it is read: the outline that follows, and the card of each citation."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from supporters.models import Goal
from tests.factories import NOON, key, make_document, make_published

TALL = "So it is.\n\n" * 30


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """A long check: four findings, each higher than the window."""
    Goal.objects.create(
        title="Our goal", counts=Goal.Counts.SUPPORTERS, target=10, starts_at=NOON, is_current=True
    )
    findings: Any = make_document()["findings"]
    findings += [{"key": key(30 + n), "heading": f"Part {n}", "text": "Yes [2]."} for n in (3, 4)]
    for finding in findings:
        finding["text"] += f"\n\n{TALL}"
    return f"{live_server.url}{make_published(findings=findings).get_absolute_url()}"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740}
    )
    yield context.new_page()
    context.close()


def test_the_outline_marks_the_finding_that_is_read(page: Page, address: str) -> None:
    page.goto(address)
    marked = page.locator(".outline [aria-current]")
    expect(marked).to_have_count(0)
    page.locator("#finding-2-heading").evaluate("place => place.scrollIntoView()")
    expect(marked).to_have_text("It is not a ball")
    page.locator("#finding-4-heading").evaluate("place => place.scrollIntoView()")
    expect(marked).to_have_text("Part 4")
    page.evaluate("scrollTo(0, 0)")
    expect(marked).to_have_count(0)


def test_a_citation_shows_its_source_while_the_pointer_rests_on_it(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.locator("#cite-1-2").hover()
    card = page.locator(".note")
    expect(card).to_be_visible()
    for told in ("Publisher 1", "Title 1", "January 2, 2020", "The Moon is nearly round."):
        expect(card).to_contain_text(told)
    card.hover()
    page.wait_for_timeout(500)
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    expect(card).to_have_count(0)


def test_escape_closes_a_card_and_leaves_the_reader_where_they_were(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.locator("#cite-2-1").hover()
    expect(page.locator(".note")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".note")).to_have_count(0)
    assert page.url == address


def test_by_keyboard_from_the_check_to_the_source_and_back_to_the_same_place(
    page: Page, address: str
) -> None:
    page.route("https://source2.example/**", lambda route: route.fulfill(body="The source."))
    page.goto(address)
    place = page.locator("#cite-2-1")
    page.locator("#cite-1-2").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(place).to_be_focused()
    expect(page.locator(".note")).to_contain_text("Title 2")
    page.keyboard.press("Tab")
    expect(page.locator(".note .source-title a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".note")).to_have_count(0)
    expect(place).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#source-2")).to_be_in_viewport()
    page.locator("#source-2 a[href='#cite-2-1']").focus()
    page.keyboard.press("Enter")
    expect(place).to_be_in_viewport()


def test_leaving_the_card_with_the_keyboard_closes_it(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#cite-3-1").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator(".note", has_text="Title 3")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".note", has_text="Title 3")).to_have_count(0)


def test_a_tap_opens_the_card_and_a_second_one_leads_to_the_list(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.locator("#cite-3-1").tap()
    expect(phone.locator(".note")).to_be_in_viewport()
    assert phone.url == address
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    phone.locator("#cite-3-1").tap()
    expect(phone.locator(".note")).to_have_count(0)
    assert phone.url == f"{address}#source-3"


def test_a_tap_elsewhere_closes_the_card(phone: Page, address: str) -> None:
    phone.goto(address)
    phone.locator("#cite-3-1").tap()
    expect(phone.locator(".note")).to_be_visible()
    phone.locator("#finding-2-heading").tap()
    expect(phone.locator(".note")).to_have_count(0)


def test_nothing_moves_while_the_page_loads(page: Page, address: str) -> None:
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " window.moved += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(address, wait_until="networkidle")
    page.locator("#cite-1-2").hover()
    expect(page.locator(".note")).to_be_visible()
    assert page.evaluate("window.moved") == 0


def test_the_first_view_weighs_at_most_sixty_kilobytes(page: Page, address: str) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    assert 3 <= len(sizes) <= 6
    assert sum(sizes) <= 60 * 1024


def test_on_paper_the_addresses_of_the_sources_stand_beside_them(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    printed = page.locator("#source-1 .source-title a").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert "https://source1.example/page" in printed
    expect(page.get_by_text(address, exact=True)).to_be_visible()
    for hidden in (".masthead-nav", ".outline", ".share"):
        expect(page.locator(hidden).first).not_to_be_visible()
    expect(page.locator("#cite-1-2")).to_have_text("[1]")
