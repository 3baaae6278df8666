"""“Paste a draft”: the problems are shown before anything is saved."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from factchecks.models import FactCheck
from tests.factories import make_document

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
