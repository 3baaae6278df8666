"""What stands beside a check: answers to its questions, whose question it answers, related checks."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks import neighbours, publishing
from factchecks.models import Correction, Publication
from tests.factories import edit, key, make_check, make_published

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
BULGE = "/fact-checks/why-does-it-bulge/"


def make_answer(**changes: Any) -> Publication:
    """A check that answers the follow-up question of the first."""
    own = {"key": key(2), "slug": "why-does-it-bulge", "question": "Why does the Moon bulge?"}
    return make_published(**{**own, "answers": key(51), "tags": [], "follow_ups": [], **changes})


def test_a_follow_up_question_leads_to_the_check_that_answers_it(client: Client) -> None:
    make_published()
    assert BULGE not in client.get(MOON).content.decode()
    make_answer()
    assert f'<a href="{BULGE}">Why does it bulge?</a>' in client.get(MOON).content.decode()


def test_the_answering_check_says_whose_question_it_answers(client: Client) -> None:
    make_published()
    make_answer()
    page = client.get(BULGE)
    assert "Answers a question from:" in page.content.decode()
    assert [check["url"] for check in page.context["asked_in"]] == [MOON]


def test_a_question_that_only_a_draft_answers_leads_nowhere(client: Client) -> None:
    make_published()
    make_check(key=key(2), slug="why-does-it-bulge", answers=key(51))
    assert client.get(MOON).context["questions"][0]["answer"] is None


def test_a_question_that_was_taken_out_is_nobodys(client: Client) -> None:
    moon = make_published().fact_check
    make_answer()
    edit(moon, follow_ups=[{"key": key(52), "text": "Since when?"}])
    publishing.publish(moon, editor=None)
    assert client.get(BULGE).context["asked_in"] == []


def test_a_retracted_check_is_no_answer(client: Client) -> None:
    make_published()
    publishing.retract(make_answer().fact_check, notice="The source was forged.")
    assert client.get(MOON).context["questions"][0]["answer"] is None


def test_those_with_most_topics_in_common_are_related_at_most_four() -> None:
    for number in range(6):
        make_published(key=key(100 + number), slug=f"one-{number}", tags=["space"])
    make_published(key=key(200), slug="both", tags=["myths", "space"])
    make_published(key=key(300), slug="neither", tags=["food"])
    related = neighbours.of(make_published())["related"]
    assert [row["slug"] for row in related] == ["both", "one-5", "one-4", "one-3"]


def test_a_check_that_is_named_as_an_answer_is_not_named_again_as_related() -> None:
    make_answer(tags=["space"])
    beside = neighbours.of(make_published())
    assert beside["questions"][0]["answer"]["slug"] == "why-does-it-bulge"
    assert beside["related"] == []


@time_machine.travel("2027-03-02 12:00Z", tick=False)
def test_a_related_check_past_its_review_date_says_so(client: Client) -> None:
    make_published()
    make_published(key=key(2), slug="other", question="Other?", review_on="2027-03-01")
    make_published(key=key(3), slug="third", question="Third?", review_on="2027-03-02")
    said = {row["slug"]: row["may_be_outdated"] for row in client.get(MOON).context["related"]}
    assert said == {"other": True, "third": False}


def test_a_withdrawn_check_is_not_related() -> None:
    other = make_published(key=key(100), slug="other")
    publishing.withdraw(other.fact_check, notice="It was wrong.")
    assert neighbours.of(make_published())["related"] == []


def test_what_stands_beside_a_check_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_published(key=key(100), slug="related")
    make_published(key=key(3), slug="asks", follow_ups=[{"key": key(53), "text": "Round?"}])
    make_answer()
    publication = make_published(answers=key(53))
    with django_assert_num_queries(1):
        beside = neighbours.of(publication)
    assert all(beside.values())


def test_a_check_without_questions_and_topics_costs_none(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    publication = make_published(follow_ups=[], tags=[])
    with django_assert_num_queries(0):
        assert neighbours.of(publication) == {"questions": [], "asked_in": [], "related": []}


def test_a_check_page_with_everything_needs_at_most_five_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_published(key=key(100), slug="related")
    make_answer()
    moon = make_published().fact_check
    edit(moon, summary="Yes [1].", limitations="Its core.")
    changed = publishing.WhatChanged(Correction.Kind.CORRECTION, "It is rounder.")
    publishing.publish(moon, editor=None, what_changed=changed)
    with django_assert_max_num_queries(5):
        page = client.get(MOON).content.decode()
    for told in (BULGE, "Related fact checks", "It is rounder.", "What we could not establish"):
        assert told in page
