"""What the API tells: what is public, as it is public, and nothing of the desk."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, takedown
from factchecks.models import Correction, FactCheck, Note, Publication, Rating, Revision
from sources import quoting
from sources.models import Publisher, Source
from tests.factchecks.api.reading import API, MOON, ask, read, walk
from tests.factories import NOON, edit, key, make_check, make_document, make_published, make_user
from tests.sources.copies import make_copy

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
LIST = f"{API}/fact-checks/"


def make_many(count: int, **changes: Any) -> list[Publication]:
    """Published an hour apart."""
    made = []
    for number in range(1, count + 1):
        at = NOON + timedelta(hours=number)
        with time_machine.travel(at, tick=False):
            made.append(make_published(**{**each(number), **changes}))
    return made


def each(number: int) -> dict[str, Any]:
    return {"key": key(1000 + number), "slug": f"check-{number}", "question": f"Check {number}?"}


def correct(fact_check: FactCheck, kind: str = "correction", text: str = "A slip.") -> Publication:
    word = publishing.WhatChanged(Correction.Kind(kind), text)
    return publishing.publish(fact_check, editor=None, what_changed=word)


def slugs(client: Client, query: str = "") -> list[str]:
    return [item["slug"] for item in walk(client, LIST + query)]


def test_the_list_tells_what_each_check_is_and_where(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        make_published()
        [item] = read(client, LIST)["items"]
    assert item == {
        "slug": "is-the-moon-round",
        "url": f"{SITE}/fact-checks/is-the-moon-round/",
        "api_url": SITE + MOON,
        "question": "Is the Moon round?",
        "excerpt": "Nearly: it is flattened by a little.",
        "language": "en",
        "rating": None,
        "authors": ["A. Writer"],
        "topics": [{"name": "myths", "slug": "myths"}, {"name": "space", "slug": "space"}],
        "checked_on": "2026-03-01",
        "review_on": "2027-03-01",
        "may_be_outdated": False,
        "first_published_at": "2026-03-02T12:00:00Z",
        "updated_at": "2026-03-02T12:00:00Z",
        "is_retracted": False,
    }


def test_the_last_updated_check_stands_first(client: Client) -> None:
    first, *_others = make_many(3)
    with time_machine.travel(NOON + timedelta(days=1)):
        edit(first.fact_check, summary="Changed [1].")
        correct(first.fact_check)
    assert slugs(client) == ["check-1", "check-3", "check-2"]


def test_pages_miss_and_repeat_nothing_while_others_publish(client: Client) -> None:
    make_many(5)
    page = read(client, f"{LIST}?limit=2")
    make_published(**each(9))
    rest = walk(client, page["next"])
    assert [item["slug"] for item in [*page["items"], *rest]] == [
        f"check-{number}" for number in (5, 4, 3, 2, 1)
    ]


def test_checks_published_at_the_same_moment_are_each_told_once(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        for number in range(1, 6):
            make_published(**each(number))
    assert slugs(client, "?limit=2") == [f"check-{number}" for number in (5, 4, 3, 2, 1)]


def test_a_page_has_a_limit_whatever_is_asked(client: Client) -> None:
    make_many(101)
    assert len(read(client, LIST)["items"]) == 50
    assert len(read(client, f"{LIST}?limit=99999999")["items"]) == 100


def test_the_list_is_filtered_by_topic_rating_and_language(client: Client) -> None:
    Rating.objects.create(name="False")
    claim = {
        "text": "It is flat.",
        "claimant": "A. Claimant",
        "claimed_on": None,
        "appearance": "https://claims.example/1",
    }
    make_published(**each(1), tags=["myths"], language="pt-BR")
    make_published(**each(2), claim=claim, rating={"name": "False", "description": ""})
    assert slugs(client, "?topic=space") == ["check-2"]
    assert slugs(client, "?rating=False") == ["check-2"]
    assert slugs(client, "?language=pt-br") == ["check-1"]
    assert read(client, f"{LIST}?topic=space&language=pt-BR") == {"items": [], "next": None}


def test_whoever_follows_asks_for_what_was_updated_since(client: Client) -> None:
    made = make_many(3)
    since = made[1].updated_at.isoformat()
    assert slugs(client, f"?updated_since={quote(since)}") == ["check-3", "check-2"]
    assert slugs(client, f"?limit=1&updated_since={quote(since)}") == ["check-3", "check-2"]


def test_a_check_is_told_with_the_document_of_its_revision_and_its_hash(client: Client) -> None:
    make_published()
    told = read(client, MOON)
    assert told["document"] == make_document()
    spelt = json.dumps(told["document"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert told["sha256"] == hashlib.sha256(spelt.encode()).hexdigest()
    assert told["sha256"] == Revision.objects.get().sha256
    assert told["url"] == f"{SITE}/fact-checks/is-the-moon-round/"
    assert (told["version"], told["corrections"]) == (1, [])


def test_a_correction_is_told_with_the_check_and_in_the_list_of_all(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        fact_check = make_published().fact_check
        clock.shift(timedelta(days=1))
        edit(fact_check, summary="It is round [1].")
        correct(fact_check, "clarification", "Said more clearly.")
        told, [listed] = read(client, MOON), read(client, f"{API}/corrections/")["items"]
    word = {
        "kind": "clarification",
        "text": "Said more clearly.",
        "changes_verdict": False,
        "made_at": "2026-03-03T12:00:00Z",
    }
    assert told["corrections"] == [word]
    assert (told["version"], told["updated_at"]) == (2, "2026-03-03T12:00:00Z")
    assert listed == {
        **word,
        "fact_check": {
            "slug": "is-the-moon-round",
            "url": f"{SITE}/fact-checks/is-the-moon-round/",
            "api_url": SITE + MOON,
            "question": "Is the Moon round?",
        },
    }


def test_corrections_are_filtered_by_kind_and_moment_and_come_in_pages(client: Client) -> None:
    fact_check = make_published().fact_check
    began: dict[str, datetime] = {}
    for kind in ("correction", "update", "correction"):
        edit(fact_check, summary=f"Text {len(began)} after {kind} [1].")
        began[kind] = correct(fact_check, kind).updated_at
    path = f"{API}/corrections/"
    assert [item["kind"] for item in walk(client, f"{path}?limit=1")] == [
        "correction",
        "update",
        "correction",
    ]
    assert len(walk(client, f"{path}?kind=update")) == 1
    since = quote(began["correction"].isoformat())
    assert [item["kind"] for item in walk(client, f"{path}?made_since={since}")] == ["correction"]


def test_a_retracted_check_stays_and_says_so(client: Client) -> None:
    fact_check = make_published().fact_check
    publishing.retract(fact_check, notice="We misread a table.")
    told = read(client, MOON)
    assert told["is_retracted"]
    assert told["corrections"][0]["kind"] == "retraction"
    assert read(client, LIST)["items"][0]["is_retracted"]


def test_a_withdrawn_check_is_gone_with_its_notice_and_its_history_stays(client: Client) -> None:
    fact_check = make_published().fact_check
    publishing.withdraw(fact_check, notice="The archive has asked for it.")
    gone = ask(client, MOON)
    assert gone.status_code == 410
    assert gone.json()["withdrawal_notice"] == "The archive has asked for it."
    assert slugs_or_none(client) == []
    [version] = read(client, f"{MOON}versions/")["items"]
    assert version["withdrawal_notice"] == "The archive has asked for it."
    assert version["live_until"] == gone.json()["withdrawn_at"]


def slugs_or_none(client: Client) -> list[str]:
    return [item["slug"] for item in read(client, LIST)["items"]]


@pytest.mark.parametrize("rest", ["", "versions/", "versions/1/"])
def test_a_former_address_leads_to_the_present_one(client: Client, rest: str) -> None:
    fact_check = make_published().fact_check
    edit(fact_check, slug="the-moon")
    publishing.publish(fact_check, editor=None)
    moved = ask(client, MOON + rest)
    assert moved.status_code == 301
    assert moved["Location"] == f"{API}/fact-checks/the-moon/{rest}"
    assert moved["Access-Control-Allow-Origin"] == "*"


def test_every_version_is_told_newest_first_and_can_be_read_whole(client: Client) -> None:
    fact_check = make_published().fact_check
    edit(fact_check, summary="It is round [1].")
    correct(fact_check)
    second, first = walk(client, f"{MOON}versions/?limit=1")
    assert (first["number"], second["number"]) == (1, 2)
    assert first["live_until"] == second["live_from"]
    assert (first["correction"], second["correction"]["text"]) == (None, "A slip.")
    whole = read(client, first["api_url"])
    assert whole["document"]["summary"] == make_document()["summary"]
    assert (whole["version"], whole["corrections"], whole["url"]) == (1, [], first["url"])
    assert client.get(first["url"]).status_code == 200


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999999"])
def test_a_version_that_there_is_not_is_not_found(client: Client, number: str) -> None:
    make_published()
    assert ask(client, f"{MOON}versions/{number}/").status_code == 404


def test_the_words_of_a_version_that_was_taken_down_are_told_nowhere(client: Client) -> None:
    fact_check = make_published(question="Is it leaked?", summary="leaked [1]").fact_check
    edit(fact_check, question="Is the Moon round?", summary="It is round [1].")
    correct(fact_check)
    publishing.withdraw(fact_check, notice="For a while.")
    takedown.take_down(fact_check, notice="A court asked for it.", editor=None)
    gone = ask(client, f"{MOON}versions/1/")
    assert gone.status_code == 451
    assert gone.json()["takedown_notice"] == "A court asked for it."
    listed = ask(client, f"{MOON}versions/")
    assert [item["is_taken_down"] for item in listed.json()["items"]] == [True, True]
    [correction] = read(client, f"{API}/corrections/")["items"]
    assert correction["fact_check"]["question"] is None
    assert b"leaked" not in gone.content + listed.content


def test_what_is_scheduled_is_told_of_nowhere(client: Client) -> None:
    fact_check = make_published().fact_check
    edit(fact_check, summary="Soon [1].")
    at = timezone.now() + timedelta(days=1)
    word = publishing.WhatChanged(Correction.Kind.UPDATE, "Soon.")
    publishing.publish(fact_check, editor=None, at=at, what_changed=word)
    publishing.publish(make_check(**each(2)), editor=None, at=at)
    [version] = read(client, f"{MOON}versions/")["items"]
    assert version["live_until"] is None
    assert read(client, MOON)["version"] == 1
    assert slugs(client) == ["is-the-moon-round"]
    assert read(client, f"{API}/corrections/")["items"] == []
    assert ask(client, f"{LIST}check-2/").status_code == 404
    assert ask(client, f"{MOON}versions/2/").status_code == 404


def test_nothing_of_the_newsrooms_own_business_is_told(client: Client) -> None:
    editor = make_user("secret-name")
    fact_check = make_check()
    FactCheck.objects.update(assignee=editor, due_on=timezone.localdate())
    Note.objects.create(fact_check=fact_check, by=editor, text="secret-note")
    published = publishing.publish(fact_check, editor=editor)
    edit(fact_check, summary="secret-draft [1]")
    paths = [LIST, MOON, f"{MOON}versions/", f"{MOON}versions/1/", f"{API}/corrections/"]
    told = b"".join(ask(client, path).content for path in [*paths, "/claimreview.json"])
    assert b"secret" not in told
    assert b"assign" not in told
    assert f'"id":{published.pk}'.encode() not in told


def test_an_address_in_any_script_can_be_followed(client: Client) -> None:
    make_published(slug="ist-der-mond-rund-ü-月")
    [item] = read(client, LIST)["items"]
    assert read(client, item["api_url"].removeprefix(SITE))["document"]["slug"] == item["slug"]


@pytest.mark.parametrize(
    ("path", "most"),
    [(LIST, 1), (MOON, 3), (f"{MOON}versions/", 2), (f"{MOON}versions/1/", 3)],
)
def test_an_answer_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, path: str, most: int
) -> None:
    fact_check = make_published().fact_check
    for number in range(5):
        edit(fact_check, summary=f"Text {number} [1].")
        correct(fact_check)
        make_published(**each(number))
    with django_assert_max_num_queries(most):
        read(client, path)


def test_the_list_of_corrections_needs_one_query(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fact_check = make_published().fact_check
    for number in range(5):
        edit(fact_check, summary=f"Text {number} [1].")
        correct(fact_check)
    with django_assert_max_num_queries(1):
        assert len(read(client, f"{API}/corrections/")["items"]) == 5


def test_moments_are_told_to_the_microsecond(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC), tick=False):
        make_published()
        assert read(client, MOON)["updated_at"] == "2026-03-02T12:00:00.123456Z"


def test_how_it_stands_with_the_evidence_is_told_beside_the_document(client: Client) -> None:
    url, passage = "https://source1.example/page", "The Moon is nearly round."
    publisher = Publisher.objects.create(name="P", domain="source1.example", kind="court")
    source = Source.objects.create(url=url, title="Title 1", publisher=publisher)
    quoting.verify(make_copy(source).body, [passage])
    archived = {"archived_url": "https://archive.example/a b", "state": "dead"}
    Source.objects.filter(pk=source.pk).update(author="A. Writer, B. Writer", language="de-AT")
    Source.objects.filter(pk=source.pk).update(**archived, state_since=NOON)
    make_published()
    first, second, _third = read(client, MOON)["evidence"]
    assert first == {
        "number": 1,
        "page_url": f"{SITE}/sources/{source.pk}/",
        "state": "dead",
        "state_since": "2026-03-02T12:00:00Z",
        "archived_url": "https://archive.example/a%20b",
        "author": "A. Writer, B. Writer",
        "language": "de-AT",
        "publisher_kind": "court",
        "publisher_interest": None,
        "quotations": [{"key": key(61), "verified_at": "2026-03-02T12:00:00Z"}],
    }
    assert (second["state"], second["archived_url"], second["quotations"]) == ("unknown", None, [])
    assert (second["author"], second["language"]) == (None, None)
    assert client.get(first["page_url"]).status_code == 200


def test_a_change_of_the_evidence_changes_the_answer_and_not_the_document(client: Client) -> None:
    publication = make_published()
    before = ask(client, MOON)
    known = {"If-None-Match": before["ETag"]}
    assert ask(client, MOON, **known).status_code == 304
    Source.objects.filter(url="https://source1.example/page").update(state="drifted")
    publishing.remake_page(publication)
    after = ask(client, MOON, **known)
    assert after.status_code == 200
    assert after.json()["evidence"][0]["state"] == "drifted"
    assert after.json()["document"] == before.json()["document"]
    assert after.json()["sha256"] == before.json()["sha256"]


def test_a_page_from_before_the_evidence_was_kept_has_none_to_tell(client: Client) -> None:
    publication = make_published()
    del publication.html["evidence"]
    publication.save()
    assert read(client, MOON)["evidence"] == []
