"""The counter in a real browser: it moves without a reload, rests unseen, and says when it knows no better."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from supporters import views
from tests.supporters.factories import make_contribution, make_goal, make_payment, make_supporter

MINUTE = 60_000


@pytest.fixture
def home(live_server: LiveServer) -> str:
    """A site with a goal of ten, of which one has come."""
    make_goal(target=10)
    give(1)
    return live_server.url


@pytest.fixture
def without_judge_of_consoles(browser: Browser) -> Iterator[Page]:
    """A page on which an answer may fail: the browser itself writes each to its console."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def give(number: int) -> None:
    make_payment(make_contribution(make_supporter(number)))


def bar(page: Page) -> Any:
    return page.get_by_role("progressbar")


def test_a_gift_moves_the_counter_of_an_open_page(page: Page, home: str) -> None:
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    expect(bar(page)).to_have_attribute("value", "10")
    expect(page.get_by_role("status")).to_be_empty()
    give(2)
    page.clock.run_for(MINUTE)
    expect(bar(page)).to_have_attribute("value", "20")
    expect(page.locator(".goal strong")).to_have_text("2")
    expect(page.get_by_role("status")).to_have_text("2 of 10 supporters")


def test_what_does_not_change_is_not_said_aloud(page: Page, home: str) -> None:
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    page.clock.run_for(5 * MINUTE)
    expect(page.get_by_role("status")).to_be_empty()


def test_many_gifts_are_not_said_one_by_one(page: Page, home: str) -> None:
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    for number, value in ((2, "20"), (3, "30")):
        give(number)
        page.clock.run_for(40_000)
        expect(bar(page)).to_have_attribute("value", value)
    expect(page.get_by_role("status")).to_have_text("2 of 10 supporters")


def test_while_postgres_is_away_the_last_value_stays_with_its_time(
    without_judge_of_consoles: Page, home: str
) -> None:
    page = without_judge_of_consoles
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    expect(page.locator(".goal-as-of")).to_be_hidden()
    page.route("**/goal.json", lambda route: route.fulfill(status=503, body='{"error": "away"}'))
    page.clock.run_for(MINUTE)
    expect(page.locator(".goal-as-of")).to_be_visible()
    expect(bar(page)).to_have_attribute("value", "10")
    page.unroute("**/goal.json")
    give(2)
    page.clock.run_for(5 * MINUTE)
    expect(bar(page)).to_have_attribute("value", "20")
    expect(page.locator(".goal-as-of")).to_be_hidden()


def test_the_longer_it_fails_the_more_seldom_it_is_asked(
    without_judge_of_consoles: Page, home: str
) -> None:
    page = without_judge_of_consoles
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/goal.json", refuse)
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    for _ in range(20):
        page.clock.run_for(MINUTE)
        page.wait_for_timeout(20)
    assert 3 <= len(asked) <= 8


def test_a_tab_that_nobody_sees_asks_nothing_until_it_is_seen(page: Page, home: str) -> None:
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _show(page, hidden=True)
    give(2)
    page.clock.run_for(10 * MINUTE)
    assert asked == []
    _show(page, hidden=False)
    page.clock.run_for(1)
    expect(bar(page)).to_have_attribute("value", "20")


def _show(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_it_is_asked_whether_the_figure_changed_not_what_it_is(
    page: Page, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[str | None] = []

    def listen(request: HttpRequest, **answer: Any) -> Any:
        known.append(request.headers.get("If-None-Match"))
        return get_conditional_response(request, **answer)

    monkeypatch.setattr(views, "get_conditional_response", listen)
    page.clock.install()
    page.goto(home, wait_until="networkidle")
    with page.expect_response("**/goal.json"):
        page.clock.run_for(MINUTE)
    assert known[0] is None
    assert known[-1] is not None


@pytest.fixture
def elsewhere(home: str) -> Iterator[str]:
    """Another site, with the frame in a page of its own."""
    snippet = render_to_string("supporters/_frame.html", {"newsroom": {"origin": home}})

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Elsewhere</title>{snippet}".encode())

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/page"
        server.shutdown()
        thread.join()


def test_the_frame_counts_too_on_another_site(page: Page, elsewhere: str) -> None:
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.clock.install()
    page.goto(elsewhere, wait_until="networkidle")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("progressbar")).to_have_attribute("value", "10")
    give(2)
    page.clock.run_for(MINUTE)
    expect(frame.get_by_role("progressbar")).to_have_attribute("value", "20")


def test_the_goal_reads_well_aloud(page: Page, home: str) -> None:
    page.goto(home, wait_until="networkidle")
    expect(page.get_by_role("progressbar", name="1 of 10 supporters")).to_be_visible()
