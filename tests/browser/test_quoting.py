"""A passage is selected in the kept text of a source, and becomes a quotation of a check."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import verifying
from factchecks.models import FactCheck, Quotation
from sources.models import Snapshot, Source
from tests.browser.people import sign_in
from tests.browser.test_axe import STOCK, faults
from tests.factories import edit, make_check, make_document, make_superuser
from tests.sources.copies import make_body, make_copy

TEXT = "What is known.\n" * 60 + "The Moon is nearly round. Those who measured it say so."

SELECT = """([from, to]) => {
  const line = [...document.querySelectorAll("#kept-text p")].at(-1);
  const node = [...line.childNodes].at(-1).firstChild ?? [...line.childNodes].at(-1);
  const range = document.createRange();
  range.setStart(node, node.data.indexOf(from) + 2);
  range.setEnd(node, node.data.indexOf(to) + 3);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}"""


@pytest.fixture
def check() -> FactCheck:
    return make_check()


@pytest.fixture
def copy(check: FactCheck) -> Snapshot:
    copy = make_copy(Source.objects.get(url="https://source1.example/page"), make_body(TEXT))
    verifying.verify(check)
    return copy


def path_of(copy: Snapshot) -> str:
    return reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])


def quoted() -> set[str]:
    return set(Quotation.objects.values_list("text", flat=True))


def test_what_is_selected_is_quoted_by_the_keyboard_in_whole_words(
    page: Page, live_server: LiveServer, copy: Snapshot
) -> None:
    make_superuser("chief")
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{path_of(copy)}")
    take = page.get_by_role("button", name="Take what is selected")
    expect(take).to_be_disabled()
    page.evaluate(SELECT, ["Those", "measured"])
    expect(take).to_be_enabled()
    take.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Passage")
    expect(field).to_have_value("Those who measured")
    expect(field).to_be_focused()
    assert faults(page) - STOCK == set()
    page.get_by_label("Who relies on it").select_option(label="finding 1: It is measured")
    page.get_by_role("button", name="Quote it").press("Enter")
    expect(page.get_by_text("Quoted from source [1]")).to_be_visible()
    expect(page.locator("mark")).to_have_text("Those who measured")
    expect(page.locator("mark")).to_be_in_viewport()
    assert "Those who measured" in quoted()
    assert faults(page) - STOCK == set()


def test_without_javascript_a_passage_is_typed_and_compared(
    browser: Browser, live_server: LiveServer, copy: Snapshot
) -> None:
    make_superuser("chief")
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{path_of(copy)}")
    page.get_by_label("Passage").fill("Those who guessed it say so.")
    page.get_by_role("button", name="Look it up").click()
    found = page.get_by_role("region", name="Found with differences")
    expect(found.locator("del")).to_contain_text("guessed")
    expect(found.locator("ins")).to_contain_text("measured")
    page.get_by_role("button", name="Take the words of the source").click()
    expect(page.get_by_label("Passage")).to_have_value("Those who measured it say so.")
    page.get_by_role("button", name="Quote it").click()
    expect(page.get_by_text("Quoted from source [1]")).to_be_visible()
    assert "Those who measured it say so." in quoted()
    page.context.close()


def test_the_link_beside_a_passage_of_the_form_opens_the_text_there(
    page: Page, live_server: LiveServer, check: FactCheck, copy: Snapshot
) -> None:
    make_superuser("chief")
    sign_in(page, live_server, "chief")
    page.goto(f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}")
    page.get_by_role("link", name="See the text").click()
    expect(page.locator("mark")).to_have_text("The Moon is nearly round.")
    expect(page.locator("mark")).to_be_in_viewport()
    assert copy.pk


def test_nothing_runs_out_of_a_small_screen(
    page: Page, live_server: LiveServer, check: FactCheck, copy: Snapshot
) -> None:
    make_superuser("chief")
    sign_in(page, live_server, "chief")
    page.set_viewport_size({"width": 360, "height": 740})
    evidence = reverse("admin:factchecks_factcheck_evidence", args=[check.pk])
    for path in (f"{path_of(copy)}?passage=The+Moon+is+exactly+round.", evidence):
        page.goto(f"{live_server.url}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, path
        assert faults(page) - STOCK == set(), path


def test_on_a_small_screen_what_is_selected_is_taken_from_a_bar_that_covers_nothing(
    page: Page, live_server: LiveServer, copy: Snapshot
) -> None:
    make_superuser("chief")
    sign_in(page, live_server, "chief")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{live_server.url}{path_of(copy)}")
    take = page.get_by_role("button", name="Take what is selected")
    expect(take).to_be_hidden()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.evaluate(SELECT, ["Those", "measured"])
    expect(take).to_be_in_viewport()
    assert faults(page) - STOCK == set()
    bar = take.bounding_box()
    assert bar
    assert bar["y"] + bar["height"] == 740
    page.wait_for_function(
        "top => getSelection().getRangeAt(0).getBoundingClientRect().bottom <= top", arg=bar["y"]
    )
    page.get_by_role("button", name="Quote it").focus()
    focused = page.get_by_role("button", name="Quote it").bounding_box()
    assert focused
    assert focused["y"] + focused["height"] <= bar["y"]
    take.click()
    expect(page.get_by_label("Passage")).to_have_value("Those who measured")
    expect(page.get_by_label("Passage")).to_be_focused()
    expect(take).to_be_hidden()


def test_a_wrong_quotation_is_corrected_with_the_words_of_the_source(
    page: Page, live_server: LiveServer, check: FactCheck, copy: Snapshot
) -> None:
    citations = make_document()["citations"]
    citations[0]["quotations"][0]["text"] = "The Moon is exactly round."
    edit(check, citations=citations)
    make_superuser("chief")
    sign_in(page, live_server, "chief")
    path = reverse("admin:factchecks_factcheck_review", args=[check.pk])
    page.goto(f"{live_server.url}{path}")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Take the words of the source").click()
    in_its_place = page.get_by_role("radio", name="It takes the place of")
    expect(in_its_place).to_be_checked()
    assert faults(page) - STOCK == set()
    page.get_by_role("button", name="Quote it").click()
    expect(page.get_by_text("Corrected, as source [1] says it")).to_be_visible()
    assert quoted() == {"The Moon is nearly round."}
    assert copy.pk
