"""``/claimreview.json``: every standing verdict in one feed."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from factchecks.models import Rating
from tests.factories import NOON, key, make_published

pytestmark = pytest.mark.django_db

FEED = "/claimreview.json"


def make_rated(number: int, **changes: Any) -> Any:
    Rating.objects.get_or_create(name="False")
    claim = {
        "text": f"Claim {number}.",
        "claimant": "A. Claimant",
        "claimed_on": None,
        "appearance": "https://claims.example/1",
    }
    rated = {"claim": claim, "rating": {"name": "False", "description": ""}, **changes}
    with time_machine.travel(NOON + timedelta(hours=number), tick=False):
        return make_published(key=key(1000 + number), slug=f"check-{number}", **rated)


def feed(client: Client, path: str = FEED) -> Any:
    response = client.get(path)
    assert response["Content-Type"] == "application/ld+json"
    return json.loads(response.content)


def claims(data: Any) -> list[str]:
    return [element["item"]["claimReviewed"] for element in data["dataFeedElement"]]


def test_the_feed_has_each_rated_check_the_last_updated_first(client: Client) -> None:
    make_rated(1)
    make_rated(2)
    make_rated(3, claim=None, rating=None)
    data = feed(client)
    assert data["@type"] == "DataFeed"
    assert data["dateModified"] == "2026-03-02T14:00:00Z"
    assert claims(data) == ["Claim 2.", "Claim 1."]
    assert "next" not in data


def test_an_element_is_the_claim_review_of_the_checks_own_page(client: Client) -> None:
    make_rated(1)
    [element] = feed(client)["dataFeedElement"]
    page = client.get("/fact-checks/check-1/").content.decode()
    [block] = page.split('<script type="application/ld+json">')[1].split("</script>")[:1]
    [review] = [node for node in json.loads(block)["@graph"] if node["@type"] == "ClaimReview"]
    assert element["item"] == review
    assert element["dateModified"] == "2026-03-02T13:00:00Z"


def test_a_retracted_or_withdrawn_check_leaves_the_feed(client: Client) -> None:
    publishing.retract(make_rated(1).fact_check, notice="We misread a table.")
    publishing.withdraw(make_rated(2).fact_check, notice="For a while.")
    assert claims(feed(client)) == []


def test_the_feed_comes_in_pages_that_stay_where_they_are(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 5):
        make_rated(number)
    with django_assert_num_queries(1):
        first = feed(client, f"{FEED}?limit=2")
    make_rated(5)
    second = feed(client, first["next"])
    assert claims(first) + claims(second) == ["Claim 4.", "Claim 3.", "Claim 2.", "Claim 1."]
    assert "next" not in second


def test_the_pages_themselves_stay_in_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_rated(1)
    with django_assert_num_queries(1) as queries:
        feed(client)
    [query] = queries
    assert '"html",' not in query["sql"]


def test_a_check_from_before_this_was_kept_waits_until_its_page_is_made_again(
    client: Client,
) -> None:
    published = make_rated(1)
    del published.html["structured"]
    published.save()
    assert claims(feed(client)) == []
    publishing.remake_page(published)
    assert claims(feed(client)) == ["Claim 1."]
