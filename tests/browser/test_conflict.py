"""Two people, one check: in two browsers, nothing of either is lost."""

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import revisions
from factchecks.models import FactCheck
from tests.browser.people import member, sign_in
from tests.factories import make_check


def open_check(browser: Browser, live_server: LiveServer, name: str, check: FactCheck) -> Page:
    page = sign_in(browser.new_context().new_page(), live_server, name)
    page.goto(f"{live_server.url}/admin/factchecks/factcheck/{check.pk}/change/")
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()


def test_what_two_people_changed_is_merged_and_what_collides_is_chosen(
    browser: Browser, live_server: LiveServer
) -> None:
    member("ada", "Reporter")
    member("bob", "Reporter")
    check = make_check()
    ada = open_check(browser, live_server, "ada", check)
    bob = open_check(browser, live_server, "bob", check)
    ada.locator("#id_question").fill("Is the Moon a ball?")
    ada.locator("#id_findings-0-text").fill("Ada measured it [1][2].")
    save(ada)
    expect(ada.locator(".messagelist")).to_be_visible()
    bob.locator("#id_findings-0-text").fill("Bob measured it [1][2].")
    bob.locator("#id_findings-1-text").fill("Bob saw it bulge [3].")
    save(bob)
    expect(bob.locator("#content")).to_contain_text("Ada measured it")
    expect(bob.locator("#content")).to_contain_text("Bob measured it")
    bob.get_by_role("radio", name="Yours").check()
    bob.locator("#content form button[type=submit], #content form input[type=submit]").first.click()
    bob.wait_for_url("**/change/")
    last = revisions.newest(check)
    assert last is not None
    assert last.document["question"] == "Is the Moon a ball?"
    texts = [finding["text"] for finding in last.document["findings"]]
    assert texts == ["Bob measured it [1][2].", "Bob saw it bulge [3]."]
    assert last.number == 3
