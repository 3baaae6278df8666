"""The newsroom's own business with a check: notes, who looks after it, until when. None of it becomes public."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from factchecks import publishing, revisions
from factchecks.desk import assigning
from factchecks.models import FactCheck, Note
from tests.factchecks.desk.forms import change_url, save, typed
from tests.factories import edit, make_check, make_published, make_superuser, make_user

pytestmark = pytest.mark.django_db

STAFF = reverse("admin:factchecks_factcheck_staff")


def notes_url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_notes", args=[check.pk])


def test_a_note_stands_on_the_page_of_the_check_with_who_wrote_it(chief: Client) -> None:
    check = make_check()
    assert chief.post(notes_url(check), {"text": "Ask <them> again."}).status_code == 302
    page = chief.get(change_url(check)).content.decode()
    assert "Ask &lt;them&gt; again." in page
    assert "<strong>chief</strong>" in page


def test_a_note_is_no_revision(chief: Client) -> None:
    check = make_check()
    chief.post(notes_url(check), {"text": "An inner word."})
    assert check.revisions.count() == 1


@pytest.mark.parametrize("text", ["", "  \n", "\x07", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused_with_what_was_typed(chief: Client, text: str) -> None:
    check = make_check()
    response = chief.post(notes_url(check), {"text": text})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert text.strip("\x07 \n") in response.content.decode()
    assert not Note.objects.exists()


def test_older_notes_are_on_a_page_of_their_own(chief: Client) -> None:
    check, chief_user = make_check(), User.objects.get(username="chief")
    for number in range(1, 61):
        Note.objects.create(fact_check=check, by=chief_user, text=f"Note {number}.")
    page = chief.get(change_url(check)).content.decode()
    assert "Note 60." in page
    assert "Note 55." not in page
    assert "All notes" in page
    assert "Note 11." in chief.get(notes_url(check)).content.decode()
    assert "Note 10." in chief.get(notes_url(check), {"page": 2}).content.decode()


def test_who_may_only_look_reads_notes_and_writes_none(client: Client) -> None:
    check = make_check()
    Note.objects.create(fact_check=check, by=make_superuser(), text="An inner word.")
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    page = client.get(notes_url(check)).content.decode()
    assert "An inner word." in page
    assert "notes-form" not in page
    assert "notes-form" not in client.get(change_url(check)).content.decode()
    assert client.post(notes_url(check), {"text": "Mine."}).status_code == 403


def test_who_has_no_part_in_checks_reads_no_note(client: Client) -> None:
    check = make_check()
    assert client.get(notes_url(check)).status_code == 302
    client.force_login(make_user("cashier", "supporters.view_supporter"))
    assert client.get(notes_url(check)).status_code == 403
    assert client.post(notes_url(check), {"text": "Mine."}).status_code == 403


def test_assignee_and_due_date_are_saved_without_a_revision(chief: Client) -> None:
    check, writer = make_check(), make_user("writer")
    assert save(chief, check, assignee=writer.pk, due_on="2026-03-09").status_code == 302
    check.refresh_from_db()
    assert (check.assignee, str(check.due_on)) == (writer, "2026-03-09")
    assert check.revisions.count() == 1


def test_the_form_keeps_in_mind_what_it_showed(chief: Client) -> None:
    check, writer = make_check(), make_user("writer")
    FactCheck.objects.update(assignee=writer, due_on="2026-03-09")
    page = chief.get(change_url(check)).content.decode()
    assert re.search(f'name="initial-assignee"[^>]* value="{writer.pk}"', page)
    assert re.search('name="initial-due_on"[^>]* value="2026-03-09"', page)


def test_a_new_check_may_have_them_at_once(chief: Client) -> None:
    writer = make_user("writer")
    save(chief, None, question="Is it?", assignee=writer.pk, due_on="2026-03-09")
    assert FactCheck.objects.get().assignee == writer


def test_a_refused_save_shows_them_as_they_were_typed(chief: Client) -> None:
    check, writer = make_check(), make_user("writer")
    fields = {"assignee": writer.pk, "due_on": "2026-03-09", "question": ""}
    response: Any = save(chief, check, **fields)
    form = response.context["adminform"].form
    assert response.status_code == 200
    assert (str(form["assignee"].value()), form["due_on"].value()) == (str(writer.pk), "2026-03-09")


def test_a_save_that_came_too_late_assigns_all_the_same(chief: Client) -> None:
    check, writer = make_check(), make_user("writer")
    data = typed(chief, change_url(check), assignee=writer.pk, summary="Mine [1].")
    edit(check, summary="Theirs [1].")
    assert "Mine" in chief.post(change_url(check), data).content.decode()
    check.refresh_from_db()
    assert (check.assignee, check.summary) == (writer, "Theirs [1].")


def test_saving_the_text_leaves_what_somebody_else_assigned_meanwhile(chief: Client) -> None:
    check, first, writer = make_check(), make_user("first"), make_user("writer")
    FactCheck.objects.update(assignee=first)
    data = typed(chief, change_url(check), summary="Changed [1].")
    data |= {"initial-assignee": first.pk, "initial-due_on": ""}
    FactCheck.objects.update(assignee=writer, due_on="2026-03-09")
    assert chief.post(change_url(check), data).status_code == 302
    check.refresh_from_db()
    assert (check.summary, check.assignee) == ("Changed [1].", writer)
    assert str(check.due_on) == "2026-03-09"


def test_a_due_date_that_both_changed_is_refused_with_both_in_view_and_then_decided(
    chief: Client,
) -> None:
    check = make_check()
    data = typed(chief, change_url(check), due_on="2026-03-09", summary="Changed [1].")
    FactCheck.objects.update(due_on="2026-04-01")
    page: Any = chief.post(change_url(check), data)
    form = page.context["adminform"].form
    said = str(form.errors["due_on"])
    assert ("April 1, 2026" in said, "March 9, 2026" in said) == (True, True)
    assert form["due_on"].value() == "2026-03-09"
    assert "Changed [1]." in page.content.decode()
    assert form.data["initial-due_on"] == "2026-04-01"
    assert str(FactCheck.objects.get().due_on) == "2026-04-01"
    assert (
        chief.post(change_url(check), {**data, "initial-due_on": "2026-04-01"}).status_code == 302
    )
    assert str(FactCheck.objects.get().due_on) == "2026-03-09"


def test_an_assignee_that_both_changed_is_refused_by_name_in_a_late_save_too(chief: Client) -> None:
    check, first, writer = make_check(), make_user("first"), make_user("writer")
    data = typed(chief, change_url(check), assignee=writer.pk, summary="Mine [1].")
    edit(check, summary="Theirs [1].")
    FactCheck.objects.update(assignee=first)
    page: Any = chief.post(change_url(check), data)
    said = str(page.context["adminform"].form.errors["assignee"])
    assert ("first" in said, "writer" in said) == (True, True)
    assert FactCheck.objects.get().assignee == first
    page = chief.post(change_url(check), {**data, "initial-assignee": first.pk})
    assert FactCheck.objects.get().assignee == writer
    assert "Theirs" in page.content.decode()


def test_an_assignment_on_which_both_agree_is_no_collision(chief: Client) -> None:
    check, writer = make_check(), make_user("writer")
    data = typed(chief, change_url(check), assignee=writer.pk, due_on="2026-03-09")
    FactCheck.objects.update(assignee=writer, due_on="2026-03-09")
    assert chief.post(change_url(check), data).status_code == 302


def test_an_assignment_that_comes_between_look_and_save_is_not_overwritten(chief: Client) -> None:
    check, first = make_check(), make_user("first")
    form: Any = SimpleNamespace(
        cleaned_data={"assignee": make_user("writer")},
        changed_data=["assignee"],
        initial={"assignee": None},
    )
    FactCheck.objects.update(assignee=first)
    with pytest.raises(ValidationError, match="just now"):
        assigning.save(form, check.pk)
    assert FactCheck.objects.get().assignee == first


def test_only_people_at_the_desk_are_assigned(chief: Client) -> None:
    check, outsider = make_check(), make_user("outsider", staff=False)
    response: Any = save(chief, check, assignee=outsider.pk)
    assert response.context["adminform"].form.errors["assignee"]


def test_a_writer_finds_the_staff_by_name_without_seeing_accounts(client: Client) -> None:
    User.objects.create_user("ann", first_name="Ann", last_name="Arbor", is_staff=True)
    make_user("anton", staff=False)
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    found = client.get(STAFF, {"term": "ann arb"}).json()["results"]
    assert [row["text"] for row in found] == ["Ann Arbor"]
    assert client.get(STAFF, {"term": "anton"}).json()["results"] == []


def test_nobody_else_finds_the_staff(client: Client) -> None:
    assert client.get(STAFF).status_code == 302
    client.force_login(make_user("cashier", "supporters.view_supporter"))
    assert client.get(STAFF).status_code == 403


def test_nothing_of_it_is_in_the_document_or_on_a_public_page(
    chief: Client, client: Client
) -> None:
    writer = make_user("secretwriter")
    check = make_published().fact_check
    chief.post(notes_url(check), {"text": "An inner word."})
    save(chief, check, assignee=writer.pk, due_on="2031-07-07", summary="Changed [1].")
    publishing.publish(check, editor=None)
    edit(check, summary="Once more [1].")
    last = revisions.newest(check)
    assert last is not None
    reader = Client()
    paths = ["/", "/fact-checks/", "/fact-checks/is-the-moon-round/", "/topics/space/"]
    public = [reader.get(path).content.decode() for path in paths]
    for text in [json.dumps(last.document), *public]:
        assert not [word for word in ("inner", "secretwriter", "2031") if word in text]
