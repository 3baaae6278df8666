"""What the database itself holds true of publications, and the public record of changes."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from factchecks import publishing
from factchecks.models import Correction, Publication, PublishedCitation
from factchecks.publishing import WhatChanged
from tests.factories import NOON, edit, key, make_check, make_published

pytestmark = pytest.mark.django_db


def copy_of(publication: Publication, **changes: Any) -> Publication:
    """The same row once more, as somebody would write it past all our functions."""
    fields = {
        field.attname: getattr(publication, field.attname) for field in Publication._meta.fields
    }
    return Publication(**{**fields, "id": None, **changes})


def test_two_versions_of_a_check_are_never_live_at_once() -> None:
    publication = make_published()
    with pytest.raises(IntegrityError, match="one_live_at_a_time"), transaction.atomic():
        copy_of(publication).save()


def test_an_address_belongs_to_its_check_for_ever() -> None:
    publication = make_published()
    publishing.withdraw(publication.fact_check, notice="Wrong.")
    edit(publication.fact_check, slug="the-moon")
    other = make_check(key=key(2), slug="is-the-moon-round")
    with pytest.raises(ValidationError, match="belongs to another published fact check"):
        publishing.publish(other, editor=None)
    with pytest.raises(IntegrityError, match="slug_belongs_to_one_check"), transaction.atomic():
        copy_of(publication, fact_check_id=other.pk).save()


@pytest.mark.parametrize("span", [DateTimeTZRange(empty=True), DateTimeTZRange(None, None)])
def test_a_publication_has_a_beginning_and_some_length(span: DateTimeTZRange) -> None:
    publication = make_published()
    publication.live_during = span
    with pytest.raises(IntegrityError, match="live_for_some_time"), transaction.atomic():
        publication.save()


def test_what_was_public_once_cannot_be_deleted() -> None:
    publication = make_published()
    publication.live_during = DateTimeTZRange(NOON, NOON + timedelta(hours=1))
    publication.save()
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).delete()
    assert Publication.objects.exists()


def test_what_a_publication_says_of_its_sources_is_frozen_with_it() -> None:
    publication = make_published()
    cited = PublishedCitation.objects.filter(publication=publication)
    assert list(cited.values_list("number", "title", "publisher_domain")) == [
        (1, "Title 1", "source1.example"),
        (2, "Title 2", "source2.example"),
        (3, "Title 3", "source3.example"),
    ]


@pytest.mark.parametrize(
    ("summary", "excerpt"),
    [
        ("Short [1].", "Short."),
        ("word " * 100 + "[1]", "word " * 46 + "word word…"),
        ("月" * 300 + "[1]", "月" * 239 + "…"),
    ],
)
def test_lists_show_the_beginning_of_the_summary(summary: str, excerpt: str) -> None:
    assert make_published(summary=summary).excerpt == excerpt


def test_readers_are_told_what_changed() -> None:
    publication = make_published()
    edit(publication.fact_check, question="Is the Moon a ball?")
    word = WhatChanged(Correction.Kind.CORRECTION, "We wrote round where we meant a ball.")
    second = publishing.publish(publication.fact_check, editor=None, what_changed=word)
    assert second.correction.text == "We wrote round where we meant a ball."
    assert second.correction.made_at == second.updated_at


def test_a_change_without_a_word_of_explanation_is_refused() -> None:
    publication = make_published()
    edit(publication.fact_check, question="Is the Moon a ball?")
    word = WhatChanged(Correction.Kind.CORRECTION, "")
    with pytest.raises(ValidationError, match="Say what changed and why"):
        publishing.publish(publication.fact_check, editor=None, what_changed=word)
    assert Publication.objects.count() == 1


def test_a_cancelled_schedule_takes_its_word_with_it() -> None:
    publication = make_published()
    edit(publication.fact_check, question="Is the Moon a ball?")
    word = WhatChanged(Correction.Kind.UPDATE, "New measurements.")
    begins = timezone.now() + timedelta(hours=1)
    publishing.publish(publication.fact_check, editor=None, at=begins, what_changed=word)
    publishing.cancel(publication.fact_check)
    assert not Correction.objects.exists()


def wait_until_somebody_waits() -> None:
    """Until another connection asks for what this one holds."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)
    pytest.fail("Nobody waits.")


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_who_publish_at_once_the_second_is_told_that_it_is_public() -> None:
    check = make_check()
    refusals: list[str] = []

    def publish() -> None:
        try:
            publishing.publish(check, editor=None)
        except ValidationError as refusal:
            refusals.extend(refusal.messages)
        finally:
            connection.close()

    second = threading.Thread(target=publish)
    with transaction.atomic():
        first = publishing.publish(check, editor=None)
        second.start()
        wait_until_somebody_waits()
    second.join()
    assert refusals == ["This version is public already: nothing has changed since."]
    assert Publication.objects.get() == first
