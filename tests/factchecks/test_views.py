"""The public pages: only what was published, at addresses that stay."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from sources.models import Source
from tests.factories import edit, key, make_check, make_document, make_published, make_source_part

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"


def make_many(count: int) -> None:
    for number in range(1, count + 1):
        make_published(key=key(1000 + number), slug=f"check-{number}", question=f"Check {number}?")


def make_long_document(**changes: Any) -> Any:
    """Forty findings and sixty sources."""
    document: Any = make_document(**changes)
    document["citations"] = [
        {
            "key": key(500 + number),
            "number": number,
            "accessed_on": "2026-02-28",
            "source": make_source_part(number),
            "quotations": [],
        }
        for number in range(1, 61)
    ]
    document["findings"] = [
        {"key": key(700 + number), "heading": f"Finding {number}", "text": f"So [{number}]."}
        for number in range(1, 41)
    ]
    return document


def test_a_published_check_is_read_as_html(client: Client) -> None:
    make_published()
    page = client.get(MOON)
    assert page.status_code == 200
    assert b'<h1 class="header-question">' in page.content
    assert b'<section class="finding" id="finding-2"' in page.content
    assert b'<li class="source" id="source-3"' in page.content


def test_a_check_page_needs_at_most_four_queries_however_long_the_check(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_published(**make_long_document())
    with django_assert_max_num_queries(4):
        page = client.get(MOON)
    assert b'id="source-60"' in page.content


@pytest.mark.parametrize(("zone", "is_old"), [("Asia/Tokyo", True), ("America/New_York", False)])
def test_a_check_past_its_review_says_so_by_the_newsrooms_day(
    client: Client, settings: Any, zone: str, is_old: bool
) -> None:
    settings.TIME_ZONE = zone
    make_published(review_on="2027-03-01")
    source = f"/sources/{Source.objects.earliest('pk').pk}/"
    with time_machine.travel("2027-03-01T20:00Z", tick=False):  # in Tokyo it is the second of March
        for path in (
            MOON,
            "/",
            "/fact-checks/",
            "/topics/space/",
            "/search/?q=moon",
            "/publishers/source1.example/",
            source,
        ):
            assert (b"This may be outdated" in client.get(path).content) == is_old


def test_a_retracted_check_is_not_called_outdated_as_well(client: Client) -> None:
    publishing.retract(make_published().fact_check, notice="The source was forged.")
    with time_machine.travel("2028-03-01T20:00Z"):
        for path in (MOON, "/fact-checks/", "/search/?q=moon"):
            assert b"This may be outdated" not in client.get(path).content


def test_a_check_can_be_cited_with_its_version_and_address(client: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Yes [1].")
    publishing.publish(check, editor=None)
    page = " ".join(client.get(MOON).content.decode().split())
    assert "A. Writer. “Is the Moon round?” Factually, fact check, version 2," in page
    assert f"http://testserver{MOON}" in page
    assert f'href="{MOON}history/2/"' in page


def test_a_check_has_the_direction_of_its_language(client: Client) -> None:
    make_published(language="ar")
    assert b'lang="ar" dir="rtl"' in client.get(MOON).content


def test_the_list_needs_at_most_four_queries_however_many_checks(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(25)
    with django_assert_max_num_queries(4):
        page = client.get("/fact-checks/")
    assert page.content.count(b'<article class="card"') == 20


@pytest.mark.parametrize(
    ("path", "most"), [("/", 5), ("/topics/space/", 5), ("/publishers/source1.example/", 7)]
)
def test_the_other_lists_need_few_queries_too(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, path: str, most: int
) -> None:
    make_many(5)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_the_newest_check_comes_first_and_the_rest_on_further_pages(client: Client) -> None:
    make_many(21)
    first, second = client.get("/fact-checks/"), client.get("/fact-checks/?page=2")
    assert first.context["page"][0].question == "Check 21?"
    assert [p.question for p in second.context["page"]] == ["Check 1?"]


@pytest.mark.parametrize(
    "number", ["-1", "0", "2", "99999999999", "abc", "1.5", "", "²", "1e3", "%00"]
)
def test_a_page_that_is_none_is_not_found(client: Client, number: str) -> None:
    make_published()
    assert client.get(f"/fact-checks/?page={number}").status_code == 404


def test_an_empty_newsroom_has_a_list(client: Client) -> None:
    assert client.get("/fact-checks/").status_code == 200
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/fact-checks/never-was/",
        "/topics/nothing/",
        "/sources/1/",
        "/sources/99999999999999999999999/",
        "/publishers/nobody.example/",
        "/publishers/%00/",
        "/fact-checks/%00/",
        "/topics/%F0%9F%8C%95/",
    ],
)
def test_what_is_not_there_is_a_readable_404(client: Client, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert b"<h1" in page.content


def test_a_draft_is_not_public(client: Client) -> None:
    make_check()
    assert client.get(MOON).status_code == 404
    assert b"Moon" not in client.get("/fact-checks/").content
    assert client.get("/topics/space/").status_code == 404


def test_a_scheduled_check_is_not_found_before_its_time(client: Client) -> None:
    begins = timezone.now() + timedelta(hours=1)
    publishing.publish(make_check(), editor=None, at=begins)
    paths = [MOON, "/topics/space/", "/publishers/source1.example/"]
    assert {client.get(path).status_code for path in paths} == {404}
    assert b"Moon" not in client.get("/").content + client.get("/fact-checks/").content
    with time_machine.travel(begins + timedelta(seconds=1)):
        assert {client.get(path).status_code for path in paths} == {200}


def test_a_former_address_redirects_for_ever(client: Client) -> None:
    check = make_published().fact_check
    for slug in ("moon", "the-moon"):
        edit(check, slug=slug)
        publishing.publish(check, editor=None)
    for former in ("is-the-moon-round", "moon"):
        answer = client.get(f"/fact-checks/{former}/")
        assert (answer.status_code, answer["Location"]) == (301, "/fact-checks/the-moon/")


def test_a_check_may_take_a_former_address_back(client: Client) -> None:
    check = make_published().fact_check
    edit(check, slug="the-moon")
    publishing.publish(check, editor=None)
    for path in (MOON, f"{MOON}history/", f"{MOON}history/1/"):
        # A browser that remembered these redirects would go in circles when the address is taken back.
        assert client.get(path)["Cache-Control"] == "no-cache"
    edit(check, slug="is-the-moon-round")
    publishing.publish(check, editor=None)
    assert client.get(MOON).status_code == 200
    assert client.get("/fact-checks/the-moon/")["Location"] == MOON


def test_a_new_address_is_not_public_before_its_version_is(client: Client) -> None:
    check = make_published().fact_check
    edit(check, slug="the-moon")
    publishing.publish(check, editor=None, at=timezone.now() + timedelta(hours=1))
    assert client.get("/fact-checks/the-moon/").status_code == 404
    assert client.get(MOON).status_code == 200


def test_a_withdrawn_check_tells_why_at_all_its_addresses(client: Client) -> None:
    publication = make_published()
    source_id = publication.published_citations.get(number=1).source_id
    check = publication.fact_check
    edit(check, slug="the-moon")
    publishing.publish(check, editor=None)
    publishing.withdraw(check, notice="We mixed up two moons.")
    for slug in ("is-the-moon-round", "the-moon"):
        page = client.get(f"/fact-checks/{slug}/")
        assert page.status_code == 410
        assert b"We mixed up two moons." in page.content
    assert b"the-moon" not in client.get("/fact-checks/").content
    assert client.get(f"/sources/{source_id}/").status_code == 404


def test_a_source_tells_which_checks_cite_it_and_where(client: Client) -> None:
    publication = make_published()
    source_id = publication.published_citations.get(number=2).source_id
    page = client.get(f"/sources/{source_id}/")
    [citing] = page.context["citing"]
    assert (citing["publication"], citing["number"]) == (publication, 2)
    assert citing["findings"] == [{"number": 1, "heading": "It is measured"}]
    assert b"Title 2" in page.content


def test_only_reading_is_allowed(client: Client) -> None:
    make_published()
    assert client.post(MOON).status_code == 405
