"""The public record of all corrections."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from factchecks.models import Correction
from factchecks.publishing import WhatChanged
from tests.factories import edit, key, make_published

pytestmark = pytest.mark.django_db


def make_corrected(number: int, kind: str, text: str, **publish: Any) -> None:
    """A check whose second version has a public word."""
    check = make_published(
        key=key(900 + number), slug=f"check-{number}", question=f"Check {number}?"
    ).fact_check
    edit(check, summary="Otherwise [1].")
    publishing.publish(
        check, editor=None, what_changed=WhatChanged(Correction.Kind(kind), text), **publish
    )


@pytest.fixture
def four_kinds() -> None:
    make_corrected(1, "correction", "A wrong year.")
    make_corrected(2, "clarification", "Which Moon is meant.")
    make_corrected(3, "update", "A new measurement, 100% sure.")
    make_corrected(4, "retraction", "The letter was forged.")


def told(client: Client, **query: str) -> list[str]:
    page = client.get("/corrections/", query)
    assert page.status_code == 200
    return [correction.kind for correction in page.context["page"]]


@pytest.mark.usefixtures("four_kinds")
def test_all_kinds_are_told_newest_first_with_their_checks(client: Client) -> None:
    assert told(client) == ["retraction", "update", "clarification", "correction"]
    page = client.get("/corrections/").content.decode()
    assert "The letter was forged." in page
    assert 'href="/fact-checks/check-4/"' in page
    assert 'href="/fact-checks/check-4/history/"' in page


@pytest.mark.usefixtures("four_kinds")
def test_each_kind_can_be_read_alone(client: Client) -> None:
    assert told(client, kind="update") == ["update"]
    assert told(client, kind="no-kind") == told(client)


@pytest.mark.usefixtures("four_kinds")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("wrong year", ["correction"]),
        ("YEAR wrong", ["correction"]),
        ("check 2", ["clarification"]),
        ("100%", ["update"]),
        ("forged year", []),
        ("  ", ["retraction", "update", "clarification", "correction"]),
    ],
)
def test_a_correction_is_found_by_words_of_its_text_or_question(
    client: Client, words: str, found: list[str]
) -> None:
    assert told(client, q=words) == found


@pytest.mark.usefixtures("four_kinds")
@pytest.mark.parametrize(
    "words",
    [
        "\x00",
        "%",
        "_",
        "\\",
        "'\"); --",
        "\ud800",
        "a " * 5000,
        "<script>alert(1)</script>",
        "٣ 月",
    ],
)
def test_no_search_breaks_the_page(client: Client, words: str) -> None:
    page = client.get("/corrections/", {"q": words.encode("utf-8", "surrogatepass")})
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert len(page.context["words"]) <= 200


@pytest.mark.parametrize("number", ["0", "2", "x", "-1", "99999999999999999999"])
def test_a_page_of_corrections_that_is_none_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/corrections/?page={number}").status_code == 404


def test_a_newsroom_without_corrections_says_so(client: Client) -> None:
    assert b"has been corrected yet" in client.get("/corrections/").content


def test_a_correction_that_begins_later_is_told_then(client: Client) -> None:
    begins = timezone.now() + timedelta(hours=1)
    make_corrected(1, "update", "Not yet public.", at=begins)
    assert told(client) == []
    with time_machine.travel(begins + timedelta(seconds=1)):
        assert told(client) == ["update"]


def test_corrections_of_versions_that_were_replaced_or_withdrawn_stay(client: Client) -> None:
    make_corrected(1, "correction", "A wrong year.")
    check = Correction.objects.get().publication.fact_check
    edit(check, summary="Once more [1].")
    publishing.publish(check, editor=None)
    publishing.withdraw(check, notice="All of it was wrong.")
    assert told(client) == ["correction"]


def test_many_corrections_have_pages_that_keep_the_search_and_need_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 22):
        make_corrected(number, "update", f"News & numbers {number}.")
    with django_assert_max_num_queries(4):
        page = client.get("/corrections/", {"q": "news &", "kind": "update"})
    assert 'href="?q=news+%26&amp;kind=update&amp;page=2"' in page.content.decode()
    assert told(client, q="news &", kind="update", page="2") == ["update"]


@pytest.mark.parametrize("path", ["/", "/fact-checks/", "/support/", "/nothing/"])
def test_every_page_leads_to_the_corrections(client: Client, path: str) -> None:
    assert b'href="/corrections/"' in client.get(path).content
