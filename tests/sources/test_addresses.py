"""Addresses of sources have one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import addresses, identifiers


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


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://Example.org", "https://example.org/"),
        ("https://example.org.:443/#top", "https://example.org/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        (
            "https://example.org/a?utm_source=x&b=2&UTM_Medium=y&fbclid=z",
            "https://example.org/a?b=2",
        ),
        ("https://example.org/?gclid=1&mc_eid=2", "https://example.org/"),
        ("https://example.org/a?id=fbclid&b&&c=", "https://example.org/a?id=fbclid&b&c="),
        ("https://example.org/a?%75tm_source=x", "https://example.org/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/ö", "https://xn--bcher-kva.example/%C3%B6"),
        ("https://example.org/%7Euser/%c3%b6", "https://example.org/~user/%C3%B6"),
        ("https://example.org/a/./b/../c/..", "https://example.org/a/"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org//a/", "https://example.org//a/"),
        ("https://example.org/a%2Fb", "https://example.org/a%2Fb"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
    ],
)
def test_two_spellings_of_an_address_are_compared_as_one(url: str, canonical: str) -> None:
    assert addresses.canonical(url) == canonical
    assert addresses.canonical(canonical) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/", "https://www.example.org/"),
        ("https://example.org/?utm=1", "https://example.org/"),
        ("https://example.org/", "https://m.example.org/"),
        ("https://example.org/", "https://example.org/amp/"),
    ],
)
def test_what_may_be_another_page_is_another_address(one: str, other: str) -> None:
    assert addresses.canonical(one) != addresses.canonical(other)


@given(st.text(max_size=40).map("https://example.org/".__add__))
def test_any_address_is_compared_in_one_spelling(text: str) -> None:
    try:
        spelling = addresses.canonical(text)
    except addresses.BadAddress:
        return
    assert addresses.canonical(spelling) == spelling


@pytest.mark.parametrize(
    ("host", "registered"),
    [
        ("www.example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("News.Example.ORG.", "example.org"),
        ("somebody.github.io", "somebody.github.io"),
        ("a.somebody.github.io", "somebody.github.io"),
        ("www.ons.gov.uk", "ons.gov.uk"),
        ("www.gov.uk", "gov.uk"),
        ("gov.uk", "gov.uk"),
        ("www.bücher.example", "xn--bcher-kva.example"),
        ("www.com", "www.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("", ""),
    ],
)
def test_a_publisher_is_known_by_what_it_has_registered(host: str, registered: str) -> None:
    assert addresses.registered_domain(host) == registered


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("http://Example.org/a?fbclid=you&b=%61&&c=", "http://example.org/a?b=%61&&c="),
        ("https://example.org/?utm_source=x&gclid=1", "https://example.org/"),
        ("https://example.org/a?id=fbclid", "https://example.org/a?id=fbclid"),
        (
            "https://web.archive.org/web/20200101000000/https://example.org/?utm_source=x",
            "https://web.archive.org/web/20200101000000/https://example.org/?utm_source=x",
        ),
    ],
)
def test_what_marks_a_person_is_not_stored(written: str, stored: str) -> None:
    """An archive's copy is found by the whole address of its original."""
    assert identifiers.stored(written) == stored
