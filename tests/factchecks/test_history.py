"""What readers can know of a check's past: every version that was public, and what changed between them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from factchecks.models import Correction, FactCheck, Publication, Rating
from factchecks.publishing import WhatChanged
from tests.factories import edit, key, make_check, make_published, make_user

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
HISTORY = f"{MOON}history/"


def republish(check: FactCheck, kind: str = "", text: str = "", **changes: Any) -> Publication:
    """One more version, with a public word for it unless it is a small fix."""
    edit(check, **changes)
    what = WhatChanged(Correction.Kind(kind), text) if kind else None
    return publishing.publish(check, editor=None, what_changed=what)


def retract(check: FactCheck) -> Publication:
    what = WhatChanged(Correction.Kind.RETRACTION, "The source was forged.")
    return publishing.publish(check, editor=None, what_changed=what)


def make_versions(count: int) -> FactCheck:
    check = make_published(summary="Version 1 says [1].").fact_check
    for number in range(2, count + 1):
        republish(check, summary=f"Version {number} says [1].")
    return check


def shown(client: Client, path: str = HISTORY) -> list[int]:
    return [version.number for version in client.get(path).context["versions"]]


def body(client: Client) -> str:
    """What readers see of the check's page; its head tells machines of the corrections too."""
    return client.get(MOON).content.decode().partition("</head>")[2]


def text_of(page: Any) -> str:
    """The words of a page as a screen reader gets them."""
    return " ".join(re.sub(r"<[^>]+>", "", page.content.decode()).split())


def test_every_version_is_told_newest_first_with_the_kind_of_its_change(client: Client) -> None:
    check = make_published().fact_check
    republish(check, summary="It is flattened a little [1].")
    republish(check, "correction", "It bulges at the equator.", summary="It bulges [1].")
    page = client.get(HISTORY)
    assert [version.number for version in page.context["versions"]] == [3, 2, 1]
    kinds = re.findall(r'<p class="version-kind">(.*?)</p>', page.content.decode())
    assert kinds == ["Correction", "Small fix", "First published"]
    assert "It bulges at the equator." in text_of(page)


def test_what_changed_is_shown_word_by_word_and_named_for_those_who_cannot_see_it(
    client: Client,
) -> None:
    republish(make_published().fact_check, summary="Nearly: it is **flattened** by a lot [1].")
    page = client.get(HISTORY)
    assert b"<details>" in page.content
    assert "by a [removed: little] [added: lot] [1]." in text_of(page)
    assert page.content.count(b"<del>") == page.content.count(b"<ins>") == 1


def test_what_editors_typed_is_no_markup_in_the_history(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    republish(make_published().fact_check, "update", evil, summary=f"{evil} [1]")
    assert b"<script>alert" not in client.get(HISTORY).content


def test_a_version_that_begins_later_is_told_of_nowhere(client: Client) -> None:
    check = make_published().fact_check
    edit(check, slug="the-moon", summary="Secret until then [1].")
    later = timezone.now() + timedelta(hours=1)
    publishing.publish(check, editor=None, at=later)
    assert shown(client) == [1]
    assert "Secret" not in text_of(client.get(HISTORY))
    assert client.get("/fact-checks/the-moon/history/").status_code == 404
    assert client.get(f"{HISTORY}2/").status_code == 404


def test_a_check_that_was_never_public_has_no_history(client: Client) -> None:
    make_check()
    publishing.publish(
        make_check(key=key(2), slug="later"), editor=None, at=timezone.now() + timedelta(hours=1)
    )
    paths = [HISTORY, f"{HISTORY}1/", "/fact-checks/later/history/", "/fact-checks/x/history/1/"]
    assert {client.get(path).status_code for path in paths} == {404}


def test_former_addresses_lead_to_the_present_history(client: Client) -> None:
    republish(make_published().fact_check, slug="the-moon")
    for path in ("", "1/"):
        answer = client.get(f"{HISTORY}{path}")
        assert (answer.status_code, answer["Location"]) == (
            301,
            f"/fact-checks/the-moon/history/{path}",
        )


def test_a_withdrawn_check_keeps_its_history_under_the_notice(client: Client) -> None:
    check = make_versions(2)
    publishing.withdraw(check, notice="We mixed up two moons.")
    gone = client.get(MOON)
    assert (gone.status_code, HISTORY in gone.content.decode()) == (410, True)
    page = client.get(HISTORY)
    assert page.status_code == 200
    assert "We mixed up two moons." in text_of(page)
    assert shown(client) == [2, 1]
    old = client.get(f"{HISTORY}1/")
    assert "We mixed up two moons." in text_of(old)
    assert b'content="noindex"' in old.content


def test_a_version_published_again_after_a_withdrawal_is_no_small_fix(client: Client) -> None:
    check = make_versions(1)
    publishing.withdraw(check, notice="We must look again.")
    publishing.publish(check, editor=None)
    words = text_of(client.get(HISTORY))
    assert "Published again" in words
    assert "No word changed." in words
    assert "Small fix" not in words


def test_an_earlier_version_is_shown_whole_under_a_banner(client: Client) -> None:
    make_versions(3)
    page = client.get(f"{HISTORY}2/")
    words = text_of(page)
    assert "This is an earlier version" in words
    assert "Version 2 of 3" in words
    assert "Version 2 says" in words
    assert "Version 3 says" not in words
    assert b'<li class="source" id="source-3"' in page.content
    assert b'<link rel="canonical" href="http://testserver/fact-checks/is-the-moon-round/">' in (
        page.content
    )


def test_the_present_version_has_an_address_that_stays_with_its_words(client: Client) -> None:
    check = make_versions(1)
    assert "This is the present version" in text_of(client.get(f"{HISTORY}1/"))
    republish(check, summary="Another [1].")
    words = text_of(client.get(f"{HISTORY}1/"))
    assert "This is an earlier version" in words
    assert "Version 1 says" in words


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999999", "-1", "x", "%00"])
def test_a_version_that_never_was_is_not_found(client: Client, number: str) -> None:
    make_versions(1)
    assert client.get(f"{HISTORY}{number}/").status_code == 404


def test_an_earlier_version_tells_only_what_was_corrected_until_then(client: Client) -> None:
    check = make_published().fact_check
    republish(check, "update", "First news.", summary="One [1].")
    republish(check, "update", "Second news.", summary="Two [1].")
    words = text_of(client.get(f"{HISTORY}2/"))
    assert "First news." in words
    assert "Second news." not in words


def test_an_earlier_version_of_a_retracted_check_says_so(client: Client) -> None:
    check = make_versions(2)
    retract(check)
    assert "We retracted this fact check." in text_of(client.get(f"{HISTORY}1/"))
    assert "We retracted this fact check." in text_of(client.get(HISTORY))


def test_a_long_history_has_pages_and_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_versions(22)
    with django_assert_max_num_queries(5):
        first = client.get(HISTORY)
    assert [version.number for version in first.context["versions"]] == [*range(22, 2, -1)]
    assert "[removed: 2]" in text_of(first)  # version 3 is compared with one on the next page
    assert shown(client, f"{HISTORY}?page=2") == [2, 1]
    with django_assert_max_num_queries(5):
        client.get(f"{HISTORY}22/")


def test_the_page_leads_to_its_history(client: Client) -> None:
    make_published()
    assert f'href="{HISTORY}"' in client.get(MOON).content.decode()


def test_a_correction_is_told_near_the_end_with_the_day_of_it_on_top(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    republish(
        make_published().fact_check, "clarification", "We meant the shape.", summary="Yes [1]."
    )
    with django_assert_max_num_queries(4):
        page = body(client)
    assert page.index('class="changed"') < page.index('class="summary"')
    assert page.index('id="sources"') < page.index("We meant the shape.")


def test_a_changed_verdict_is_told_above_everything_else(client: Client) -> None:
    Rating.objects.bulk_create([Rating(name="True", position=1), Rating(name="False", position=2)])
    claim = {
        "text": "It is a ball.",
        "claimant": "A. Speaker",
        "claimed_on": None,
        "appearance": "https://speech.example/",
    }
    check = make_published(claim=claim, rating={"name": "True", "description": ""}).fact_check
    republish(check, "correction", "It is flat.", rating={"name": "False", "description": ""})
    page = body(client)
    assert page.count("It is flat.") == 1
    assert page.index("we changed our rating") < page.index("It is flat.")
    assert page.index("It is flat.") < page.index("<h1")


def test_a_retraction_stands_on_top_and_in_place_of_the_rating_in_lists(client: Client) -> None:
    retract(make_versions(1))
    page = client.get(MOON)
    assert page.status_code == 200
    assert page.content.index(b"The source was forged.") < page.content.index(b"<h1")
    assert b'<p class="card-rating">Retracted</p>' in client.get("/fact-checks/").content
    assert b"Retracted</strong>" in client.get("/publishers/source1.example/").content


def test_a_retraction_that_was_taken_back_is_no_longer_on_top(client: Client) -> None:
    check = make_versions(1)
    retract(check)
    republish(check, "correction", "The source was genuine.", summary="It stands [1].")
    page = body(client)
    assert page.index("<h1") < page.index("The source was forged.")
    assert "card-retracted" not in client.get("/fact-checks/").content.decode()


def test_the_home_page_is_led_by_no_retracted_check(client: Client) -> None:
    make_published(key=key(2), slug="older", question="Older?")
    newest = make_versions(1)
    assert client.get("/").context["latest"][0].slug == "is-the-moon-round"
    retract(newest)
    page = client.get("/")
    assert [publication.slug for publication in page.context["latest"]] == [
        "older",
        "is-the-moon-round",
    ]
    assert b"cards-front" in page.content


def test_a_home_page_of_retracted_checks_only_has_no_lead(client: Client) -> None:
    retract(make_versions(1))
    page = client.get("/")
    assert b"Retracted" in page.content
    assert b"cards-front" not in page.content


def test_readers_are_told_when_one_person_published_alone(client: Client) -> None:
    publication = make_published()
    assert "Published by one person" in text_of(client.get(MOON))
    publication.approved_by = make_user()
    publication.save()
    assert "Published by one person" not in text_of(client.get(MOON))


def test_the_reason_for_one_publisher_stands_at_the_sources(client: Client) -> None:
    make_published(one_publisher_reason="Only the *observatory* measures it.")
    page = client.get(MOON).content.decode()
    assert page.index('id="sources"') < page.index("Only the *observatory* measures it.")
