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
    popup.get_by_label("Address").press("Enter")
    expect(popup.get_by_label("Title")).to_have_value("A letter on the Moon")
    expect(popup.get_by_text("Filled in from the page")).to_be_visible()
    assert faults(popup) - STOCK == set()
    popup.get_by_label("Title").fill("A letter on the Moon, corrected")
    popup.get_by_label("Title").press("Enter")
    expect(row.locator(".select2-selection__rendered")).to_contain_text("corrected")
    source = Source.objects.get(url=letter)
    assert source.publisher is not None
    assert source.publisher.name == "The Moon Paper"


def test_an_address_that_is_searched_is_added_and_one_that_is_there_is_used(
    page: Page, live_server: LiveServer, letter: str
) -> None:
    make_superuser("chief")
    check = make_check()
    there = Source.objects.create(url=letter, title="A letter that is there")
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}")
    row = page.locator("#citations-0")
    row.locator(".select2-selection").press("Enter")
    page.keyboard.type("https://nowhere.example/a?b=1&c")
    page.get_by_role("option", name="Add this address: https://nowhere.example").wait_for()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    popup = opened.value
    expect(popup.get_by_label("Address")).to_have_value("https://nowhere.example/a?b=1&c")
    popup.get_by_label("Address").fill(letter)
    popup.get_by_label("Address").press("Enter")
    expect(popup.get_by_text("This address is a source already")).to_be_visible()
    assert faults(popup) - STOCK == set()
    popup.get_by_role("button", name="Use it").press("Enter")
    expect(row.locator(".select2-selection__rendered")).to_contain_text("that is there")
    expect(row.locator("select")).to_have_value(str(there.pk))


def test_on_a_narrow_screen_texts_of_the_check_stay_inside_their_frame(
    page: Page, live_server: LiveServer
) -> None:
    make_superuser("chief")
    check = make_check()
    page.set_viewport_size({"width": 360, "height": 640})
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}")
    outside = """[...document.querySelectorAll(".inline-related textarea")].filter((text) => text.offsetParent
        && text.getBoundingClientRect().right > text.closest("fieldset").getBoundingClientRect().right).length"""
    assert page.evaluate(outside) == 0
