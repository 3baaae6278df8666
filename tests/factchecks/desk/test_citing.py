"""The search of all sources from within a text."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sources.models import Publisher, Source
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SEARCH = reverse("admin:factchecks_factcheck_sources")


def found(client: Client, q: str) -> list[str]:
    answer: Any = client.get(SEARCH, {"q": q})
    return [source["title"] for source in answer.json()["sources"]]


def test_each_word_is_looked_for_in_title_address_and_publisher(chief: Client) -> None:
    archive = Publisher.objects.create(name="The Archive", domain="archive.example")
    Source.objects.create(url="https://archive.example/1", title="A letter", publisher=archive)
    Source.objects.create(url="https://archive.example/2", title="A map", publisher=archive)
    Source.objects.create(url="https://other.example/letter", title="")
    assert found(chief, "LETTER archive") == ["A letter"]
    assert found(chief, "letter") == ["https://other.example/letter", "A letter"]
    assert found(chief, "100% no_such") == []


def test_an_answer_has_ten_sources_at_most(chief: Client, django_assert_num_queries: Any) -> None:
    for number in range(12):
        Source.objects.create(url=f"https://a.example/{number}", title="Same")
    with django_assert_num_queries(3):
        assert len(found(chief, "")) == 10


@pytest.mark.parametrize("q", ["\0", "x" * 5_000, "%", "'\"\\"])
def test_bad_input_finds_nothing_or_something_but_never_fails(chief: Client, q: str) -> None:
    assert chief.get(SEARCH, {"q": q}).status_code == 200


def test_only_who_may_change_checks_searches(client: Client) -> None:
    assert client.get(SEARCH).status_code == 302
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    assert client.get(SEARCH).status_code == 403
