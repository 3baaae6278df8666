"""From the giving page to the card, to thanks, to the counter; then refunded; then forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from supporters import links
from supporters.models import Supporter
from tests.supporters import fake_stripe
from tests.supporters.factories import make_goal
from tests.supporters.fake_stripe import FakeStripe
from tests.supporters.stripe import SECRET, work


@pytest.fixture
def fake(settings: Any, live_server: LiveServer) -> Iterator[FakeStripe]:
    with fake_stripe.running() as fake:
        settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        settings.STRIPE_API_BASE = fake.origin
        fake.webhook = live_server.url
        yield fake


def shows(page: Page, live_server: LiveServer, figure: str) -> None:
    page.goto(f"{live_server.url}/support/")
    expect(page.locator("[data-goal=value_label]")).to_have_text(figure)


def test_a_gift_by_card_counts_until_it_is_refunded_and_its_giver_can_be_forgotten(
    page: Page, live_server: LiveServer, fake: FakeStripe
) -> None:
    make_goal(target=10)
    page.goto(f"{live_server.url}/support/")
    page.get_by_role("link", name="Give", exact=True).click()
    page.get_by_label("Another amount").fill("12.50")
    page.get_by_label("Your name").fill("A. Supporter")
    page.get_by_label("Your e-mail address").fill("supporter@example.org")
    page.get_by_role("button", name="Go on to the card").click()

    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_text("has arrived")).to_be_visible()
    shows(page, live_server, "1")

    fake.refund("cs_1")
    work()
    shows(page, live_server, "0")

    page.goto(live_server.url + links.path_for(Supporter.objects.get()))
    page.get_by_role("link", name="Go on to be forgotten").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Forget me").click()
    page.wait_for_url("**/forgotten/")
    assert Supporter.objects.get().email == ""


def test_a_slip_is_explained_where_it_was_made_and_nothing_typed_is_lost(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/support/give/")
    page.get_by_label("Your name").fill("A. Supporter")
    page.get_by_role("button", name="Promise this gift").click()

    way = page.get_by_role("alert").get_by_role("link", name="Write your e-mail address")
    way.click()
    field = page.get_by_label("Your e-mail address")
    expect(field).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("A. Supporter")
