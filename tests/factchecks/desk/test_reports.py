"""The desk's report on evidence: what was found and not cited, and who leans on one publisher."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from factchecks import leaning, publishing, tasks
from factchecks.models import FactCheck, Leaning
from sources.models import Publisher, Source
from tests.factories import edit, key, make_check, make_document, make_source_part, make_user

pytestmark = pytest.mark.django_db
ALL = ("factchecks.view_factcheck", "sources.view_source", "sources.view_publisher")


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_user("editor", *ALL))
    return client


def learn() -> None:
    tasks.learn_leanings(0)


def report(desk: Client, **asked: str) -> Any:
    answer = desk.get(reverse("admin:factchecks_factcheck_evidence_report"), asked)
    assert answer.status_code == 200
    return answer


def listed(desk: Client, **asked: str) -> list[Any]:
    rows: list[Any] = report(desk, **asked).context["page"].object_list
    return rows


def citing(*domains: str) -> list[Any]:
    """Citations of a source of each of these publishers."""
    first = make_document()["citations"][0]
    return [
        {
            **first,
            "key": key(400 + number),
            "number": number,
            "quotations": [],
            "source": make_source_part(
                url=f"https://{domain}/{number}", publisher={"name": domain, "domain": domain}
            ),
        }
        for number, domain in enumerate(domains, 1)
    ]


def make_citing(text: str, *domains: str, **changes: Any) -> FactCheck:
    findings = [{"key": key(31), "heading": "It is so", "text": text}]
    return make_check(summary="So.", findings=findings, citations=citing(*domains), **changes)


def test_sources_that_no_text_cites_are_listed_with_their_check(desk: Client) -> None:
    check = make_citing("See [1] and `[2]`.", "a.example", "b.example", "c.example")
    make_check(key=key(2), slug="all-cited")
    learn()
    [row] = listed(desk)
    assert (row.fact_check, row.found) == (check, 3)
    assert [citation.number for citation in row.sources] == [2, 3]
    page = report(desk).content.decode()
    assert "2 of 3" in page
    assert reverse("admin:factchecks_factcheck_change", args=[check.pk]) in page


def test_a_source_that_any_text_cites_is_not_cited_nowhere(desk: Client) -> None:
    make_citing("See [1].", "a.example", "b.example")
    make_citing("See [1].", "b.example", key=key(2), slug="other")
    alone = Source.objects.create(url="https://alone.example/", title="Alone")
    double = Source.objects.create(url="https://double.example/", merged_into=alone)
    Source.objects.filter(url="https://b.example/1").update(merged_into=None)
    learn()
    rows = {row.url: row.checks for row in listed(desk, list="sources")}
    assert rows == {"https://alone.example/": 0, "https://b.example/2": 1}
    assert double.url not in report(desk, list="sources").content.decode()


def test_what_was_not_looked_through_yet_is_accused_of_nothing(desk: Client) -> None:
    make_citing("See [1].", "a.example", "b.example")
    assert listed(desk) == listed(desk, list="sources") == []
    assert b"taken into account within a minute" in report(desk).content
    learn()
    assert len(listed(desk)) == 1
    assert b"taken into account within a minute" not in report(desk).content


@pytest.mark.parametrize(
    ("domains", "told"),
    [
        (("a.example",), "the only one"),
        (("a.example", "a.example"), "all 2"),
        (("a.example", "a.example", "a.example", "b.example"), "3 of 4"),
        (("a.example", "a.example", "b.example"), None),
        (("a.example", "b.example"), None),
    ],
)
def test_more_than_two_thirds_of_one_publisher_is_leaning_on_it(
    desk: Client, domains: tuple[str, ...], told: str | None
) -> None:
    make_citing("".join(f"[{number}]" for number in range(1, len(domains) + 1)), *domains)
    learn()
    rows = listed(desk, list="one-sided")
    assert [row.publisher.domain for row in rows] == (["a.example"] if told else [])
    if told:
        assert told in report(desk, list="one-sided").content.decode()


def test_sources_that_are_found_only_do_not_make_a_check_balanced(desk: Client) -> None:
    make_citing("[1][2]", "a.example", "a.example", "b.example", "c.example")
    learn()
    [row] = listed(desk, list="one-sided")
    assert (row.of_publisher, row.cited) == (2, 2)


def test_the_report_is_of_all_checks_or_of_those_that_are_public(desk: Client) -> None:
    make_citing("[1]", "a.example", "a.example")
    public = make_citing("[1]", "b.example", "b.example", key=key(2), slug="public")
    FactCheck.objects.update(one_publisher_reason="It is a register.")
    edit(public, one_publisher_reason="It is the register.")
    publishing.publish(public, editor=None)
    learn()
    for name in ("uncited", "one-sided"):
        assert len(listed(desk, list=name)) == 2
        assert [row.fact_check for row in listed(desk, list=name, of="public")] == [public]
    assert [row.url for row in listed(desk, list="sources", of="public")] == ["https://b.example/2"]


def test_a_save_is_taken_into_account_and_each_only_once(desk: Client) -> None:
    check = make_citing("[1]", "a.example", "b.example")
    learn()
    assert leaning.learn_new() == 0
    edit(check, summary="See [2].")
    learn()
    assert listed(desk) == []
    assert Leaning.objects.get().uncited == []


def test_a_source_that_gets_another_publisher_is_seen_in_the_night(desk: Client) -> None:
    make_citing("[1][2]", "a.example", "b.example")
    learn()
    Source.objects.update(publisher=Publisher.objects.get(domain="a.example"))
    tasks.learn_leanings_again(0)
    assert len(listed(desk, list="one-sided")) == 1


def test_a_placeholder_is_named_as_one(desk: Client) -> None:
    citations = citing("a.example", "b.example")
    citations[1]["source"] = None
    findings = [{"key": key(31), "heading": "It is so", "text": "[1]"}]
    make_check(summary="So.", findings=findings, citations=citations)
    learn()
    assert b"[2] no source yet" in report(desk).content


@pytest.mark.parametrize("name", ["uncited", "sources", "one-sided", "nonsense"])
def test_each_list_needs_few_queries_and_comes_in_pages(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    for number in range(60):
        changes = {"key": key(1000 + number), "slug": f"check-{number}"}
        make_citing("[1][2]", "a.example", "a.example", "b.example", **changes)
        Source.objects.create(url=f"https://alone.example/{number}")
    learn()
    with django_assert_max_num_queries(11):
        page = report(desk, list=name, page="2")
    assert page.context["page"].number == 2
    assert len(page.context["page"].object_list) == (11 if name == "sources" else 10)
    assert report(desk, list=name, page="x", of="public").status_code == 200


def test_who_may_not_see_checks_sees_no_report(client: Client) -> None:
    address = reverse("admin:factchecks_factcheck_evidence_report")
    assert client.get(address).status_code == 302
    client.force_login(make_user("books", "sources.view_source"))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code in {403, 405}


def test_who_may_not_see_sources_gets_no_links_to_them(client: Client) -> None:
    client.force_login(make_user("writer", "factchecks.view_factcheck"))
    make_citing("[1]", "a.example", "b.example")
    learn()
    page = report(client).content
    assert b"Title 1" in page
    assert b"/admin/sources/" not in page


def test_the_list_of_checks_leads_to_the_report(desk: Client) -> None:
    page = desk.get(reverse("admin:factchecks_factcheck_changelist")).content.decode()
    assert reverse("admin:factchecks_factcheck_evidence_report") in page
