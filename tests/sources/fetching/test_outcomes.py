"""What one look comes to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sources.fetching import outcomes
from sources.fetching.exchanges import Exchange, Fetched
from sources.fetching.failures import Astray, Failure, Refused, TimedOut, TooLarge
from sources.fetching.outcomes import Kind

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
URL = "https://example.org/story"


def fetched(status: int = 200, final: str = URL, **headers: str) -> Fetched:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    first = Exchange("GET", URL, "8.8.8.8", (), "HTTP/1.1", 301, "", (), NOW, NOW)
    last = replace(first, url=final, status=status, headers=pairs)
    return Fetched((last,) if final == URL else (first, last), b"")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Kind.CHANGED),
        (304, Kind.SAME),
        (404, Kind.GONE),
        (410, Kind.GONE),
        (401, Kind.BARRED),
        (403, Kind.BARRED),
        (429, Kind.BARRED),
        (999, Kind.BARRED),
        (600, Kind.FAILED),
        (400, Kind.FAILED),
        (451, Kind.FAILED),
        (203, Kind.CHANGED),
        (202, Kind.FAILED),
        (204, Kind.FAILED),
        (206, Kind.FAILED),
        (300, Kind.FAILED),
        (302, Kind.FAILED),
        (500, Kind.FAILED),
        (503, Kind.FAILED),
    ],
)
def test_the_status_tells(status: int, kind: Kind) -> None:
    assert outcomes.of_answer(fetched(status)).kind is kind


def test_the_text_tells() -> None:
    page = fetched()
    assert outcomes.of_answer(page, is_same=True).kind is Kind.SAME
    assert outcomes.of_answer(page, stands=True).kind is Kind.CHANGED
    assert outcomes.of_answer(page, stands=False).kind is Kind.DRIFTED


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (TimedOut("x"), Kind.FAILED),
        (Astray("x"), Kind.FAILED),
        (Refused("x"), Kind.BARRED),
        (TooLarge("x"), Kind.BARRED),
    ],
)
def test_what_we_would_not_do_is_not_the_pages_fault(failure: Failure, kind: Kind) -> None:
    assert outcomes.of_failure(failure, NOW).kind is kind


@pytest.mark.parametrize(
    "final",
    [
        "https://example.org/",
        "https://www.example.org",
        "https://example.org/index.html",
        "https://example.org/en/",
        "https://example.org/pt-BR/home",
        "https://other.example/?utm_source=old",
    ],
)
def test_a_redirect_to_a_home_page_is_seen(final: str) -> None:
    assert outcomes.of_answer(fetched(200, final), stands=True).kind is Kind.HOME


@pytest.mark.parametrize(
    "final",
    [
        "https://example.org/login?next=/story",
        "https://example.org/account/sign-in.php",
        "https://example.org/sso/start",
        "https://consent.example.org/v2/collectConsent?x=1",
        "https://accounts.example.org/x",
    ],
)
def test_a_redirect_to_a_log_in_says_nothing_about_the_page(final: str) -> None:
    assert outcomes.of_answer(fetched(200, final)).kind is Kind.BARRED


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        (URL, "https://example.org/logins-stolen"),
        (URL, "https://example.org/story?login"),
        (URL, "https://example.org/informed-consent-in-law"),
        ("https://example.org/login", "https://example.org/sign-in"),
    ],
)
def test_any_other_redirect_is_none_to_a_log_in(asked: str, final: str) -> None:
    assert not outcomes.leads_to_a_door(asked, final)


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        (URL, "https://example.org/other"),
        (URL, "https://example.org/?p=12"),
        (URL, "https://example.org/a"),
        ("https://example.org/", "https://www.example.org/"),
        ("https://example.org/", "https://www.example.org/en/"),
    ],
)
def test_any_other_redirect_is_none_to_a_home_page(asked: str, final: str) -> None:
    assert not outcomes.leads_home(asked, final)


def test_a_page_that_says_it_is_not_there_is_believed() -> None:
    said = outcomes.of_answer(fetched(), title="Page not found", text="Sorry!")
    assert said.kind is Kind.SOFT_GONE


@pytest.mark.parametrize("status", [200, 202, 403, 503])
@pytest.mark.parametrize("header", ["cf_mitigated", "x_amzn_waf_action"])
def test_a_service_that_keeps_machines_out_says_nothing_about_the_page(
    status: int, header: str
) -> None:
    assert outcomes.of_answer(fetched(status, **{header: "challenge"})).kind is Kind.BARRED


def test_what_asks_for_a_person_with_503_is_no_failure() -> None:
    wall = replace(fetched(503), body=b"<script>window._cf_chl_opt = {}</script>")
    assert outcomes.of_answer(wall).kind is Kind.BARRED
    assert outcomes.of_answer(replace(wall, body=b"Busy.")).kind is Kind.FAILED


@pytest.mark.parametrize("final", ["/404", "/404.html?from=/story", "/error/404", "/not-found/"])
def test_a_redirect_to_a_page_for_what_is_missing_is_seen(final: str) -> None:
    assert outcomes.of_answer(fetched(200, f"https://example.org{final}")).kind is Kind.SOFT_GONE


def test_a_page_about_what_is_missing_is_none() -> None:
    about = fetched(200, "https://example.org/404-errors-explained")
    assert outcomes.of_answer(about).kind is Kind.CHANGED


@pytest.mark.parametrize(
    ("title", "kind"), [("Just a moment...", Kind.BARRED), ("Site maintenance", Kind.FAILED)]
)
def test_a_notice_in_the_place_of_a_page_is_no_drift(title: str, kind: Kind) -> None:
    assert outcomes.of_answer(fetched(), title=title, stands=False).kind is kind


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("", 0),
        ("120", 120),
        ("-5", 0),
        ("soon", 0),
        ("9" * 9, 30 * 86400),
        ("9" * 5000, 0),
        ("Mon, 05 Jan 2026 12:01:00 GMT", 60),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0),
        ("Mon, 05 Jan 2026 12:01:00", 60),
        ("Mon, 99 Jan 99999 12:01:00 GMT", 0),
    ],
)
def test_a_host_says_when_to_come_back(written: str, seconds: float) -> None:
    assert outcomes.of_answer(fetched(503, Retry_After=written)).retry_after == seconds
