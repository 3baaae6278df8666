import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from supporters import emails


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jo@Example.ORG\n", "jo@example.org"),
        ("jo.e+news@example.org", "jo.e+news@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),
        ("jo@Bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@XN--BCHER-KVA.example", "jo@xn--bcher-kva.example"),
        ("\u00a0jo@example.org\u00a0", "jo@example.org"),
        ("no address", "no address"),
        ("jo@..", "jo@.."),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert emails.normalise(typed) == kept


@given(st.text())
def test_the_one_spelling_is_stable(typed: str) -> None:
    once = emails.normalise(typed)

    assert emails.normalise(once) == once


@pytest.mark.parametrize("address", ["jo@example.org", "josé@example.org", "o'hara+x@a.example"])
def test_addresses_of_every_script_are_taken(address: str) -> None:
    emails.validate(address)


@pytest.mark.parametrize(
    "address",
    ["jo", "jo@", "@example.org", "jo@..", "a b@example.org", "a\nb@example.org", "a@b@c.example"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match=r"such as name@example\.org"):
        emails.validate(emails.normalise(address))
