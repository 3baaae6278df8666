"""What a page says to machines: schema.org, as one block of JSON-LD."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, structured
from factchecks.models import Correction, FactCheck, Person, Publication, Rating
from sources.models import Source
from tests.factories import NOON, edit, key, make_document, make_published, make_source_part

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
SITE = "http://testserver"
CLAIM = {
    "text": "The Moon is a *ball*.",
    "claimant": "A. Claimant",
    "claimed_on": "2026-01-01",
    "appearance": "https://claims.example/1",
}
RATING = {"name": "False", "description": "It is not so."}


def make_rated(**changes: Any) -> Publication:
    Rating.objects.get_or_create(name="False", description="It is not so.")
    Rating.objects.get_or_create(name="True")
    return make_published(**{"claim": CLAIM, "rating": RATING, **changes})


def graph(client: Client, path: str = MOON) -> dict[str, Any]:
    """The page's objects by their type; there is one block of data."""
    page = client.get(path).content.decode()
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(block)
    assert data["@context"] == "https://schema.org"
    kinds = [node["@type"] for node in data["@graph"]]
    assert len(kinds) == len(set(kinds))
    return {node["@type"]: node for node in data["@graph"]}


def correct(fact_check: FactCheck, kind: str, text: str) -> Publication:
    word = publishing.WhatChanged(Correction.Kind(kind), text)
    return publishing.publish(fact_check, editor=None, what_changed=word)


def test_every_check_is_a_news_article_with_its_authors_days_and_language(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        make_published(language="pt-BR")
        article = graph(client)["NewsArticle"]
    assert article["headline"] == "Is the Moon round?"
    assert article["url"] == SITE + MOON
    assert article["author"] == [{"@type": "Person", "name": "A. Writer"}]
    assert article["datePublished"] == article["dateModified"] == "2026-03-02T12:00:00Z"
    assert article["inLanguage"] == "pt-BR"
    assert article["keywords"] == ["myths", "space"]
    assert "correction" not in article
    assert "creativeWorkStatus" not in article


def test_the_picture_for_social_media_is_the_articles_picture(client: Client) -> None:
    published = make_published()
    published.card = f"{published.pk}-{'0' * 12}-{'1' * 64}.png"
    published.save()
    assert graph(client)["NewsArticle"]["image"] == f"{SITE}/cards/{published.card}"


def test_each_source_that_a_text_cites_is_a_citation_and_one_found_only_is_none(
    client: Client,
) -> None:
    make_published(findings=[{"key": key(31), "heading": "It is measured", "text": "By laser [2]"}])
    [first, second] = graph(client)["NewsArticle"]["citation"]
    assert first == {
        "@type": "WebPage",
        "url": "https://source1.example/page",
        "name": "Title 1",
        "publisher": {"@type": "Organization", "name": "Publisher 1"},
        "datePublished": "2020-01-02",
    }
    assert second["name"] == "Title 2"


def test_the_backstory_tells_the_searches_and_where_they_end(client: Client) -> None:
    make_published(limitations="Nobody measured the *far side* alone.")
    assert graph(client)["NewsArticle"]["backstory"] == (
        "Searched for: “moon shape”, “moon radius”. Found 3 sources. "
        "What we could not establish: Nobody measured the far side alone."
    )


def test_an_author_among_our_people_has_an_address_there(client: Client) -> None:
    make_published()
    people = Person.objects.filter(name="A. Writer")
    people.update(is_listed=True)
    publishing.remake_page(Publication.objects.get())
    [author] = graph(client)["NewsArticle"]["author"]
    assert author["url"] == f"{SITE}/people/#{people.get().key}"


def test_the_page_tells_who_reviewed_the_article_and_when(client: Client) -> None:
    make_published()
    page = graph(client)["WebPage"]
    assert page["reviewedBy"] == {"@type": "Person", "name": "B. Editor"}
    assert page["lastReviewed"] == "2026-03-01"
    assert page["mainEntity"] == {"@id": f"{SITE}{MOON}#article"}


def test_the_way_from_home_to_the_check_is_told(client: Client) -> None:
    make_published()
    steps = graph(client)["BreadcrumbList"]["itemListElement"]
    assert [step["item"] for step in steps] == [f"{SITE}/", f"{SITE}/fact-checks/", SITE + MOON]
    assert [step["position"] for step in steps] == [1, 2, 3]


def test_the_publisher_names_its_policies_and_each_has_a_page(client: Client) -> None:
    make_published()
    newsroom = graph(client)["NewsMediaOrganization"]
    for name in structured.POLICIES:
        assert client.get(newsroom[name].removeprefix(SITE)).status_code == 200
    assert newsroom["correctionsPolicy"] == f"{SITE}/corrections-policy/"
    assert "unnamedSourcesPolicy" not in newsroom


def test_a_rated_claim_is_one_claim_review_in_the_newsrooms_own_words(client: Client) -> None:
    make_rated()
    review = graph(client)["ClaimReview"]
    assert review["claimReviewed"] == "The Moon is a ball."
    assert review["url"] == SITE + MOON
    assert review["author"]["name"] == "Factually"
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "False",
        "ratingExplanation": "It is not so.",
    }
    assert review["itemReviewed"] == {
        "@type": "Claim",
        "author": {"@type": "Person", "name": "A. Claimant"},
        "datePublished": "2026-01-01",
        "appearance": {"@type": "CreativeWork", "url": "https://claims.example/1"},
    }


@pytest.mark.parametrize(
    "changes", [{}, {"claim": CLAIM}, {"claim": {**CLAIM, "claimant": ""}}], ids=str
)
def test_without_a_rating_of_somebodys_claim_there_is_no_claim_review(
    client: Client, changes: dict[str, Any]
) -> None:
    make_published(**changes)
    assert "ClaimReview" not in graph(client)


def test_a_rating_without_its_claim_is_never_a_claim_review() -> None:
    for claim in (None, {**CLAIM, "text": ""}, {**CLAIM, "claimant": ""}):
        document = make_document(claim=claim, rating=RATING)
        assert structured.frozen(document)["claim_review"] is None


def test_a_retracted_check_says_so_and_has_no_claim_review(client: Client) -> None:
    published = make_rated()
    publishing.retract(published.fact_check, notice="We misread a table.")
    data = graph(client)
    assert "ClaimReview" not in data
    assert data["NewsArticle"]["creativeWorkStatus"] == "Retracted"
    assert data["NewsArticle"]["correction"][0]["name"] == "Retraction"


def test_corrections_are_told_newest_first_with_their_kinds_and_moments(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        fact_check = make_rated().fact_check
        clock.shift(timedelta(days=1))
        edit(fact_check, rating={"name": "True", "description": ""})
        correct(fact_check, "correction", "It is round enough.")
        clock.shift(timedelta(days=1))
        edit(fact_check, summary="It is round [1].")
        correct(fact_check, "clarification", "Said more clearly.")
        clock.shift(timedelta(minutes=1))
        article = graph(client)["NewsArticle"]
    assert [(each["name"], each["text"]) for each in article["correction"]] == [
        ("Clarification", "Said more clearly."),
        ("Correction", "It is round enough."),
    ]
    assert article["correction"][1]["datePublished"] == "2026-03-03T12:00:00Z"
    assert article["dateModified"] == "2026-03-04T12:00:00Z"
    assert article["datePublished"] == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(("day", "expires"), [("2027-03-01", None), ("2027-03-02", "2027-03-01")])
def test_past_its_review_date_a_check_may_be_outdated(
    client: Client, day: str, expires: str | None
) -> None:
    make_published(review_on="2027-03-01")
    with time_machine.travel(f"{day}T12:00:00Z"):
        article = graph(client)["NewsArticle"]
    assert article.get("expires") == expires
    assert ("outdated" in article.get("creativeWorkStatus", "")) == bool(expires)


@pytest.mark.parametrize("path", ["/fact-checks/", f"{MOON}history/1/", "/topics/space/"])
def test_a_claim_review_stands_on_the_checks_own_page_alone(client: Client, path: str) -> None:
    make_rated()
    assert b"ClaimReview" not in client.get(path).content


EVIL = '</script><script>alert(1)</script><!--& "q" \\ \u202eשלום 🌙'


def test_what_people_write_never_ends_the_block_and_is_read_as_they_wrote_it(
    client: Client,
) -> None:
    document: Any = make_document(
        question=EVIL, tags=[EVIL], authors=[{"key": key(11), "name": EVIL}]
    )
    document["citations"][0]["source"] = make_source_part(1, title=EVIL)
    make_published(**document)
    page = client.get(MOON).content.decode()
    assert "<script>alert" not in page
    article = graph(client)["NewsArticle"]
    assert [article["headline"], article["keywords"][0], article["author"][0]["name"]] == [EVIL] * 3
    assert article["citation"][0]["name"] == EVIL


def test_the_block_has_no_character_of_markup_and_loses_none() -> None:
    data = {"text": "</script> & <!-- \u2028\u2029 'it\"s'"}
    text = structured.script(data)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == data


def test_an_address_with_a_space_or_a_quotation_mark_is_still_an_address() -> None:
    document: Any = make_document()
    document["citations"][0]["source"]["url"] = 'https://source1.example/a"b|c?q=1%20&ü=2'
    [first, *_rest] = structured.frozen(document)["article"]["citation"]
    assert first["url"] == "https://source1.example/a%22b%7Cc?q=1%20&%C3%BC=2"


def test_a_page_from_before_this_was_kept_has_no_data_until_it_is_made_again(
    client: Client,
) -> None:
    published = make_published()
    del published.html["structured"]
    published.save()
    assert b"ld+json" not in client.get(MOON).content
    publishing.remake_page(published)
    assert "NewsArticle" in graph(client)


def test_the_data_cost_the_page_no_query(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fact_check = make_rated().fact_check
    edit(fact_check, summary="It is round [1].")
    correct(fact_check, "update", "A new figure.")
    with django_assert_max_num_queries(5):
        assert "correction" in graph(client)["NewsArticle"]


def test_home_tells_the_site_how_to_search_it_and_who_publishes_it(client: Client) -> None:
    data = graph(client, "/")
    target = data["WebSite"]["potentialAction"]["target"]
    assert target["urlTemplate"] == f"{SITE}/search/?q={{search_term_string}}"
    assert data["WebSite"]["publisher"]["@id"] == data["NewsMediaOrganization"]["@id"]


def test_a_source_that_an_archive_keeps_says_where(client: Client) -> None:
    archived = "https://archive.example/a b"
    Source.objects.create(url="https://source1.example/page", archived_url=archived)
    make_published()
    first, second, _third = graph(client)["NewsArticle"]["citation"]
    assert first["archivedAt"] == "https://archive.example/a%20b"
    assert "archivedAt" not in second
