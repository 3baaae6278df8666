"""Saving a check: one way, numbered, and never changed afterwards."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from factchecks import documents, revisions
from factchecks.models import FactCheck, Person, Revision
from sources.models import Source
from tests.factories import edit, key, make_check, make_document, make_source_part

pytestmark = pytest.mark.django_db


def newest(check: FactCheck) -> Revision:
    revision = revisions.newest(check)
    assert revision is not None
    return revision


def test_a_saved_check_is_frozen_as_the_same_document() -> None:
    check = make_check()
    assert newest(check).document == make_document()
    assert revisions.build(check) == make_document()


def test_every_save_that_changes_something_is_a_numbered_revision() -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    edit(check, tags=["space"])
    assert [r.number for r in check.revisions.order_by("number")] == [1, 2, 3]


def test_a_save_that_changes_nothing_records_nothing() -> None:
    check = make_check()
    edit(check)
    assert check.revisions.count() == 1


def test_the_working_copy_says_what_the_newest_revision_says_after_every_kind_of_change() -> None:
    check = make_check()
    document: Any = make_document()
    changes: list[dict[str, Any]] = [
        {"findings": document["findings"][::-1]},
        {"findings": document["findings"][:1]},
        {"citations": [{**document["citations"][0], "source": None, "quotations": []}]},
        {"searches": [], "follow_ups": [], "tags": [], "reviewed_by": None},
        {"claim": {"text": "It is", "claimant": "X", "claimed_on": None, "appearance": ""}},
        {"authors": [{"key": key(13), "name": "C. New"}, *document["authors"]]},
    ]
    for change in changes:
        edit(check, **change)
        assert revisions.build(FactCheck.objects.get()) == newest(check).document
    assert check.revisions.count() == 1 + len(changes)


def test_a_save_based_on_an_older_revision_is_refused() -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    with pytest.raises(revisions.StaleBase):
        revisions.apply(make_document(), fact_check=check, base=1, by=None)


def test_two_checks_never_share_a_slug() -> None:
    make_check()
    with pytest.raises(ValidationError, match="has this slug"):
        make_check(key=key(2))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE factchecks_revision SET number = 7",
        "DELETE FROM factchecks_revision",
        "TRUNCATE factchecks_revision CASCADE",
    ],
)
def test_a_revision_refuses_to_change_even_in_raw_sql(statement: str) -> None:
    make_check()
    connection.check_constraints()  # no deferred check must be waiting for the TRUNCATE
    refused = pytest.raises(DatabaseError, match=r"Cannot|append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Revision.objects.get().number == 1


def test_the_hash_is_that_of_the_document() -> None:
    revision = newest(make_check())
    assert revision.sha256 == documents.sha256(revision.document)


def test_a_source_that_is_known_keeps_what_it_says_and_gains_what_it_lacked() -> None:
    Source.objects.create(url="https://source1.example/page", title="Our own title")
    make_check()
    source = Source.objects.get(url="https://source1.example/page")
    assert source.title == "Our own title"
    assert source.publisher is not None
    assert source.publisher.domain == "source1.example"


def test_two_spellings_of_an_address_are_one_source() -> None:
    make_check()
    part = make_source_part(1, url="https://SOURCE1.example:443/page#top")
    citations: Any = make_document()["citations"]
    make_check(
        key=key(2), slug="another", citations=[{**citations[0], "source": part, "quotations": []}]
    )
    assert Source.objects.filter(url__contains="source1").count() == 1


def test_an_author_known_by_name_is_the_same_person() -> None:
    make_check()
    make_check(key=key(2), slug="another", authors=[{"key": key(99), "name": "A. Writer"}])
    assert Person.objects.filter(name="A. Writer").count() == 1


def test_a_rating_that_is_not_on_the_scale_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="“Maybe” is not on the newsroom's scale"):
        make_check(rating={"name": "Maybe", "description": ""})
    assert not FactCheck.objects.exists()


def test_a_changed_title_of_a_source_reaches_the_next_revision() -> None:
    check = make_check()
    Source.objects.filter(url="https://source1.example/page").update(title="A better title")
    revision = revisions.record(check, by=None)
    assert revision.number == 2
    assert revision.document["citations"][0]["source"]["title"] == "A better title"
