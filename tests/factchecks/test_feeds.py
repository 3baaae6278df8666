"""Atom feeds: what is live, what was corrected, and nothing before its time."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, takedown
from factchecks.models import Correction, Publication, Rating
from factchecks.publishing import WhatChanged
from tests.factchecks import atom
from tests.factchecks.atom import entries, fetch, links, said, titles
from tests.factories import edit, key, make_check, make_published

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
FEEDS = ("/feed/", "/topics/space/feed/", "/corrections/feed/")


def make_many(count: int) -> None:
    for number in range(1, count + 1):
        make_published(key=key(1000 + number), slug=f"check-{number}", question=f"Check {number}?")


def correct(publication: Publication, text: str = "We had the radius wrong.") -> Publication:
    edit(publication.fact_check, summary="It is flattened [1].")
    told = WhatChanged(Correction.Kind.CORRECTION, text)
    return publishing.publish(publication.fact_check, editor=None, what_changed=told)


def test_an_entry_tells_the_whole_check(client: Client) -> None:
    publication = make_published()
    [entry] = entries(fetch(client))
    assert said(entry, "id") == f"urn:uuid:{publication.fact_check.key}"
    assert said(entry, "title") == "Is the Moon round?"
    assert links(entry) == {"alternate": f"{SITE}/fact-checks/is-the-moon-round/"}
    assert said(entry, "summary") == publication.excerpt
    assert entry.findtext(f"{atom.ATOM}author/{atom.ATOM}name") == "A. Writer"
    terms = [category.get("term") for category in entry.findall(f"{atom.ATOM}category")]
    assert terms == ["myths", "space"]
    assert datetime.fromisoformat(said(entry, "updated")) == publication.updated_at
    for words in ("flattened", "It bulges", "Title 3"):
        assert words in said(entry, "content")


def test_a_link_in_an_entry_leads_to_the_site_from_anywhere(client: Client) -> None:
    make_published()
    content = said(entries(fetch(client))[0], "content")
    assert f'href="{SITE}/fact-checks/is-the-moon-round/#source-1"' in content
    assert 'href="/' not in content
    assert 'href="#' not in content


def test_an_entry_is_in_the_language_of_its_check(client: Client) -> None:
    make_published(language="pt-BR")
    feed = fetch(client)
    assert feed.get(atom.LANGUAGE) == "en"
    assert entries(feed)[0].get(atom.LANGUAGE) == "pt-BR"


def test_a_feed_says_where_it_is_and_when_it_changed(client: Client) -> None:
    make_published()
    feed = fetch(client)
    assert links(feed) == {"alternate": f"{SITE}/fact-checks/", "self": f"{SITE}/feed/"}
    assert said(feed, "id") == f"{SITE}/feed/"
    assert said(feed, "updated") == said(entries(feed)[0], "updated")


@pytest.mark.parametrize("path", ["/feed/", "/corrections/feed/"])
def test_an_empty_newsroom_has_feeds(client: Client, path: str) -> None:
    feed = fetch(client, path)
    assert entries(feed) == []
    assert said(feed, "updated").startswith("1970-")


def test_what_changed_last_comes_first(client: Client) -> None:
    first = make_published()
    make_published(key=key(2), slug="other", question="Another?")
    assert titles(fetch(client)) == ["Another?", "Is the Moon round?"]
    correct(first)
    assert titles(fetch(client)) == ["Is the Moon round?", "Another?"]


def test_a_correction_moves_updated_and_is_told_in_the_same_entry(client: Client) -> None:
    before = make_published()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        after = correct(before)
        [entry] = entries(fetch(client))
    assert said(entry, "id") == f"urn:uuid:{before.fact_check.key}"
    assert datetime.fromisoformat(said(entry, "updated")) == after.updated_at
    assert datetime.fromisoformat(said(entry, "published")) == before.updated_at
    assert "We had the radius wrong." in said(entry, "content")


def test_a_retraction_is_told_first_of_all(client: Client) -> None:
    publication = make_published()
    publishing.retract(publication.fact_check, notice="It was wrong.")
    [entry] = entries(fetch(client))
    assert said(entry, "title") == "Retracted: Is the Moon round?"
    content = said(entry, "content")
    assert content.index("We retracted") < content.index("It was wrong.") < content.index("bulges")


def test_a_retracted_check_is_told_without_its_rating(client: Client) -> None:
    Rating.objects.create(name="Quite so")
    claim = {
        "text": "It is.",
        "claimant": "C.",
        "claimed_on": "2026-01-01",
        "appearance": "https://claims.example/1",
    }
    rated = make_published(claim=claim, rating={"name": "Quite so", "description": ""})
    assert "Quite so" in said(entries(fetch(client))[0], "content")
    publishing.retract(rated.fact_check, notice="It was wrong.")
    assert "Rating:" not in said(entries(fetch(client))[0], "content")


@pytest.mark.parametrize("path", ["/feed/", "/topics/space/feed/"])
def test_a_scheduled_check_appears_when_its_time_comes(client: Client, path: str) -> None:
    make_published(key=key(2), slug="other", question="Another?")
    begins = timezone.now() + timedelta(hours=1)
    publishing.publish(make_check(), editor=None, at=begins)
    before = client.get(path)
    assert b"Moon round" not in before.content
    with time_machine.travel(begins + timedelta(seconds=1)):
        after = client.get(path, headers={"if-none-match": before["ETag"]})
    assert b"Moon round" in after.content


def test_a_scheduled_correction_is_not_told_before(client: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="It is flattened [1].")
    begins = timezone.now() + timedelta(hours=1)
    told = WhatChanged(Correction.Kind.CORRECTION, "leaked")
    publishing.publish(check, editor=None, at=begins, what_changed=told)
    assert b"leaked" not in b"".join(client.get(path).content for path in FEEDS)
    with time_machine.travel(begins + timedelta(seconds=1)):
        assert [b"leaked" in client.get(path).content for path in FEEDS] == [True, True, True]


def test_a_withdrawn_check_leaves_the_feed_and_who_asks_again_is_told(client: Client) -> None:
    make_published(key=key(2), slug="other", question="Another?")
    check = make_published().fact_check
    before = client.get("/feed/")
    publishing.withdraw(check, notice="It was wrong.")
    after = client.get("/feed/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert b"Moon round" not in after.content


def test_words_that_are_taken_down_are_in_no_feed(client: Client) -> None:
    corrected = correct(make_published())
    publishing.withdraw(corrected.fact_check, notice="It was wrong.")
    takedown.take_down(corrected.fact_check, notice="A court asked.", editor=None)
    feed = fetch(client, "/corrections/feed/")
    assert titles(feed) == ["Correction: a fact check whose words were taken down"]
    assert b"Moon" not in client.get("/corrections/feed/").content


def test_a_correction_has_an_entry_of_its_own_that_leads_to_what_changed(client: Client) -> None:
    corrected = correct(make_published())
    feed = fetch(client, "/corrections/feed/")
    [entry] = entries(feed)
    assert said(entry, "title") == "Correction: Is the Moon round?"
    assert said(entry, "content") == "<p>We had the radius wrong.</p>"
    assert links(entry)["alternate"] == f"{SITE}/fact-checks/is-the-moon-round/history/"
    assert uuid.UUID(said(entry, "id")).version == 5
    assert said(entry, "id") != f"urn:uuid:{corrected.fact_check.key}"
    assert said(feed, "title") == "Factually: corrections"


def test_a_small_fix_moves_updated_and_is_no_correction(client: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="It is flattened [1].")
    after = publishing.publish(check, editor=None)
    [entry] = entries(fetch(client))
    assert datetime.fromisoformat(said(entry, "updated")) == after.updated_at
    assert entries(fetch(client, "/corrections/feed/")) == []


def test_a_topic_has_a_feed_of_its_own(client: Client) -> None:
    make_published()
    make_published(key=key(2), slug="other", question="Another?", tags=["cooking"])
    feed = fetch(client, "/topics/cooking/feed/")
    assert said(feed, "title") == "Factually: fact checks about cooking"
    assert titles(feed) == ["Another?"]
    assert client.get("/topics/nothing/feed/").status_code == 404


def test_fifty_entries_are_a_page_and_the_rest_are_linked(client: Client) -> None:
    make_many(51)
    first, second = fetch(client), fetch(client, "/feed/?page=2")
    assert len(entries(first)) == 50
    assert titles(second) == ["Check 1?"]
    assert links(first)["next"] == f"{SITE}/feed/?page=2"
    assert links(second)["previous"] == links(second)["first"] == f"{SITE}/feed/"
    assert links(second)["self"] == f"{SITE}/feed/?page=2"
    assert "next" not in links(second)


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "", "²", "1e3", "99999999999", "%00"])
def test_a_page_that_is_none_is_not_found(client: Client, page: str) -> None:
    make_published()
    assert client.get(f"/feed/?page={page}").status_code == 404


@pytest.mark.parametrize("path", FEEDS)
def test_who_has_a_feed_already_is_told_so_by_one_or_two_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    correct(make_published())
    before = client.get(path)
    assert set(before["Cache-Control"].split(", ")) == {"public", "max-age=60"}
    assert "Cookie" not in before.get("Vary", "")
    with django_assert_max_num_queries(2):
        again = client.get(path, headers={"if-none-match": before["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_needs_few_queries_however_many_entries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    make_many(3)
    for publication in Publication.objects.all():
        correct(publication)
    with django_assert_max_num_queries(4):
        assert len(entries(fetch(client, path))) == 3


@pytest.mark.parametrize(
    "question",
    [
        "Is ]]> the end of <![CDATA[?",
        "Is <script>alert(1)</script> & 'this' harmless?",
        "Is \u202eback to front\u202c?",
        "Is \ufffe\uffff a letter?",
        "هل القمر مستدير؟",
        "🌕?",
    ],
)
def test_a_hostile_question_breaks_no_feed(client: Client, question: str) -> None:
    correct(make_published(question=question))
    shown = question.replace("\ufffe", "").replace("\uffff", "")
    assert titles(fetch(client)) == [shown]
    assert titles(fetch(client, "/corrections/feed/")) == [f"Correction: {shown}"]


def test_pages_name_their_feed(client: Client) -> None:
    make_published()
    for page, feed in (
        ("/", "/feed/"),
        ("/topics/space/", "/topics/space/feed/"),
        ("/corrections/", "/corrections/feed/"),
    ):
        named = f'<link rel="alternate" type="application/atom+xml" href="{feed}"'
        assert named in client.get(page).content.decode()
