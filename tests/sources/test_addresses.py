"""Addresses of sources have one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import addresses


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTPS://Example.ORG:443/Path?q=A#part ", "https://example.org/Path?q=A"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/ö", "https://example.org/ö"),
    ],
)
def test_an_address_is_stored_in_one_spelling(written: str, spelling: str) -> None:
    assert addresses.normalise(written) == spelling
    assert addresses.normalise(spelling) == spelling


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "starts with http"),
        ("example.org", "starts with http"),
        ("ftp://example.org/", "starts with http"),
        ("javascript:alert(1)", "starts with http"),
        ("https://", "names no host"),
        ("https:///path", "names no host"),
        ("https://example.org/a b", "has a space"),
        ("https://user@example.org/", "user name or password"),
        ("https://user:secret@example.org/", "user name or password"),
        ("https://example.org:99999/", "not a web address"),
        ("https://[::1/", "not a web address"),
        (f"https://{'a' * 254}/", "longer than any"),
    ],
)
def test_what_a_reader_could_not_follow_is_refused(written: str, message: str) -> None:
    with pytest.raises(addresses.BadAddress, match=message):
        addresses.normalise(written)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.org/a", "example.org"),
        ("https://news.example.org:8080/", "news.example.org"),
    ],
)
def test_the_domain_stands_for_the_publisher(url: str, domain: str) -> None:
    assert addresses.domain(url) == domain


@given(st.text(max_size=40).map("https://".__add__))
def test_any_text_is_an_address_in_one_spelling_or_refused(text: str) -> None:
    try:
        spelling = addresses.normalise(text)
    except addresses.BadAddress:
        return
    assert addresses.normalise(spelling) == spelling
