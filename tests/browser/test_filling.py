"""A source is added from the form of a check by pasting its address."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sources.models import Source
from tests.browser.people import sign_in
from tests.browser.test_axe import STOCK, faults
from tests.factories import make_check, make_superuser
from tests.sources import awkward

MOON = b"""<html lang="en"><title>A letter on the Moon</title>
<meta property="og:site_name" content="The Moon Paper"><p>It is nearly round.</p></html>"""


@pytest.fixture
def letter(settings: Any) -> Iterator[str]:
    """The address of a page on this machine."""
    with awkward.site() as site:
        settings.FETCH_LOOPBACK = [f"{awkward.HOST}:{site.port}"]
        yield site.says("/letter", awkward.answer(200, MOON, Content_Type="text/html"))


def test_a_pasted_address_fills_the_form_and_is_cited(
    page: Page, live_server: LiveServer, letter: str
) -> None:
    make_superuser("chief")
    check = make_check()
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}")
    row = page.locator("#citations-0")
    with page.context.expect_page() as opened:
        row.locator(".add-related").click()
    popup = opened.value
    popup.get_by_label("Address").fill(letter)
    popup.get_by_role("button", name="Fill in from the page").click()
    expect(popup.get_by_label("Title")).to_have_value("A letter on the Moon")
    expect(popup.get_by_text("Filled in from the page")).to_be_visible()
    assert faults(popup) - STOCK == set()
    popup.get_by_label("Title").fill("A letter on the Moon, corrected")
    popup.get_by_label("Title").press("Enter")
    expect(row.locator(".select2-selection__rendered")).to_contain_text("corrected")
    source = Source.objects.get(url=letter)
    assert source.publisher is not None
    assert source.publisher.name == "The Moon Paper"
