"""The public search: what readers find, and what they are told when they find nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from factchecks import publishing
from factchecks.models import Correction, Publication
from factchecks.search import spelling
from tests.factchecks.search.conftest import publish
from tests.factories import edit, key, make_check, make_document

pytestmark = pytest.mark.django_db


def found(client: Client, typed: str, **more: str) -> list[str]:
    page: Any = client.get("/search/", {"q": typed, **more})
    assert page.status_code == 200
    return [hit.publication.slug for hit in page.context["results"].hits]


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("Chicago", ["fire", "river"]),
        ("chicago -cow", ["river"]),
        ('chicago -"great fire"', ["river"]),
        ('"fire of Chicago"', ["fire"]),
        ('"Chicago fire"', []),
        ("cafe", ["cafe"]),
        ("CAFÉ", ["cafe"]),
        ("vaccine", ["vaccines"]),
        ("vaccinated", ["vaccines"]),
        ("vac*", ["vaccines"]),
        ("impfung kind", ["impfung"]),
        ("gefahrlich für", ["impfung"]),
        ("the great of", ["fire"]),
        ("laser great", ["fire"]),
        ("title cow", ["fire"]),
    ],
)
def test_words_are_found_in_questions_summaries_findings_and_titles(
    client: Client, checks: dict[str, Publication], typed: str, slugs: list[str]
) -> None:
    assert found(client, typed) == slugs


def test_the_question_weighs_most_and_the_date_where_it_is_asked_for(
    client: Client, checks: dict[str, Publication]
) -> None:
    assert found(client, "chicago") == ["fire", "river"]
    assert found(client, "chicago", sort="date") == ["river", "fire"]


@pytest.mark.parametrize(
    ("typed", "slugs", "meant"),
    [
        ("chigaco", ["fire", "river"], "chicago"),
        ("chigaco cow", ["fire"], "chicago cow"),
        ("hcicago", ["fire", "river"], "chicago"),
        ("chica", ["fire", "river"], "chica*"),
    ],
)
def test_a_misspelt_word_finds_what_was_meant_and_says_so(
    client: Client, checks: dict[str, Publication], typed: str, slugs: list[str], meant: str
) -> None:
    page: Any = client.get("/search/", {"q": typed})
    assert [hit.publication.slug for hit in page.context["results"].hits] == slugs
    assertContains(page, f"Nothing was found for “{typed}”. This is for “{meant}”.")


def test_the_words_are_marked_and_nothing_typed_or_written_becomes_markup(
    client: Client, checks: dict[str, Publication]
) -> None:
    publish(6, "script", "Is <script>alert(1)</script> a chicago & co?", "A <b>chicago</b>.")
    page = client.get("/search/", {"q": "chicago <script>"})
    assertContains(page, "fire of <mark>Chicago</mark>?")
    page = client.get("/search/", {"q": "chicago"})
    assertNotContains(page, "<script>alert")
    assertNotContains(page, "<b>")


@pytest.mark.parametrize(
    ("filters", "slugs"),
    [
        ({"topic": "cities"}, ["fire"]),
        ({"publisher": "source1.example"}, ["fire", "river"]),
        ({"publisher": "elsewhere.example"}, []),
        ({"topic": "no such topic\0"}, []),
        ({"rating": "False"}, []),
        ({"year": "1066"}, []),
        ({"year": "soon"}, []),
        ({"year": "9999"}, []),
    ],
)
def test_filters_narrow_down(
    client: Client, checks: dict[str, Publication], filters: dict[str, str], slugs: list[str]
) -> None:
    assert found(client, "chicago", **filters) == slugs
    assert found(client, "chicago", year=str(timezone.localdate().year)) == ["fire", "river"]


def test_what_the_found_ones_differ_in_is_offered_as_links(
    client: Client, checks: dict[str, Publication]
) -> None:
    page = client.get("/search/", {"q": "chicago"})
    assertContains(page, 'href="/search/?q=chicago&amp;topic=cities"')
    page = client.get("/search/", {"q": "chicago", "topic": "cities"})
    assertContains(page, '<a href="/search/?q=chicago" aria-current="true">cities')


def test_where_nothing_is_found_checks_nearby_are_offered(
    client: Client, checks: dict[str, Publication]
) -> None:
    page: Any = client.get("/search/", {"q": "vaccines qqqqqq"})
    assertContains(page, "Nothing was found for “vaccines qqqqqq”.")
    assert [each.slug for each in page.context["results"].nearby] == ["vaccines"]
    page = client.get("/search/", {"q": "qqqqqq"})
    assert page.context["results"].nearby[0].slug == "impfung"


def test_only_what_is_live_is_found(client: Client) -> None:
    former = publish(7, "unicorns", "Are there unicorns?", "No.")
    edit(former.fact_check, question="Are there horses?")
    publishing.publish(
        former.fact_check,
        editor=None,
        what_changed=publishing.WhatChanged(Correction.Kind.UPDATE, "Others."),
    )
    later = make_check(key=key(50), slug="later", question="Are there unicorns in the sea?")
    publishing.publish(later, editor=None, at=timezone.now() + timedelta(days=1))
    assert found(client, "unicorns") == []
    assert found(client, "horses") == ["unicorns"]


def test_a_word_of_what_was_taken_back_is_not_told(client: Client) -> None:
    published = publish(8, "secret", "Is Zanzibarotto a person?", "No.")
    spelling.learn_new()
    assertContains(client.get("/search/", {"q": "zanzibaroto"}), "zanzibarotto")
    publishing.withdraw(published.fact_check, notice="It was wrong.")
    assertNotContains(client.get("/search/", {"q": "zanzibaroto"}), "zanzibarotto")


def test_of_words_that_stand_everywhere_one_more_is_asked_for(client: Client) -> None:
    publish(10, "moon", "Is the moon round?", "Yes.")
    page: Any = client.get("/search/", {"q": "is the of"})
    assertContains(page, "These words stand in every text. Add one that says more.")
    assert [each.slug for each in page.context["results"].nearby] == ["moon"]


def test_an_empty_newsroom_can_be_searched(client: Client) -> None:
    assertContains(client.get("/search/", {"q": "moon"}), "Nothing was found for “moon”.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", ""),
        ("-moon", "Type a word that should be there."),
        ("& | !", "Type a word that should be there."),
        ("'moon:*A & !(", "Nothing was found for"),
        ("<-> moon\\", "Nothing was found for"),
        ("moon\0", "Nothing was found for"),
        ("100% _ %s", "Nothing was found for"),
    ],
)
def test_strange_words_are_answered_with_a_sentence(
    client: Client, checks: dict[str, Publication], typed: str, told: str
) -> None:
    page = client.get("/search/", {"q": typed})
    assertContains(page, told)


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "x" * 10_000},
        {"q": "moon", "page": "-1"},
        {"q": "moon", "page": "99999999"},
        {"q": "moon", "page": "²"},
        {"q": "chicago", "page": "100"},
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    client: Client, checks: dict[str, Publication], asked: dict[str, str]
) -> None:
    page: Any = client.get("/search/", asked)
    assert page.status_code == 400
    assert page.context["told"].endswith(".")


def test_pages_follow_each_other(client: Client) -> None:
    for number in range(12):
        publish(100 + number, f"moon-{number}", f"Is moon {number} round?", "Yes.")
    first, second = (client.get("/search/", {"q": "moon", "page": page}) for page in "12")
    assertContains(first, "12 fact checks were found.")
    assertContains(first, '<a rel="next" href="/search/?q=moon&amp;page=2">')
    assertContains(second, '<a rel="prev" href="/search/?q=moon">')
    assertContains(second, '<article class="card', count=2)


def test_an_answer_is_kept_from_search_engines_and_the_form_is_not(client: Client) -> None:
    noindex = '<meta name="robots" content="noindex">'
    assertContains(client.get("/search/", {"q": "moon"}), noindex)
    assertNotContains(client.get("/search/"), noindex)


def test_a_search_costs_few_queries(
    client: Client,
    checks: dict[str, Publication],
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):  # the goal
        client.get("/search/")
    with django_assert_max_num_queries(10):
        client.get("/search/", {"q": "chicago"})
    with django_assert_max_num_queries(20):
        client.get("/search/", {"q": "chigaco"})


def test_the_longest_check_has_a_vector(client: Client) -> None:
    words = [
        " ".join(f"w{number}" for number in range(9_000 * n, 9_000 * (n + 1))) for n in range(5)
    ]
    findings = [
        {"key": key(300 + n), "heading": "It is long", "text": f"{text} [1][2][3]."}
        for n, text in enumerate(words)
    ]
    part = make_document()["citations"]
    part[0]["quotations"] = []
    publish(9, "long", "Is it long?", "Yes.", findings=findings, citations=part)
    assert found(client, "w77") == ["long"]


def test_pages_made_before_there_was_a_search_are_found_when_they_are_made_again(
    client: Client, checks: dict[str, Publication]
) -> None:
    Publication.objects.update(search=None, search_front=None, text="")
    assert found(client, "cow") == []
    publishing.remake_page(Publication.objects.get(slug="fire"))
    assert found(client, "cow") == ["fire"]
