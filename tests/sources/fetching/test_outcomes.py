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
        (400, Kind.FAILED),
        (451, Kind.FAILED),
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


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404", ""),
        ("404 - Moon Daily", "Sorry!"),
        ("Error 404", ""),
        ("Page not found | Moon", ""),
        ("Moon", "Sorry, this page could not be found."),
        ("Moon", "Oops! That page doesn’t exist."),
        ("Seite nicht gefunden", ""),
        ("", "Die Seite wurde nicht gefunden."),
        ("Page introuvable", ""),
        ("Página no encontrada", ""),
        ("Página não encontrada", ""),
        ("Pagina non trovata", ""),
        ("Страница не найдена", ""),
        ("ページが見つかりません", ""),
    ],
)
def test_a_page_that_says_it_is_not_there_is_believed(title: str, text: str) -> None:
    assert outcomes.says_not_found(title, text)
    assert outcomes.of_answer(fetched(), title=title, text=text).kind is Kind.SOFT_GONE


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Moon landing", "Three people."),
        ("The history of “page not found”", "x" * 3001),
        ("404 people landed", "It is true."),
        ("Water found on the Moon", "It was not found before. " * 20),
        ("Evidence not found, court says", "The court ruled."),
        ("", ""),
    ],
)
def test_a_page_about_something_is_not_taken_for_a_missing_one(title: str, text: str) -> None:
    assert not outcomes.says_not_found(title, text)


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
