"""Writing at the desk: nothing typed is lost, and the keyboard is enough."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks.models import FactCheck, UnsavedWork
from sources.models import Publisher, Source
from tests.browser import people
from tests.factories import edit, make_check, make_superuser

SignIn = Callable[[Page, str], None]
HOUR = "Typed for an hour [1][2]."


@pytest.fixture
def sign_in(live_server: LiveServer) -> SignIn:
    def sign_in(page: Page, name: str) -> None:
        make_superuser(name)
        people.sign_in(page, live_server, name)

    return sign_in


@pytest.fixture
def desk(page: Page, sign_in: SignIn) -> Page:
    page.clock.install()
    sign_in(page, "chief")
    return page


def form_of(live_server: LiveServer, check: FactCheck) -> str:
    return f"{live_server.url}/admin/factchecks/factcheck/{check.pk}/change/"


def text_of(page: Page) -> str:
    return page.locator("#id_findings-0-text").input_value()


def listed(page: Page, **wanted: bool) -> Locator:
    return page.get_by_role("listbox").get_by_role("option", **wanted)  # type: ignore[arg-type]


def let_it_be_kept(page: Page) -> None:
    with page.expect_response(re.compile("/unsaved/$")) as answered:
        page.clock.run_for(12_000)
    assert answered.value.status == 204
    expect(page.locator(".desk-kept-at")).to_contain_text("not saved yet")


def test_a_killed_browser_gets_its_text_back(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    desk.locator("#id_findings-0-text").fill(HOUR)
    desk.locator("#findings-1").get_by_role("button", name="Move up").click()
    let_it_be_kept(desk)
    desk.goto("about:blank")
    desk.goto(form_of(live_server, check))
    desk.get_by_role("link", name="Go on with it").click()
    expect(desk.locator("#id_findings-0-text")).to_have_value(HOUR)
    desk.get_by_role("button", name="Save and continue editing").first.click()
    desk.wait_for_load_state()
    assert [finding.text for finding in check.findings.all()] == ["It bulges [3].", HOUR]
    assert not UnsavedWork.objects.exists()
    expect(desk.locator(".desk-unsaved")).to_have_count(0)


def test_a_tab_closed_at_once_loses_nothing(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    tab = desk.context.new_page()
    tab.goto(form_of(live_server, check))
    tab.locator("#id_findings-0-text").fill(HOUR)
    tab.close(run_before_unload=True)
    until_kept()
    desk.goto(form_of(live_server, check))
    desk.get_by_role("link", name="Go on with it").click()
    assert text_of(desk) == HOUR


def until_kept(forms: int = 1) -> None:
    """The tab is gone; what it sent on leaving may still be on its way."""
    deadline = time.monotonic() + 10
    while UnsavedWork.objects.count() < forms:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_offered_stays_beside_what_is_typed_until_it_is_discarded(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    desk.locator("#id_findings-0-text").fill(HOUR)
    let_it_be_kept(desk)
    desk.goto(form_of(live_server, check))
    desk.locator("#id_findings-0-text").fill("Something else [1][2].")
    let_it_be_kept(desk)
    kept = [str(work.fields) for work in UnsavedWork.objects.order_by("saved_at")]
    assert (HOUR in kept[0], "Something else" in kept[1]) == (True, True)
    desk.get_by_role("button", name="Discard").click()
    expect(desk.locator(".desk-unsaved")).to_have_count(0)
    assert text_of(desk) == "Something else [1][2]."
    assert "Something else" in str(UnsavedWork.objects.get().fields)


def test_two_tabs_of_one_person_both_get_their_text_back(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    tabs = [desk.context.new_page(), desk.context.new_page()]
    for tab in tabs:
        tab.goto(form_of(live_server, check))
    for number, tab in enumerate(tabs):
        tab.locator("#id_findings-0-text").fill(f"Typed in tab {number} [1][2].")
    for number, tab in enumerate(tabs):
        tab.close(run_before_unload=True)
        until_kept(number + 1)
    for number in (1, 0):
        desk.goto(form_of(live_server, check))
        desk.get_by_role("link", name="Go on with it").nth(1 - number).click()
        assert text_of(desk) == f"Typed in tab {number} [1][2]."


def test_a_late_save_whose_page_is_closed_is_offered_again(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    desk.locator("#id_findings-0-text").fill(HOUR)
    edit(check, question="Theirs?")
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(desk.locator("#content")).to_contain_text("offered again when you open the check")
    desk.goto(form_of(live_server, check))
    desk.get_by_role("link", name="Go on with it").click()
    assert text_of(desk) == HOUR


def test_a_note_that_is_not_sent_yet_outlives_a_save_of_the_check(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(form_of(live_server, make_check()))
    desk.locator("#id_findings-0-text").fill(HOUR)
    desk.get_by_label("New note").fill("Ask again.")
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(desk.locator(".messagelist")).to_contain_text("successfully")
    expect(desk.get_by_label("New note")).to_have_value("Ask again.")
    desk.locator(".notes-form button").click()
    expect(desk.get_by_label("New note")).to_have_value("")
    desk.reload()
    expect(desk.get_by_label("New note")).to_have_value("")


def test_an_expired_sign_in_is_told_before_much_is_typed(
    desk: Page, live_server: LiveServer
) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    desk.context.clear_cookies(name="sessionid")
    desk.locator("#id_findings-0-text").fill(HOUR)
    desk.clock.run_for(12_000)
    expect(desk.locator(".desk-trouble")).to_contain_text("You are signed out")
    assert text_of(desk) == HOUR


def test_signing_in_again_in_another_tab_is_enough(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    desk.locator("#id_findings-0-text").fill(HOUR)
    desk.context.clear_cookies(name="sessionid")
    tab = desk.context.new_page()
    tab.goto(f"{live_server.url}/admin/login/")
    tab.get_by_label("Username").fill("chief")
    tab.get_by_label("Password").fill("correct horse")
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_load_state()
    let_it_be_kept(desk)
    desk.keyboard.press("Control+s")
    expect(desk.locator(".messagelist")).to_contain_text("successfully")
    assert check.findings.first().text == HOUR  # type: ignore[union-attr]


def test_two_people_see_each_other_and_who_saved(
    desk: Page, live_server: LiveServer, browser: Browser, sign_in: SignIn
) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    other = browser.new_context().new_page()
    sign_in(other, "second")
    other.goto(form_of(live_server, check))
    expect(other.locator(".desk-others")).to_contain_text("chief has this check open too.")
    desk.clock.run_for(16_000)
    expect(desk.locator(".desk-others")).to_contain_text("second has this check open too.")
    edit(check, question="Is the Moon a ball?")
    desk.clock.run_for(16_000)
    expect(desk.locator(".desk-others")).to_contain_text("Revision 2 was saved since")
    other.context.close()


def test_ctrl_s_saves_and_goes_on_at_the_cursor(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    desk.goto(form_of(live_server, check))
    text = desk.locator("#id_findings-1-text")
    text.fill("It bulges a lot [3].")
    text.press("Home")
    text.press("Control+s")
    expect(desk.locator(".messagelist")).to_contain_text("successfully")
    expect(desk.locator("#id_findings-1-text")).to_be_focused()
    desk.keyboard.type("Yes: ")
    assert desk.locator("#id_findings-1-text").input_value() == "Yes: It bulges a lot [3]."
    assert check.findings.last().text == "It bulges a lot [3]."  # type: ignore[union-attr]


def test_a_bracket_cites_a_source_of_the_check_by_keyboard(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(form_of(live_server, make_check()))
    text = desk.locator("#id_findings-0-text")
    text.fill("Seen ")
    text.press_sequentially("[title")
    expect(listed(desk)).to_have_text(
        ["[1] Title 1", "[2] Title 2", "[3] Title 3", re.compile("Add a new source")]
    )
    text.press("ArrowDown")
    selected = listed(desk, selected=True)
    expect(selected).to_have_text("[2] Title 2")
    expect(text).to_have_attribute("aria-activedescendant", str(selected.get_attribute("id")))
    text.press("Enter")
    expect(text).to_have_value("Seen [2]")
    expect(desk.get_by_role("listbox")).to_be_hidden()
    text.press_sequentially(" and [")
    text.press("Escape")
    text.press_sequentially("3]")
    expect(text).to_have_value("Seen [2] and [3]")
    text.press("Control+z")
    expect(text).not_to_have_value("Seen [2] and [3]")


def test_a_bracket_cites_any_source_of_the_newsroom(desk: Page, live_server: LiveServer) -> None:
    check = make_check()
    archive = Publisher.objects.create(name="The Archive", domain="archive.example")
    letter = Source.objects.create(
        url="https://archive.example/1", title="A letter", publisher=archive
    )
    desk.goto(form_of(live_server, check))
    text = desk.locator("#id_findings-0-text")
    text.fill("By laser [1][2], by hand ")
    text.press_sequentially("[archive")
    desk.clock.run_for(300)
    expect(listed(desk).first).to_have_text("+ A letter The Archive")
    text.press("Enter")
    expect(text).to_have_value("By laser [1][2], by hand [4]")
    expect(desk.locator("#citations-3 .select2-selection__rendered")).to_contain_text("A letter")
    text.press("Control+s")
    expect(desk.locator(".messagelist")).to_contain_text("successfully")
    assert check.citations.get(number=4).source == letter


def test_a_bracket_adds_a_new_source_without_leaving_the_text(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(form_of(live_server, make_check()))
    text = desk.locator("#id_findings-0-text")
    text.fill("By hand ")
    text.press_sequentially("[zzz")
    with desk.context.expect_page() as opened:
        listed(desk).last.click()
    opened.value.get_by_label("Address").fill("https://new.example/letter")
    opened.value.get_by_label("Title").fill("A new letter")
    opened.value.get_by_role("button", name="Save").click()
    expect(desk.locator("#citations-3 .select2-selection__rendered")).to_contain_text(
        "A new letter"
    )
    expect(text).to_have_value("By hand [4]")


def test_the_preview_beside_the_text_follows_it(desk: Page, live_server: LiveServer) -> None:
    desk.goto(form_of(live_server, make_check()))
    toggle = desk.get_by_role("button", name="Preview beside the text").first
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page = desk.get_by_role("region", name="Preview").last
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is the Moon round?")
    desk.locator("#id_findings-0-text").fill("By **radar** [1][2].")
    desk.clock.run_for(2_000)
    expect(page.locator("strong", has_text="radar")).to_be_visible()
    page.get_by_role("link", name="Source 2").first.click()
    expect(page.locator("#source-2")).to_be_in_viewport()
    desk.keyboard.press("Escape")
    expect(page).to_be_hidden()
    expect(toggle).to_be_focused()


def test_words_are_counted_without_the_numbers_of_sources(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(form_of(live_server, make_check(summary="", findings=[], citations=[])))
    text = desk.locator("#id_summary")
    text.fill("The Moon [1, 2] isn't [a ball](https://ball.example/).")
    desk.clock.run_for(600)
    expect(desk.locator("#id_summary_words")).to_have_text("5 words; 5 words in all texts")
    expect(text).to_have_attribute("aria-describedby", re.compile("id_summary_words"))
    expect(text).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("group", "field"), [("Finding", "id_findings-2-heading"), ("Search", "id_searches-2-text")]
)
def test_who_adds_a_row_by_keyboard_goes_on_in_it(
    desk: Page, live_server: LiveServer, group: str, field: str
) -> None:
    desk.goto(form_of(live_server, make_check()))
    desk.get_by_role("button", name=f"Add another {group}").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.type("By eye")
    expect(desk.locator(f"#{field}")).to_have_value("By eye")


def test_who_adds_a_source_by_keyboard_goes_on_in_its_search(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(form_of(live_server, make_check()))
    desk.get_by_role("button", name="Add another Source").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#citations-3 .select2-selection")).to_be_focused()
