"""The desk's pages of a source tell which checks cite it, and what of it no longer stands."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from sources import quoting, relying
from sources.models import Source
from tests.factories import edit, key, make_check, make_published, make_superuser, make_user
from tests.sources.copies import make_body, make_copy, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser("chief"))
    return client


def pages(source: Source) -> list[str]:
    names = ("copies", "change")
    return [reverse(f"admin:sources_source_{name}", args=[source.pk]) for name in names]


def test_working_copies_and_public_checks_are_listed_with_their_numbers(chief: Client) -> None:
    publication = make_published()
    check = publication.fact_check
    edit(check, citations=[], findings=[], summary="None.")
    draft = make_check(key=key(9), slug="draft", question="A draft?")
    source = make_source(2)
    for page in pages(source):
        html = chief.get(page).content.decode()
        assert "2 checks cite it" in html
        assert reverse("admin:factchecks_factcheck_change", args=[draft.pk]) in html
        assert "as [2]" in html
        assert "not in its working copy any more" in html
        assert f'<a href="{publication.get_absolute_url()}">public, as [2]' in html
        assert f'href="/sources/{source.pk}/"' in html


def test_a_source_that_only_drafts_cite_has_no_page_for_readers(chief: Client) -> None:
    make_check()
    html = chief.get(pages(make_source())[0]).content.decode()
    assert "1 check cites it" in html
    assert "Its page for readers" not in html


def test_what_cites_a_double_cites_the_source(chief: Client) -> None:
    make_check()
    kept = Source.objects.create(url="https://kept.example/")
    Source.objects.filter(pk=make_source(1).pk).update(merged_into=kept)
    assert "1 check cites it" in chief.get(pages(kept)[0]).content.decode()


def test_at_most_twenty_are_named_and_all_are_counted(chief: Client) -> None:
    for number in range(21):
        make_check(key=key(100 + number), slug=f"check-{number}", question=f"Number {number}?")
    html = chief.get(pages(make_source())[0]).content.decode()
    assert "21 checks cite it" in html
    assert html.count("Number ") == 20
    assert "Number 0?" not in html


def test_who_may_not_see_checks_is_told_of_none(client: Client) -> None:
    make_check()
    librarian = make_user("librarian", "sources.view_source")
    assert relying.cited(make_source().pk, user=librarian) == relying.Cited()
    client.force_login(librarian)
    assert "Is the Moon round?" not in client.get(pages(make_source())[0]).content.decode()


def test_a_passage_that_no_longer_stands_leads_to_the_comparison(
    chief: Client,
) -> None:
    make_published()
    source = make_source()
    (passage,) = relying.quotations([source.pk])[source.pk].public
    copy = make_copy(source, make_body(f"Now it says: {passage} Or so."))
    quoting.verify_copy(copy, [passage])
    assert "not in the newest copy" not in chief.get(pages(source)[0]).content.decode()
    newer = make_copy(
        source, make_body("Nothing of the kind."), at=copy.taken_at.replace(year=2027)
    )
    quoting.verify_copy(newer, [passage])
    compared = reverse("admin:sources_snapshot", args=[source.pk, newer.pk])
    for page in pages(source):
        html = chief.get(page).content.decode()
        assert "not in the newest copy" in html
        assert f"{compared}?{urlencode({'quotation': quoting.digest(passage)})}#found" in html
        assert "it stood in the copy of" in html


def test_what_is_told_costs_the_same_few_queries_for_many_checks(
    chief: Client, django_assert_num_queries: Any
) -> None:
    user = make_superuser("other")
    for number in range(5):
        make_check(key=key(100 + number), slug=f"check-{number}", question=f"Number {number}?")
    with django_assert_num_queries(5):
        relying.cited(make_source().pk, user=user)
