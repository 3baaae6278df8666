"""Generated checks are like those that people wrote, but for the marks on them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from factchecks import documents, pages, publishing, revisions, rules
from factchecks.evidence import Evidence
from factchecks.generating import filling
from factchecks.models import FactCheck, Publication, Revision
from sources import keeping, watching
from sources.models import Source
from tests.factories import make_check

pytestmark = pytest.mark.django_db
COUNT = 20
# Of check 000000: on every machine and with every version of Python.
GOLDEN = "a6d4ff0c6394eb5ef3c482b6d0c039bda722e279fd0aa35492e8caf658f3979c"


@pytest.fixture
def generated() -> list[FactCheck]:
    call_command("make_many_checks", str(COUNT), stdout=StringIO(), stderr=StringIO())
    return list(FactCheck.objects.order_by("slug"))


def test_they_are_marked_and_numbered(generated: list[FactCheck]) -> None:
    assert [check.slug for check in generated] == [f"generated-check-{n:06}" for n in range(COUNT)]
    assert generated[7].question.startswith("Generated check 000007: ")


def test_their_newest_revision_is_the_working_copy(generated: list[FactCheck]) -> None:
    for check in generated:
        last = revisions.newest(check)
        assert last is not None
        assert revisions.build(check) == last.document


def test_every_revision_is_a_document_that_may_be_published(generated: list[FactCheck]) -> None:
    for revision in Revision.objects.all():
        assert documents.problems_of(revision.document) == []
        assert rules.problems(revision.document, timezone.localdate()) == []
        assert revision.sha256 == documents.sha256(revision.document)


def test_their_public_pages_are_those_that_publishing_makes(generated: list[FactCheck]) -> None:
    known = Source.objects.values_list("url", "pk")
    evidence = {url: Evidence(pk) for url, pk in known}
    assert Publication.objects.exists()
    for publication in Publication.objects.select_related("revision"):
        document: Any = publication.document
        assert publication.html == pages.kept(document, evidence, publishing.newsroom())
        made: dict[str, Any] = publishing.for_lists(publication.revision.document)
        assert {name: getattr(publication, name) for name in made} == made
        kept = [publication.text, publication.search, publication.search_front]
        publishing.remake_page(publication)
        publication.refresh_from_db()
        assert [publication.text, publication.search, publication.search_front] == kept
        cited = publishing.cited(publication, evidence)
        assert [(row.number, row.url) for row in cited] == list(
            publication.published_citations.values_list("number", "url")
        )


def test_nobody_is_asked_at_their_invented_addresses(generated: list[FactCheck]) -> None:
    assert Source.objects.exists()
    assert keeping.sweep() == 0
    assert not watching.due(timezone.now()).exists()


def test_most_are_public_and_their_pages_are_there(
    generated: list[FactCheck], client: Client
) -> None:
    published = list(Publication.objects.published())
    assert COUNT / 2 < len(published) < COUNT
    assert {client.get(page.get_absolute_url()).status_code for page in published} == {200}
    assert client.get("/").status_code == client.get("/fact-checks/").status_code == 200


def test_each_story_is_told() -> None:
    told = {filling.story_of(number) for number in range(400)}
    assert told == set(filling.STORIES)


def test_every_story_is_one_that_the_database_takes() -> None:
    list(filling.fill(120, now=timezone.now()))
    waiting = Publication.objects.filter(live_during__startswith__gt=timezone.now())
    assert waiting.exists()
    assert FactCheck.objects.filter(stage="review", assignee__isnull=False).exists()
    assert FactCheck.objects.filter(due_on__lt=timezone.localdate()).exists()
    assert Publication.objects.exclude(withdrawal_notice="").exists()
    assert Publication.objects.filter(correction__isnull=False).exists()


def test_more_of_them_follow_those_that_are_there(generated: list[FactCheck]) -> None:
    progress = StringIO()
    call_command("make_many_checks", "5", stdout=StringIO(), stderr=progress)
    assert FactCheck.objects.filter(slug="generated-check-000024").exists()
    assert progress.getvalue().startswith("100%  5 of 5, ")


def test_a_newsroom_with_checks_of_its_own_is_left_alone_unless_asked() -> None:
    make_check()
    with pytest.raises(CommandError, match="1 fact check that were not generated"):
        call_command("make_many_checks", "1")
    call_command("make_many_checks", "1", "--yes", stdout=StringIO(), stderr=StringIO())
    assert FactCheck.objects.count() == 2


@pytest.mark.parametrize("number", ["0", "-1", "1000001"])
def test_a_number_that_makes_no_sense_is_refused(number: str) -> None:
    with pytest.raises(CommandError, match="Give a number from 1 to 1000000"):
        call_command("make_many_checks", "--", number)


def test_the_same_number_is_the_same_check() -> None:
    list(filling.fill(1, now=timezone.now()))
    revision = Revision.objects.get(number=2)
    assert json.dumps(revision.document).count("000000") >= 3
    assert revision.sha256 == GOLDEN
