"""What a reader does on the public pages, in a real browser."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import publishing
from factchecks.models import FactCheck
from supporters.models import Contribution, Goal, Payment, Supporter
from tests.factories import NOON, edit, make_published


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The address of a published check, on a site with a goal and one supporter."""
    Goal.objects.create(
        title="Our goal", counts=Goal.Counts.SUPPORTERS, target=10, starts_at=NOON, is_current=True
    )
    give("first")
    return f"{live_server.url}{make_published().get_absolute_url()}"


def give(name: str) -> None:
    supporter = Supporter.objects.create(name=name, is_demonstration=True)
    gift = Contribution.objects.create(
        supporter=supporter, amount=500, currency="USD", method=Contribution.Method.CASH
    )
    Payment.objects.create(
        contribution=gift, amount=500, currency="USD", paid_at=NOON, provider_id=name
    )


def test_a_citation_leads_to_its_source_and_back_by_keyboard_alone(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.locator("#cite-2-1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-2")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator("#source-2 a").first).to_be_focused()
    page.locator("#source-2 a[href='#cite-2-1']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cite-2-1")).to_be_in_viewport()


def test_the_page_asks_for_at_most_six_things_and_nothing_from_another_host(
    page: Page, address: str
) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(address, wait_until="networkidle")
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(address).netloc}
    assert 3 <= len(asked) <= 6


def test_the_page_is_whole_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#source-3")).to_contain_text("Title 3")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "10")
    context.close()


def test_the_history_opens_by_keyboard_without_javascript(browser: Browser, address: str) -> None:
    check = FactCheck.objects.get()
    edit(check, summary="It is **flattened** by very little [1].")
    publishing.publish(check, editor=None)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}history/")
    expect(page.locator("ins")).not_to_have_count(0)
    expect(page.locator("ins").first).not_to_be_visible()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_role("link", name="Version 1", exact=True).click()
    expect(page.get_by_text("This is an earlier version")).to_be_visible()
    context.close()


def test_a_gift_shows_without_a_reload(page: Page, address: str) -> None:
    page.clock.install()
    page.route("**/goal.json", lambda route: route.continue_())  # past the browser's cache
    page.goto(address)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "10")
    give("second")
    page.clock.run_for(120_000)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "20")


def test_when_the_goal_cannot_be_asked_the_last_value_stays_with_its_time(
    page: Page, address: str
) -> None:
    page.route("**/goal.json", lambda route: route.fulfill(status=200, body="no JSON"))
    page.goto(address)
    expect(page.locator(".goal").get_by_text("As of")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "10")
