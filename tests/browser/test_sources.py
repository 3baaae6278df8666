"""Sources at the desk by the keyboard: a double is found, what merging would do is read, and agreed to."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import revisions
from factchecks.models import FactCheck
from sources.models import Look, Source
from tests.browser.people import member, sign_in
from tests.browser.test_axe import STOCK, faults
from tests.factories import NOON, make_published
from tests.sources.copies import make_copy

# Choices by search have a name here, though Django's own have none.
BY_NATURE = STOCK - {("aria-input-field-name", "select2-selection")}


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Page:
    page.set_viewport_size({"width": 1280, "height": 900})
    member("editor", "Editor")
    return sign_in(page, live_server, "editor")


@pytest.fixture
def pair() -> tuple[Source, Source]:
    """Two that one published check cites."""
    make_published()
    one, two = Source.objects.filter(title__in=["Title 1", "Title 2"]).order_by("title")
    return one, two


def url(name: str, source: Source) -> str:
    return reverse(f"admin:sources_source_{name}", args=[source.pk])


def pages(one: Source, two: Source) -> Iterator[str]:
    yield reverse("admin:sources_source_add")
    yield reverse("admin:sources_publisher_changelist")
    yield url("change", one)
    yield url("copies", one)
    yield url("merge", one)
    yield f"{url('merge', one)}?other={two.pk}"
    yield f"{url('merge', one)}?other="
    yield reverse("admin:index")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_desks_pages_of_sources_are_accessible_and_fit(
    desk: Page, live_server: LiveServer, pair: tuple[Source, Source], width: int
) -> None:
    one, two = pair
    state: Any = {"state": "dead", "state_since": NOON}
    Source.objects.filter(pk=one.pk).update(**state)
    Source.objects.create(url="http://source1.example/page")
    make_copy(one)
    Look.objects.create(source=one, at=NOON, kind="gone", status=404, state="dead")
    desk.set_viewport_size({"width": width, "height": 900})
    for path in pages(one, two):
        desk.goto(f"{live_server.url}{path}")
        assert faults(desk) - BY_NATURE == set(), path
        wide = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path


def test_an_empty_choice_by_search_is_named_by_its_field(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(f"{live_server.url}{reverse('admin:sources_source_add')}")
    choice = desk.get_by_role("combobox", name="Publisher")
    expect(choice).to_have_accessible_name("Publisher: Search: publisher")


def test_a_double_is_merged_by_the_keyboard_alone(
    desk: Page, live_server: LiveServer, pair: tuple[Source, Source]
) -> None:
    one, two = pair
    desk.goto(f"{live_server.url}{url('change', one)}")
    desk.get_by_role("link", name="Merge a double…").press("Enter")
    choice = desk.get_by_role("combobox", name="The other source")
    choice.press("Enter")
    desk.keyboard.type("Title 2")
    desk.get_by_role("option", name="Title 2").wait_for()
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="See what would happen").press("Enter")
    expect(desk.get_by_text("It cites both, as [1] and [2]")).to_be_visible()
    desk.get_by_role("button", name="Merge them for good").press("Enter")
    expect(desk.get_by_text("The two are one source now.")).to_be_visible()
    two.refresh_from_db()
    assert two.merged_into == one
    last = revisions.newest(FactCheck.objects.get())
    assert last
    assert len(last.document["citations"]) == 2


def test_note_is_taken_by_the_keyboard_and_the_front_page_falls_silent(
    desk: Page, live_server: LiveServer, pair: tuple[Source, Source]
) -> None:
    state: Any = {"state": "dead", "state_since": NOON}
    Source.objects.filter(pk=pair[0].pk).update(**state)
    desk.goto(f"{live_server.url}{reverse('admin:index')}")
    desk.get_by_role("region", name="Sources that are gone").get_by_role("link").press("Enter")
    desk.get_by_role("button", name="Take note").press("Enter")
    expect(desk.get_by_text("noted by editor on")).to_be_visible()
    desk.goto(f"{live_server.url}{reverse('admin:index')}")
    expect(desk.get_by_role("region", name="Sources that are gone")).to_have_count(0)
