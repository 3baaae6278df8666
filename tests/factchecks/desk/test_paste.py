"""“Paste a draft”: the problems are shown before anything is saved."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from factchecks import importer, importing, revisions
from factchecks.models import FactCheck
from tests.factchecks.desk.forms import change_url
from tests.factories import edit, make_check, make_document, make_superuser, make_user

pytestmark = pytest.mark.django_db

PASTE = reverse("admin:factchecks_factcheck_paste")
PAGE = """Fact check: Is the Moon round?

Checked on March 1, 2026
Found 2 sources

Executive Summary

Nearly [1].

1. It is measured

By laser [1] [3].
"""


def test_the_problems_are_shown_and_nothing_is_saved(chief: Client) -> None:
    page = chief.post(PASTE, {"text": PAGE, "_read": "1"}).content.decode()
    assert "[3]" in page
    assert "Line" in page
    assert "Save as a draft" in page
    assert PAGE.split("\n")[-2] in page
    assert not FactCheck.objects.exists()


def test_a_page_as_plain_text_becomes_a_draft(chief: Client) -> None:
    response = chief.post(PASTE, {"text": PAGE, "_save": "1"})
    check = FactCheck.objects.get()
    assert response["Location"] == reverse("admin:factchecks_factcheck_change", args=[check.pk])
    assert (check.findings.count(), check.citations.count()) == (1, 2)


def test_an_exported_document_becomes_a_draft(chief: Client) -> None:
    chief.post(PASTE, {"text": json.dumps(make_document()), "_save": "1"})
    assert FactCheck.objects.get().findings.count() == 2


def test_a_file_is_read_too(chief: Client) -> None:
    file = SimpleUploadedFile("draft.txt", PAGE.encode("utf-16"))
    chief.post(PASTE, {"file": file, "_save": "1"})
    assert FactCheck.objects.get().question == "Is the Moon round?"


def test_the_text_of_a_file_stays_in_the_page_for_saving(chief: Client) -> None:
    file = SimpleUploadedFile("draft.txt", PAGE.encode())
    response: Any = chief.post(PASTE, {"file": file, "_read": "1"})
    chief.post(PASTE, {"text": response.context["form"]["text"].value(), "_save": "1"})
    assert FactCheck.objects.get().question == "Is the Moon round?"


@pytest.mark.parametrize(
    "data",
    [{"text": ""}, {"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(99))}],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    chief: Client, data: dict[str, Any]
) -> None:
    response: Any = chief.post(PASTE, {**data, "_save": "1"})
    assert response.context["form"].errors["__all__"]
    assert not FactCheck.objects.exists()


def as_text(**changes: Any) -> str:
    return json.dumps(make_document(**changes))


def paste(client: Client, text: str) -> Any:
    """Read it, look, and press what the page offers."""
    read: Any = client.post(PASTE, {"text": text, "_read": "1"})
    assert b'name="_save"' in read.content
    last = read.context["result"].last
    return client.post(PASTE, {"text": text, "_save": "1", "seen": last.pk if last else 0})


def merged(client: Client, page: Any, **choices: str) -> Any:
    """Press “Save both changes”; the newest document."""
    context = page.context
    check = context["original"]
    numbers = {"base": context["base"].number, "theirs": context["theirs"].number}
    data = {**numbers, "document": context["document"], **choices}
    response = client.post(reverse("admin:factchecks_factcheck_merge", args=[check.pk]), data)
    assert response["Location"] == change_url(check)
    return revisions.newest(check).document  # type: ignore[union-attr]


def test_a_draft_and_what_the_desk_wrote_since_it_was_imported_go_together(chief: Client) -> None:
    check = importer.save(importing.read(as_text()), by=None).revision.fact_check  # type: ignore[union-attr]
    edit(check, question="Theirs?")
    page = paste(chief, as_text(summary="Mine [1]."))
    assert (page.context["base"].number, page.context["collisions"]) == (1, [])
    document = merged(chief, page)
    assert (document["question"], document["summary"]) == ("Theirs?", "Mine [1].")


def test_of_a_draft_from_elsewhere_all_that_differs_is_chosen(chief: Client) -> None:
    make_check()
    page = paste(chief, as_text(summary="Mine [1].", question="Mine?"))
    assert page.context["base"].number == 0
    chosen = [collision.conflict.id for collision in page.context["collisions"]]
    assert chosen == ["question", "summary"]
    choices = {"choice.question": "theirs", "choice.summary": "mine"}
    document = merged(chief, page, **choices)
    assert document == make_document(summary="Mine [1].")


def test_a_draft_over_another_persons_is_brought_together_with_it(chief: Client) -> None:
    importer.save(importing.read(as_text(summary="Theirs [1].")), by=make_superuser("ada"))
    page = paste(chief, as_text(summary="Mine [1]."))
    html = page.content.decode()
    assert ("Mine" in html, "Theirs" in html) == (True, True)
    assert FactCheck.objects.get().summary == "Theirs [1]."


def test_a_draft_meets_what_was_imported_while_its_author_looked(chief: Client) -> None:
    importer.save(importing.read(as_text()), by=None)
    text = as_text(summary="Mine [1].")
    read: Any = chief.post(PASTE, {"text": text, "_read": "1"})
    importer.save(importing.read(as_text(question="Theirs?")), by=None)
    seen = read.context["result"].last.pk
    page = chief.post(PASTE, {"text": text, "_save": "1", "seen": seen})
    document = merged(chief, page)
    assert (document["question"], document["summary"]) == ("Theirs?", "Mine [1].")


def test_who_may_add_checks_and_not_change_them_gets_the_reason_and_their_text(
    client: Client,
) -> None:
    client.force_login(make_user("writer", "factchecks.add_factcheck"))
    make_check()
    text = as_text(summary="Mine [1].")
    response: Any = client.post(PASTE, {"text": text, "_save": "1"})
    assert "would overwrite that" in response.content.decode()
    assert response.context["form"]["text"].value() == text


def test_a_page_that_saw_nothing_sensible_overwrites_nothing(chief: Client) -> None:
    make_check()
    for seen in ("x", "-1", "9" * 30, "\u00b2"):
        page: Any = chief.post(
            PASTE, {"text": as_text(summary="Mine [1]."), "_save": "1", "seen": seen}
        )
        assert page.context["theirs"].number == 1
