"""Publish, schedule, move, cancel, withdraw."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from factchecks import pages, publishing, revisions
from factchecks.models import Correction, FactCheck, Publication
from tests.factories import approve, edit, make_check, make_published, make_superuser

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def live_at(moment: datetime) -> str | None:
    """The question that readers see at that moment."""
    return Publication.objects.published(moment).values_list("question", flat=True).first()


def make_scheduled(check: FactCheck, question: str, begins: datetime) -> Publication:
    edit(check, question=question)
    return publishing.publish(check, editor=None, at=begins)


def test_a_published_check_is_live_from_now_on() -> None:
    chief = make_superuser()
    publication = publishing.publish(make_check(), editor=chief)
    assert publication.published_by == chief
    assert publication.updated_at == publication.first_published_at <= timezone.now()
    assert publication.live_until is None
    assert list(Publication.objects.published()) == [publication]


def test_a_publication_carries_what_lists_show() -> None:
    publication = make_published()
    assert publication.question == "Is the Moon round?"
    assert publication.excerpt == "Nearly: it is flattened by a little."
    assert (publication.checked_on, publication.review_on) == (date(2026, 3, 1), date(2027, 3, 1))
    assert publication.authors == ["A. Writer"]
    assert publication.tags == [
        {"name": "myths", "slug": "myths"},
        {"name": "space", "slug": "space"},
    ]
    assert set(publication.html) == {*pages.PARTS, "questions", "structured", "evidence"}


def test_a_check_that_breaks_a_rule_is_refused_with_every_reason() -> None:
    check = make_check(authors=[], summary="So [12].")
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(check, editor=None)
    assert refusal.value.messages == [
        "The check has no author.",
        "The executive summary cites [12], but there are only 3 sources.",
    ]
    assert not Publication.objects.exists()


def test_a_new_version_takes_the_place_of_the_old_one_at_once() -> None:
    first = make_published()
    edit(first.fact_check, question="Is the Moon a ball?")
    second = publishing.publish(first.fact_check, editor=None)
    first.refresh_from_db()
    assert first.live_until == second.updated_at
    assert second.first_published_at == first.first_published_at
    assert list(Publication.objects.published()) == [second]


def test_the_same_version_is_not_published_twice() -> None:
    publication = make_published()
    with pytest.raises(ValidationError, match="public already"):
        publishing.publish(publication.fact_check, editor=None)


def test_a_version_that_the_editor_has_not_seen_is_not_published() -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    with pytest.raises(revisions.StaleBase):
        publishing.publish(check, editor=None, base=1)
    assert publishing.publish(check, editor=None, base=2).question == "Is the Moon a ball?"


def test_a_scheduled_version_goes_public_by_the_clock_alone() -> None:
    begins = timezone.now() + HOUR
    publication = publishing.publish(make_check(), editor=None, at=begins)
    assert publication.first_published_at == begins
    assert not Publication.objects.published().exists()
    assert publishing.scheduled(publication.fact_check) == publication
    with time_machine.travel(begins, tick=False):
        assert Publication.objects.published().get() == publication
        assert publishing.scheduled(publication.fact_check) is None


def test_a_scheduled_version_relieves_the_public_one_without_a_gap() -> None:
    begins = timezone.now() + HOUR
    check = make_published().fact_check
    make_scheduled(check, "Is the Moon a ball?", begins)
    assert live_at(begins - timedelta(microseconds=1)) == "Is the Moon round?"
    assert live_at(begins) == "Is the Moon a ball?"


def test_a_moment_that_has_passed_is_refused() -> None:
    with pytest.raises(ValidationError, match="has passed"):
        publishing.publish(make_check(), editor=None, at=datetime(2026, 3, 2, tzinfo=UTC))


def test_cancelling_a_schedule_lets_the_public_version_go_on() -> None:
    begins = timezone.now() + HOUR
    check = make_published().fact_check
    make_scheduled(check, "Is the Moon a ball?", begins)
    publishing.cancel(check)
    assert Publication.objects.get().live_until is None
    assert live_at(begins) == "Is the Moon round?"


def test_there_must_be_a_schedule_to_cancel() -> None:
    check = make_published().fact_check
    with pytest.raises(ValidationError, match="Nothing is scheduled"):
        publishing.cancel(check)


def test_scheduling_again_takes_the_place_of_the_first_schedule() -> None:
    now = timezone.now()
    check = make_published().fact_check
    make_scheduled(check, "Is it a ball?", now + HOUR)
    make_scheduled(check, "Is it an egg?", now + 2 * HOUR)
    assert [live_at(now + hours * HOUR) for hours in (1, 2)] == [
        "Is the Moon round?",
        "Is it an egg?",
    ]


def test_publishing_now_takes_the_place_of_a_schedule() -> None:
    now = timezone.now()
    check = make_published().fact_check
    make_scheduled(check, "Is it a ball?", now + HOUR)
    publishing.publish(check, editor=None)
    assert (live_at(timezone.now()), live_at(now + HOUR)) == ("Is it a ball?", "Is it a ball?")
    assert publishing.scheduled(check) is None


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_schedule_is_moved_without_a_gap(hours: int) -> None:
    begins = timezone.now() + 12 * HOUR
    check = make_published().fact_check
    make_scheduled(check, "Is the Moon a ball?", begins)
    at = begins + hours * HOUR
    publishing.move(check, at=at)
    assert live_at(at - timedelta(microseconds=1)) == "Is the Moon round?"
    assert live_at(at) == "Is the Moon a ball?"


def test_a_moved_schedule_keeps_its_revision_approval_and_words_whatever_the_desk_writes() -> None:
    chief, check = make_superuser(), make_published().fact_check
    edit(check, question="Is the Moon a ball?")
    approve(check, chief)
    words = publishing.WhatChanged(Correction.Kind.UPDATE, "It was measured again.")
    begins = timezone.now() + HOUR
    scheduled = publishing.publish(check, editor=chief, at=begins, what_changed=words)
    edit(check, question="Half a sentence", authors=[])
    moved = publishing.move(check, at=begins + HOUR, editor=chief)
    assert (moved.pk, moved.revision.number, moved.approved_by) == (scheduled.pk, 2, chief)
    assert (moved.correction.kind, moved.correction.text) == ("update", "It was measured again.")
    step = check.steps.first()
    assert step is not None
    assert (step.kind, step.by, step.begins_at) == ("moved", chief, begins + HOUR)


def test_the_first_day_of_a_check_moves_with_its_schedule() -> None:
    begins = timezone.now() + HOUR
    check = make_check()
    publishing.publish(check, editor=None, at=begins)
    publishing.move(check, at=begins + HOUR)
    assert Publication.objects.get().first_published_at == begins + HOUR


def test_the_first_day_of_a_published_check_stays_when_a_schedule_moves() -> None:
    first = make_published()
    begins = timezone.now() + HOUR
    make_scheduled(first.fact_check, "Is the Moon a ball?", begins)
    moved = publishing.move(first.fact_check, at=begins + HOUR)
    assert moved.first_published_at == first.first_published_at


def test_a_schedule_is_not_moved_into_the_past_nor_to_where_it_is() -> None:
    begins = timezone.now() + HOUR
    check = make_check()
    publishing.publish(check, editor=None, at=begins)
    for at, message in [(timezone.now(), "has passed"), (begins, "for this moment already")]:
        with pytest.raises(ValidationError, match=message) as refusal:
            publishing.move(check, at=at)
        assert set(refusal.value.message_dict) == {"at"}


def test_what_has_begun_is_not_moved() -> None:
    check = make_published().fact_check
    with pytest.raises(ValidationError, match="Nothing is scheduled"):
        publishing.move(check, at=timezone.now() + HOUR)


def test_another_schedule_than_the_editor_has_seen_is_not_moved() -> None:
    begins = timezone.now() + HOUR
    check = make_published().fact_check
    make_scheduled(check, "Is it a ball?", begins)
    make_scheduled(check, "Is it an egg?", begins)
    with pytest.raises(revisions.StaleBase, match="Another revision was scheduled"):
        publishing.move(check, at=begins + HOUR, base=2)
    assert publishing.move(check, at=begins + HOUR, base=3).question == "Is it an egg?"


def test_a_moved_schedule_can_still_be_cancelled() -> None:
    begins = timezone.now() + HOUR
    check = make_published().fact_check
    make_scheduled(check, "Is the Moon a ball?", begins)
    publishing.move(check, at=begins + HOUR)
    publishing.cancel(check)
    assert Publication.objects.get().live_until is None


def test_withdrawing_ends_the_publication_and_leaves_a_notice() -> None:
    check = make_published().fact_check
    make_scheduled(check, "Is it a ball?", timezone.now() + HOUR)
    withdrawn = publishing.withdraw(check, notice="  We mixed up two moons. ")
    assert withdrawn.withdrawal_notice.strip() == "We mixed up two moons."
    assert live_at(timezone.now() + HOUR) is None
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("notice", ["", " \n"])
def test_readers_are_told_why_a_check_is_withdrawn(notice: str) -> None:
    check = make_published().fact_check
    with pytest.raises(ValidationError, match="Tell readers why"):
        publishing.withdraw(check, notice=notice)
    assert Publication.objects.published().exists()


def test_what_is_only_scheduled_is_cancelled_not_withdrawn() -> None:
    check = make_check()
    publishing.publish(check, editor=None, at=timezone.now() + HOUR)
    with pytest.raises(ValidationError, match="is not public"):
        publishing.withdraw(check, notice="Wrong.")
    assert publishing.scheduled(check) is not None


def test_a_withdrawn_check_can_be_published_again_and_keeps_its_first_day() -> None:
    first = make_published()
    publishing.withdraw(first.fact_check, notice="Wrong.")
    again = publishing.publish(first.fact_check, editor=None)
    assert again.first_published_at == first.first_published_at
