"""Which sources the desk suggests to be one."""

import pytest

from sources.doubles import probable
from sources.models import Source

pytestmark = pytest.mark.django_db


def make(url: str, **fields: str) -> Source:
    return Source.objects.create(url=url, **fields)


def why(one: Source, other: Source) -> str:
    return {each.source.pk: str(each.why) for each in probable(one)}.get(other.pk, "")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("http://a.example/x", "https://a.example/x?utm_source=y", "spelling"),
        ("https://doi.org/10.1000/ABC", "https://journal.example/doi/full/10.1000/abc", "DOI"),
        ("https://arxiv.org/abs/2101.00001", "https://doi.org/10.48550/arXiv.2101.00001", "DOI"),
        ("https://a.example/x", "https://a.example/y", ""),
        ("https://doi.org/10.1000/abc", "https://doi.org/10.1000/abcd", ""),
    ],
)
def test_spellings_and_dois_are_recognised(one: str, other: str, reason: str) -> None:
    pair = make(one), make(other)
    for here, there in (pair, pair[::-1]):
        assert reason in why(here, there)
        assert bool(why(here, there)) == bool(reason)


def test_what_a_page_calls_its_own_address_is_a_hint_in_both_directions() -> None:
    copy = make("https://m.a.example/x", own_address="https://a.example/x")
    original, third = (
        make("https://a.example/x"),
        make("https://b.example/x", own_address=copy.own_address),
    )
    assert "own" in why(copy, original)
    assert "own" in why(original, copy)
    assert "own" in why(copy, third)


def test_what_was_merged_is_suggested_no_more() -> None:
    one = make("https://a.example/x")
    double = make("http://a.example/x", title="Double")
    Source.objects.filter(pk=double.pk).update(merged_into=one)
    assert probable(one) == []
