"""What a site says about copies of its pages is respected (RFC 9309)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import robots

SITE = "https://example.org"


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("", "/", True),
        ("Disallow:", "/", True),
        ("Disallow: /", "/", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /private", "/private/a", False),
        ("Disallow: /private", "/privateer", False),
        ("Disallow: /private/", "/private", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a/b\nDisallow: /a", "/a/c", False),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*.pdf$", "/a/b.pdf", False),
        ("Disallow: /*.pdf$", "/a/b.pdf?x=1", True),
        ("Disallow: /*.pdf", "/a/b.pdf?x=1", False),
        ("Disallow: /*?", "/a?b", False),
        ("Disallow: /a*b*c$", "/a-b-b-c", False),
        ("Disallow: /ab*ba$", "/aba", True),
        ("Disallow: *", "/a", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /%6Doon", "/moon", False),
        ("Disallow: /mön", "/m%c3%b6n", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /A", "/a", True),
        ("disallow : /a # not for you", "/a", False),
        ("Disallow: a", "/a", True),
        ("Sitemap: /a\nNonsense\nDisallow: /b", "/b", False),
    ],
)
def test_the_longest_rule_decides(rules: str, path: str, may: bool) -> None:
    found = robots.parse(f"User-agent: *\n{rules}".encode())
    assert found.may_keep(SITE + path) is may


OURS_AND_ALL = b"""\xef\xbb\xbfUser-agent: *
Disallow: /

User-Agent: Other
User-Agent: FACTUALLY/2.0
Disallow: /private
Crawl-delay: 5

User-Agent: Other
Disallow: /other

User-agent: factually
Disallow: /secret
"""


def test_rules_for_our_name_go_before_those_for_all() -> None:
    found = robots.parse(OURS_AND_ALL)
    may = [found.may_keep(SITE + path) for path in ("/", "/private", "/secret", "/other")]
    assert may == [True, False, False, True]
    assert found.delay == 5
    assert not robots.parse(OURS_AND_ALL, "Nobody").may_keep(SITE)


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (200, False),
        (301, True),
        (401, True),
        (404, True),
        (500, False),
        (503, False),
        (None, False),
    ],
)
def test_a_site_that_cannot_say_is_left_alone_and_one_that_says_nothing_is_not(
    status: int | None, may: bool
) -> None:
    answered = robots.from_answer(status, b"User-agent: *\nDisallow: /")
    assert answered.may_keep(SITE) is may


@pytest.mark.parametrize(
    ("written", "delay"), [("2", 2), ("0.5", 0.5), ("9999", 60), ("-1", 0), ("nan", 0), ("1e9", 0)]
)
def test_a_pause_that_is_asked_for_is_bounded(written: str, delay: float) -> None:
    assert robots.parse(f"User-agent: *\nCrawl-delay: {written}".encode()).delay == delay


def test_no_pattern_takes_long() -> None:
    rules = robots.parse(b"User-agent: *\nDisallow: /" + b"*a" * 900 + b"b$\n")
    began = time.monotonic()
    assert rules.may_keep(f"{SITE}/{'a' * 5000}")
    assert time.monotonic() - began < 0.5


def test_only_the_beginning_of_an_endless_file_counts() -> None:
    filler = b"# nothing\n" * 60_000
    assert robots.parse(b"User-agent: *\n" + filler + b"Disallow: /").may_keep(SITE)


def test_the_rules_are_at_the_sites_root() -> None:
    address = robots.address_for("https://example.org:8080/a/b?c")
    assert address == "https://example.org:8080/robots.txt"


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_file_says_something_about_any_page(body: bytes, path: str) -> None:
    assert robots.parse(body).may_keep(f"{SITE}/{path}") in {True, False}
