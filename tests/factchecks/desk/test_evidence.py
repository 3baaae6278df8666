"""The page of a check's evidence, and how its quotations stand in the form."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from factchecks import verifying
from factchecks.models import FactCheck
from sources.models import Source
from tests.factchecks.desk.forms import change_url
from tests.factchecks.desk.test_size import at_most, make_long_check
from tests.factories import key, make_check, make_document, make_user
from tests.sources.copies import make_copy

pytestmark = pytest.mark.django_db

ABSENT = "Cheese is made of milk by people who keep cows."


def url_of(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_evidence", args=[check.pk])


@pytest.fixture
def check() -> FactCheck:
    """Of its first source it quotes one passage right, one with differences, and one that is not there."""
    document: Any = make_document()
    texts = ["The Moon is nearly round.", "The Moon is exactly round.", ABSENT]
    document["citations"][0]["quotations"] = [
        {"key": key(61 + place), "text": text, "finding": key(31) if place else None}
        for place, text in enumerate(texts)
    ]
    document["citations"][1]["quotations"] = [{"key": key(71), "text": ABSENT, "finding": None}]
    check = make_check(**document)
    make_copy(Source.objects.get(url="https://source1.example/page"))
    verifying.verify(check)
    return check


def test_it_shows_every_source_and_how_each_quotation_stands(
    chief: Client, check: FactCheck
) -> None:
    page = chief.get(url_of(check)).text
    assert page.count("<section") == 3
    assert "verified on March 2, 2026" in page
    assert "[only in the quotation: </span>exactly" in page
    assert "[only in the source: </span>nearly" in page
    assert "not found" in page
    assert "no copy yet" in page
    assert "Nothing is quoted of it." in page


def test_a_check_without_sources_has_a_page_too(chief: Client) -> None:
    check = make_check(citations=[], findings=[], summary="")
    assert "cites no source yet" in chief.get(url_of(check)).text
    citation: Any = {**make_document()["citations"][0], "source": None, "quotations": []}
    check = make_check(key=key(2), slug="other", findings=[], summary="", citations=[citation])
    assert "No source has been given" in chief.get(url_of(check)).text


def test_it_is_for_those_who_may_see_checks(client: Client, check: FactCheck) -> None:
    assert client.get(url_of(check)).status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get(url_of(check)).status_code == 403
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    assert client.get(url_of(check)).status_code == 200


@pytest.mark.parametrize("sources", [3, 40])
def test_it_asks_the_same_whatever_the_number_of_sources(chief: Client, sources: int) -> None:
    check = make_long_check(3, sources)
    chief.get(url_of(check))
    with at_most(10):
        assert "verified on" in chief.get(url_of(check)).text


def test_the_form_says_how_each_saved_passage_stands(chief: Client, check: FactCheck) -> None:
    page = chief.get(change_url(check)).text
    assert "verified on March 2, 2026" in page
    assert "found with differences" in page
    assert ">Compare<" in page
    assert "no copy yet" in page


def test_a_passage_is_shown_as_text(chief: Client) -> None:
    document: Any = make_document()
    document["citations"][0]["quotations"][0]["text"] = "<b>bold</b>"
    check = make_check(**document)
    for url in (url_of(check), change_url(check)):
        page = chief.get(url).text
        assert "<b>bold" not in page
        assert "&lt;b&gt;bold" in page
