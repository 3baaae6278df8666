"""Nobody publishes alone what they wrote alone; every step is kept with who took it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from factchecks import publishing, revisions, workflow
from factchecks.models import Correction, FactCheck, Person, Rating, Step
from tests.factories import approve, edit, make_check, make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _newsroom_of_several(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True


def written_by(user: Any, **changes: Any) -> FactCheck:
    document = make_document(**changes)
    return revisions.apply(document, fact_check=None, base=0, by=user).fact_check


def save(check: FactCheck, by: Any, **changes: Any) -> None:
    last = revisions.newest(check)
    assert last is not None
    document: Any = {**last.document, **changes}
    revisions.apply(document, fact_check=check, base=last.number, by=by)


def stage(check: FactCheck) -> str:
    return FactCheck.objects.get(pk=check.pk).stage


def test_a_check_goes_from_draft_through_review_to_approved_and_public() -> None:
    writer, editor = make_user("writer"), make_user("editor")
    check = written_by(writer)
    workflow.submit(check, by=writer, base=1)
    assert stage(check) == "review"
    workflow.approve(check, by=editor, base=1)
    assert stage(check) == "approved"
    publication = publishing.publish(check, editor=writer)
    assert publication.approved_by == editor
    kinds = list(check.steps.order_by("pk").values_list("kind", "by__username"))
    assert kinds == [("submitted", "writer"), ("approved", "editor"), ("published", "writer")]


def test_nobody_publishes_what_nobody_else_approved() -> None:
    editor = make_user("editor")
    check = written_by(editor)
    with pytest.raises(ValidationError, match="Nobody else has approved"):
        publishing.publish(check, editor=editor)
    assert not check.publications.exists()


def test_a_draft_is_sent_to_review_before_it_is_approved() -> None:
    check = written_by(make_user("writer"))
    with pytest.raises(ValidationError, match="send it to review first"):
        workflow.approve(check, by=make_user("editor"), base=1)


def test_who_alone_wrote_a_check_does_not_approve_it_whoever_sent_it_to_review() -> None:
    editor = make_user("editor")
    check = written_by(editor)
    workflow.submit(check, by=make_user("writer"), base=1)
    with pytest.raises(ValidationError, match="You alone wrote this check: ask somebody else"):
        workflow.approve(check, by=editor, base=1)


def test_a_newsroom_of_two_is_not_locked_out_by_a_mended_word() -> None:
    writer, editor = make_user("writer"), make_user("editor")
    check = written_by(writer)
    workflow.submit(check, by=writer, base=1)
    save(check, editor, summary="Nearly round [1].")
    with pytest.raises(ValidationError, match="Nobody else has put a name under revision 2"):
        workflow.approve(check, by=editor, base=2)
    workflow.submit(check, by=writer, base=2)
    workflow.approve(check, by=editor, base=2)
    assert publishing.publish(check, editor=writer).approved_by == editor


def test_who_sent_their_own_change_to_review_leaves_room_for_a_second_name() -> None:
    writer, editor = make_user("writer"), make_user("editor")
    check = written_by(writer)
    save(check, editor, summary="Nearly round [1].")
    workflow.submit(check, by=editor, base=2)
    with pytest.raises(ValidationError, match="Nobody else has put a name"):
        workflow.approve(check, by=editor, base=2)
    workflow.submit(check, by=writer, base=2)
    workflow.approve(check, by=editor, base=2)


def test_the_same_revision_is_sent_to_review_once() -> None:
    writer = make_user("writer")
    check = written_by(writer)
    workflow.submit(check, by=writer, base=1)
    with pytest.raises(ValidationError, match="in review already"):
        workflow.submit(check, by=writer, base=1)
    save(check, writer, summary="Nearly round [1].")
    workflow.submit(check, by=writer, base=2)
    assert check.steps.filter(kind="submitted").count() == 2


def test_a_name_given_before_the_check_was_sent_back_counts_no_more() -> None:
    writer, editor, chief = make_user("writer"), make_user("editor"), make_user("chief")
    check = written_by(writer)
    save(check, editor, summary="Nearly round [1].")
    workflow.submit(check, by=writer, base=2)
    workflow.send_back(check, by=chief, base=2, note="The second source is weak.")
    workflow.submit(check, by=editor, base=2)
    with pytest.raises(ValidationError, match="Nobody else has put a name"):
        workflow.approve(check, by=editor, base=2)


def test_what_others_wrote_before_the_last_publication_does_not_help() -> None:
    writer, editor = make_user("writer"), make_user("editor")
    check = written_by(writer)
    workflow.submit(check, by=writer, base=1)
    workflow.approve(check, by=editor, base=1)
    publishing.publish(check, editor=editor)
    save(check, editor, summary="Nearly round [1].")
    workflow.submit(check, by=writer, base=2)
    with pytest.raises(ValidationError, match="new since the last publication"):
        workflow.approve(check, by=editor, base=2)


def test_a_schedule_that_has_not_begun_is_no_publication() -> None:
    writer, editor = make_user("writer"), make_user("editor")
    check = written_by(writer)
    workflow.submit(check, by=writer, base=1)
    workflow.approve(check, by=editor, base=1)
    publishing.publish(check, editor=editor, at=timezone.now() + timedelta(hours=1))
    save(check, editor, summary="Nearly round [1].")
    workflow.submit(check, by=writer, base=2)
    workflow.approve(check, by=editor, base=2)
    assert stage(check) == "approved"


def test_what_a_command_saved_was_written_outside() -> None:
    check, editor = make_check(), make_user("editor")
    workflow.submit(check, by=editor, base=1)
    workflow.approve(check, by=editor, base=1)
    assert stage(check) == "approved"


def test_the_only_author_of_what_a_command_saved_does_not_approve_it() -> None:
    check, editor = make_check(), make_user("editor")
    Person.objects.update_or_create(name="A. Writer", defaults={"user": editor})
    workflow.submit(check, by=make_user("writer"), base=1)
    with pytest.raises(ValidationError, match="“editor” is this check's only author"):
        workflow.approve(check, by=editor, base=1)


def test_one_who_may_publish_alone_is_told_so(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = False
    editor = make_user("editor")
    check = written_by(editor)
    workflow.submit(check, by=editor, base=1)
    with pytest.raises(ValidationError, match="or publish it alone"):
        workflow.approve(check, by=editor, base=1)


def test_a_change_after_approval_asks_again() -> None:
    check = make_check()
    approve(check, make_user("editor"))
    edit(check, summary="Quite [1].")
    assert stage(check) == "draft"
    with pytest.raises(ValidationError, match="Nobody else has approved"):
        publishing.publish(check, editor=None)


def test_a_save_that_changes_nothing_keeps_the_approval() -> None:
    check = make_check()
    approve(check, make_user("editor"))
    edit(check)
    assert stage(check) == "approved"


def test_sending_back_needs_a_word_and_takes_the_approval_away() -> None:
    check, editor = make_check(), make_user("editor")
    approve(check, editor)
    with pytest.raises(ValidationError, match="what is missing"):
        workflow.send_back(check, by=editor, base=1, note=" ")
    workflow.send_back(check, by=editor, base=1, note="The second source is weak.")
    assert stage(check) == "draft"
    with pytest.raises(ValidationError, match="Nobody else has approved"):
        publishing.publish(check, editor=None)


def test_approving_what_one_has_not_seen_is_refused() -> None:
    check = make_check()
    edit(check, summary="Quite [1].")
    with pytest.raises(revisions.StaleBase):
        workflow.approve(check, by=make_user("editor"), base=1)


def test_a_one_person_newsroom_publishes_alone_and_readers_are_told(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = False
    editor = make_user("editor")
    publication = publishing.publish(written_by(editor), editor=editor)
    assert publication.approved_by is None


def test_some_ratings_need_a_second_person_even_there(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = False
    Rating.objects.create(name="No evidence found", needs_second_person=True)
    claim = {"text": "C", "claimant": "C", "claimed_on": None, "appearance": "https://c.example/"}
    rating = {"name": "No evidence found", "description": ""}
    check = make_check(claim=claim, rating=rating)
    with pytest.raises(ValidationError, match="Nobody else has approved"):
        publishing.publish(check, editor=None)


def test_a_retraction_leaves_the_text_under_the_notice() -> None:
    check, editor = make_check(), make_user("editor")
    approve(check, editor)
    publishing.publish(check, editor=editor)
    notice = publishing.WhatChanged(Correction.Kind.RETRACTION, "The source was forged.")
    publication = publishing.publish(check, editor=editor, what_changed=notice)
    assert publication.is_retracted
    assert publication.correction.is_on_top
    assert check.steps.first().kind == Step.Kind.RETRACTED  # type: ignore[union-attr]


def test_the_record_of_steps_is_append_only() -> None:
    check = make_check()
    workflow.submit(check, by=make_user("writer"), base=1)
    for change in (Step.objects.all().delete, lambda: Step.objects.update(note="Changed")):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            change()
