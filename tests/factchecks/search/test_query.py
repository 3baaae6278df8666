"""Whatever is typed is a query: words, phrases, what must not be there, how a word begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factchecks.search import query
from factchecks.search.query import Part, Query


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("moon landing", [Part("moon"), Part("landing")]),
        ('"moon landing" nasa', [Part("moon landing", is_phrase=True), Part("nasa")]),
        ("„moon landing“", [Part("moon landing", is_phrase=True)]),
        ('"moon', [Part("moon")]),
        ("moon -cheese", [Part("moon"), Part("cheese", is_excluded=True)]),
        ('-"green cheese"', [Part("green cheese", is_phrase=True, is_excluded=True)]),
        ("covid-19", [Part("covid-19")]),
        ("vacc*", [Part("vacc", is_beginning=True)]),
        ("moon moon", [Part("moon")]),
        ("a\0b", [Part("a"), Part("b")]),
        ('& | ! <-> ( ) : * \' \\ - "" %', []),
    ],
)
def test_signs_say_what_is_meant(typed: str, parts: list[Part]) -> None:
    assert list(query.read(typed).parts) == parts


def test_what_to_leave_out_alone_is_nothing_to_look_for() -> None:
    assert not query.read("-moon")
    assert query.read("moon -cheese")


def test_a_long_text_is_cut_to_what_is_looked_for() -> None:
    assert len(query.read(" ".join(map(str, range(5000)))).parts) == query.MOST
    assert len(query.read("a" * 10_000).parts[0].text) == query.LONGEST_WORD


def test_the_last_word_may_go_on_while_it_is_typed() -> None:
    assert query.read("moon lan").begun() == query.read("moon lan*")
    assert query.read('"moon lan"').begun() == query.read('"moon lan"')


def test_only_what_is_looked_for_is_spelt_anew() -> None:
    meant = query.read('chigaco -chigaco "in chigaco"').with_words({"chigaco": "chicago"})
    assert str(meant) == 'chicago -chigaco "in chigaco"'


@given(st.text(max_size=500))
def test_everything_is_a_query_and_reads_the_same_when_written_out(typed: str) -> None:
    read = query.read(typed)
    assert isinstance(read, Query)
    assert len(read.parts) <= query.MOST
    assert all("\0" not in part.text and part.text.strip() for part in read.parts)
    again = query.read(str(read))
    assert len(str(read)) > query.LONGEST or again == read
