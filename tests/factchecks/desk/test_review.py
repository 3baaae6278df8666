"""The page of review: who wrote what, which steps are whose, and why one can't approve."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from factchecks import publishing, revisions, workflow
from factchecks.models import FactCheck
from tests.factories import make_check, make_document, make_user

pytestmark = pytest.mark.django_db
AGAIN, APPROVE = "Send to review again", 'name="_approve"'


@pytest.fixture(autouse=True)
def _newsroom_of_several(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True


@pytest.fixture
def writer() -> User:
    return make_user("writer", "factchecks.view_factcheck", "factchecks.change_factcheck")


@pytest.fixture
def editor() -> User:
    permissions = ("view_factcheck", "change_factcheck", "publish_factcheck")
    return make_user("editor", *(f"factchecks.{name}" for name in permissions))


def saved_by(check: FactCheck | None, *people: User) -> FactCheck:
    """One revision by each."""
    for person in people:
        last = revisions.newest(check) if check else None
        base = last.number if last else 0
        document = make_document(summary=f"Draft {base + 1} [1].")
        check = revisions.apply(document, fact_check=check, base=base, by=person).fact_check
    assert check is not None
    return check


def url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_review", args=[check.pk])


def seen(person: User, check: FactCheck) -> str:
    client = Client()
    client.force_login(person)
    return client.get(url(check)).content.decode()


def taken(person: User, check: FactCheck, step: str, base: int) -> Any:
    client = Client()
    client.force_login(person)
    return client.post(url(check), {"base": base, "note": "A word.", step: "1"})


def test_the_page_tells_who_wrote_how_much(writer: User, editor: User) -> None:
    check = saved_by(None, writer, editor, writer)
    page = seen(editor, check)
    assert "You saved 1 of the 3 revisions." in page
    assert "writer saved 2." in page


def test_the_page_counts_from_the_last_publication(
    writer: User, editor: User, settings: Any
) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = False
    check = saved_by(None, writer, writer)
    publishing.publish(check, editor=None)
    assert "Who wrote it" not in seen(editor, check)
    saved_by(check, editor, writer)
    assert "You saved 1 of the 2 revisions since it was last published." in seen(editor, check)


def test_what_a_command_saved_is_told_as_written_outside(editor: User) -> None:
    page = seen(editor, make_check())
    assert "There is 1 revision; you saved 0." in page
    assert "A command saved 1, written outside." in page


def test_a_newsroom_of_two_comes_through_at_the_desk(writer: User, editor: User) -> None:
    check = saved_by(None, writer)
    taken(writer, check, "_submit", 1)
    assert AGAIN not in seen(writer, check)
    saved_by(check, editor)
    page = seen(editor, check)
    assert "Nobody else has put a name under revision 2, which you saved." in page
    assert APPROVE not in page
    page = seen(writer, check)
    assert "This revision is newer than the one that was sent to review." in page
    assert AGAIN in page
    assert taken(writer, check, "_submit", 2).status_code == 302
    assert APPROVE in seen(editor, check)
    assert taken(editor, check, "_approve", 2).status_code == 302
    assert FactCheck.objects.get().stage == "approved"


def test_a_draft_is_not_approved_at_the_desk(writer: User, editor: User) -> None:
    check = saved_by(None, writer)
    assert APPROVE not in seen(editor, check)
    response = taken(editor, check, "_approve", 1)
    assert "send it to review first" in response.content.decode()
    assert FactCheck.objects.get().stage == "draft"


def test_the_reason_why_one_cant_approve_is_for_those_who_approve(
    writer: User, editor: User
) -> None:
    check = saved_by(None, editor)
    workflow.submit(check, by=writer, base=1)
    assert "You alone wrote this check" in seen(editor, check)
    assert "alone" not in seen(writer, check)


def test_who_decided_on_an_older_revision_keeps_the_note_and_may_decide_on_the_new_one(
    writer: User, editor: User
) -> None:
    check = saved_by(None, writer)
    workflow.submit(check, by=writer, base=1)
    saved_by(check, writer)
    response = taken(editor, check, "_approve", 1)
    page = response.content.decode()
    assert "changed while you decided" in page
    assert "A word." in page
    assert response.context["form"]["base"].value() == "2"
