"""Nobody publishes alone what they wrote alone; every step is kept with who took it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from factchecks import publishing, revisions, workflow
from factchecks.models import Correction, FactCheck, Rating, Step
from tests.factories import edit, make_check, make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _newsroom_of_several(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True


def written_by(user: Any, **changes: Any) -> FactCheck:
    document = make_document(**changes)
    return revisions.apply(document, fact_check=None, base=0, by=user).fact_check


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


def test_nobody_approves_their_own_last_change() -> None:
    editor = make_user("editor")
    check = written_by(editor)
    with pytest.raises(ValidationError, match="somebody else must approve"):
        workflow.approve(check, by=editor, base=1)


def test_a_change_after_approval_asks_again() -> None:
    check = make_check()
    workflow.approve(check, by=make_user("editor"), base=1)
    edit(check, summary="Quite [1].")
    assert stage(check) == "draft"
    with pytest.raises(ValidationError, match="Nobody else has approved"):
        publishing.publish(check, editor=None)


def test_a_save_that_changes_nothing_keeps_the_approval() -> None:
    check = make_check()
    workflow.approve(check, by=make_user("editor"), base=1)
    edit(check)
    assert stage(check) == "approved"


def test_sending_back_needs_a_word_and_takes_the_approval_away() -> None:
    check, editor = make_check(), make_user("editor")
    workflow.approve(check, by=editor, base=1)
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
    workflow.approve(check, by=editor, base=1)
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
