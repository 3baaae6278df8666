"""The numbers in the texts of the form mean what the page showed, whatever was moved, added or taken out."""

from typing import Any

import pytest
from django.test import Client

from factchecks import revisions
from factchecks.models import FactCheck
from sources.models import Source
from tests.factchecks.desk.forms import errors, new_row, save
from tests.factories import make_check, make_document

pytestmark = pytest.mark.django_db


def document_of(check: FactCheck) -> Any:
    last = revisions.newest(check)
    assert last is not None
    return last.document


def test_a_row_left_empty_but_cited_stays_as_a_placeholder(chief: Client) -> None:
    source = Source.objects.create(url="https://x.example/", title="X")
    rows = {
        **new_row("citations", 0, number=1),
        **new_row("citations", 1, number=2, source=source.pk),
        **new_row("findings", 0, heading="It is", text="Yes."),
    }
    save(chief, None, question="Is it?", summary="One [1], other [2].", **rows)
    document = document_of(FactCheck.objects.get())
    assert document["summary"] == "One [1], other [2]."
    assert [bool(c["source"]) for c in document["citations"]] == [False, True]


def test_a_cited_new_row_that_was_taken_out_again_is_not_replaced_by_another(
    chief: Client,
) -> None:
    check = make_check()
    source = Source.objects.create(url="https://x.example/", title="X")
    row = new_row("citations", 3, number=5, source=source.pk)
    response = save(chief, check, summary="[4] and [5]", **row)
    assert "[4] is still cited in: the executive summary" in errors(response)
    assert check.revisions.count() == 1


def test_a_passage_stays_with_its_finding_when_findings_trade_places(chief: Client) -> None:
    check = make_check()
    save(chief, check, **{"findings-0-position": 2, "findings-1-position": 1})
    document = document_of(check)
    assert [f["heading"] for f in document["findings"]] == ["It is not a ball", "It is measured"]
    passage = document["citations"][0]["quotations"][0]
    assert passage["finding"] == document["findings"][1]["key"]


def test_a_finding_is_taken_out_only_when_no_passage_belongs_to_it(chief: Client) -> None:
    check = make_check()
    response = save(chief, check, **{"findings-0-DELETE": "on"})
    assert "There is no finding 1 for this passage to belong to." in errors(response)
    assert check.findings.count() == 2


def test_a_passage_of_a_finding_that_is_not_there_is_refused(chief: Client) -> None:
    check = make_check()
    response = save(chief, check, **{"citations-1-quotations": "Finding 99: It bulges."})
    assert "There is no finding 99" in errors(response)


def test_saving_without_a_change_changes_no_passage(chief: Client) -> None:
    document: Any = make_document()
    document["citations"][0]["quotations"][0] |= {
        "text": "Finding 2: so it began.",
        "finding": None,
    }
    check = make_check(citations=document["citations"])
    assert save(chief, check).status_code == 302
    assert check.revisions.count() == 1


def test_a_passage_is_one_paragraph(chief: Client) -> None:
    document: Any = make_document()
    document["citations"][0]["quotations"][0]["text"] = "First.\n\nSecond."
    check = make_check(citations=document["citations"])
    assert document_of(check)["citations"][0]["quotations"][0]["text"] == "First. Second."


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("question", "???", "the question gives none"),
        ("findings-0-text", "x" * 100_001, "at most 100000 characters"),
        ("claim_text", "x" * 5_001, "at most 5000 characters"),
        ("tags", ", ".join(f"tag{number}" for number in range(60)), "at most 50 tags"),
        ("tags", "!!!", "a letter or digit among them"),
        ("citations-0-quotations", "x" * 5_001, "at most 5000 characters"),
    ],
)
def test_a_limit_is_a_sentence_at_its_field(
    chief: Client, field: str, value: str, sentence: str
) -> None:
    check = make_check()
    response: Any = save(chief, check, **{"slug": "", field: value})
    assert response.status_code == 200
    assert sentence in errors(response)
    assert "does not match" not in response.content.decode()
