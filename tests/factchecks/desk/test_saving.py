"""The desk's form: what is typed becomes the next revision, or comes back with a reason; nothing is lost."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from factchecks import revisions
from factchecks.models import FactCheck, Person, Publication, Rating
from sources.models import Publisher, Source
from tests.factchecks.desk.forms import change_url, errors, new_row, save, typed
from tests.factories import edit, make_check, make_document, make_published
from tests.sources.forms import opened

pytestmark = pytest.mark.django_db


def document_of(check: FactCheck) -> Any:
    last = revisions.newest(check)
    assert last is not None
    return last.document


def test_saving_the_form_as_it_is_changes_nothing(chief: Client) -> None:
    check = make_check()
    assert save(chief, check).status_code == 302
    assert check.revisions.count() == 1


def test_a_whole_check_is_written_on_one_page(chief: Client) -> None:
    author = Person.objects.create(name="A. Writer")
    publisher = Publisher.objects.create(name="P", domain="p.example")
    source = Source.objects.create(url="https://p.example/", title="T", publisher=publisher)
    rows = {
        **new_row("bylines", 0, person=author.pk),
        **new_row("findings", 0, heading="It is", text="Yes [1]."),
        **new_row("citations", 0, source=source.pk, accessed_on="2026-03-01", number=1),
        **new_row("searches", 0, text="moon"),
        **new_row("follow_ups", 0, text="Why?"),
    }
    fields: dict[str, Any] = {"question": "Is it?", "summary": "It is [1].", "tags": "space, Myths"}
    assert save(chief, None, **fields, **rows).status_code == 302
    document = document_of(FactCheck.objects.get())
    assert (document["slug"], document["tags"]) == ("is-it", ["Myths", "space"])
    assert document["findings"][0]["text"] == "Yes [1]."
    assert document["citations"][0]["source"]["title"] == "T"


def test_deleting_a_source_renumbers_every_text(chief: Client) -> None:
    check = make_check()
    fields = {
        "summary": "Nearly [2].",
        "findings-0-text": "By laser [2] and `[2]`.",
        "citations-0-DELETE": "on",
        "citations-0-quotations": "",
    }
    assert save(chief, check, **fields).status_code == 302
    document = document_of(check)
    assert document["summary"] == "Nearly [1]."
    assert document["findings"][0]["text"] == "By laser [1] and `[2]`."
    assert document["findings"][1]["text"] == "It bulges [2]."
    assert [citation["number"] for citation in document["citations"]] == [1, 2]


def test_a_source_that_is_still_cited_cannot_be_deleted(chief: Client) -> None:
    check = make_check()
    response = save(chief, check, **{"citations-2-DELETE": "on"})
    assert "[3] is still cited in: “It is not a ball”" in errors(response).replace("&quot;", '"')
    assert check.citations.count() == 3


def test_a_new_source_is_cited_by_the_number_that_its_row_showed(chief: Client) -> None:
    check = make_check()
    source = Source.objects.create(url="https://new.example/", title="New")
    row = new_row("citations", 3, source=source.pk, number=4, position=1)
    fields = {"summary": "New [4], old [1].", **row}
    places = {f"citations-{index}-position": index + 2 for index in range(3)}
    assert save(chief, check, **fields, **places).status_code == 302
    document = document_of(check)
    assert document["summary"] == "New [1], old [2]."
    assert document["citations"][0]["source"]["url"] == "https://new.example/"


def test_a_new_source_was_accessed_today_unless_another_day_is_typed(chief: Client) -> None:
    check = make_check()
    source = Source.objects.create(url="https://new.example/", title="New")
    today = {"accessed_on": "2026-03-02"}
    with time_machine.travel("2026-03-02 12:00"):
        page: Any = chief.get(change_url(check))
    (empty,) = [
        group.formset.empty_form
        for group in page.context["inline_admin_formsets"]
        if group.formset.prefix == "citations"
    ]
    assert str(empty["accessed_on"].value()) == today["accessed_on"]
    row = new_row("citations", 3, source=source.pk, number=4, **today)
    assert save(chief, check, **row, **{"initial-citations-3-accessed_on": "2026-03-02"})
    assert document_of(check)["citations"][3]["accessed_on"] == "2026-03-02"


def test_a_new_row_with_nothing_but_the_day_that_it_came_with_is_no_source(chief: Client) -> None:
    check = make_check()
    row = new_row("citations", 3, number=4, accessed_on="2026-03-02")  # sent the day after
    save(chief, check, **row, **{"initial-citations-3-accessed_on": "2026-03-02"})
    assert len(document_of(check)["citations"]) == 3


def test_passages_are_kept_with_the_finding_that_relies_on_them(chief: Client) -> None:
    check = make_check()
    typed_in = "Finding 2: It bulges.\n\nThe Moon is nearly round."
    save(chief, check, **{"citations-0-quotations": typed_in})
    first, second = document_of(check)["citations"][0]["quotations"]
    findings = document_of(check)["findings"]
    assert (first["text"], first["finding"]) == ("It bulges.", findings[1]["key"])
    assert (second["text"], second["finding"]) == ("The Moon is nearly round.", None)
    assert second["key"] == make_document()["citations"][0]["quotations"][0]["key"]


def test_a_save_over_somebody_elses_comes_back_with_all_that_was_typed(chief: Client) -> None:
    check = make_check()
    data = typed(chief, change_url(check), summary="Typed for an hour [1].")
    edit(check, question="Is the Moon a ball?")
    response: Any = chief.post(change_url(check), data)
    assert response.status_code == 200
    assert "Saved by two people" in response.content.decode()
    assert "Typed for an hour [1]." in response.content.decode()
    assert FactCheck.objects.get().question == "Is the Moon a ball?"


def test_a_slug_that_is_taken_is_refused_at_its_field(chief: Client) -> None:
    make_check()
    response: Any = save(chief, question="Another?", slug="is-the-moon-round")
    assert "slug" in response.context["adminform"].form.errors
    assert FactCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", "x" * 301),
        ("summary", "x" * 20_001),
        ("language", "not a language"),
        ("claim_appearance", "javascript:alert(1)"),
        ("checked_on", "yesterday"),
        ("tags", "x" * 200),
        ("findings-0-text", "x" * 100_001),
        ("findings-0-heading", ""),
        ("citations-0-source", "999999"),
        ("citations-1-source", "no number"),
        ("citations-0-quotations", "x" * 5_001),
        ("rating", "no number"),
        ("base", "no number"),
        ("findings-TOTAL_FORMS", "many"),
    ],
)
def test_bad_input_comes_back_with_a_sentence_and_all_that_was_typed(
    chief: Client, field: str, value: str
) -> None:
    check = make_check()
    response: Any = save(chief, check, **{"summary": "Typed for an hour [1].", field: value})
    assert response.status_code == 200
    assert "errornote" in response.content.decode()
    if field != "summary":
        assert "Typed for an hour [1]." in response.content.decode()
    assert check.revisions.count() == 1


def test_control_characters_are_left_out(chief: Client) -> None:
    check = make_check()
    save(chief, check, summary="A\x07bell [1].\r\nNext")
    assert document_of(check)["summary"] == "Abell [1].\nNext"


def test_a_broken_table_is_kept_as_typed_and_named_with_a_way_to_its_field(chief: Client) -> None:
    check = make_check()
    table = "By laser [1].\n\n| a | b |\n|---|\n| c | d |"
    save(chief, check, **{"findings-0-text": table})
    page = chief.get(change_url(check)).content.decode()
    assert '<a href="#id_findings-0-text">Finding 1 has a broken table at “| a | b |”' in page
    assert document_of(check)["findings"][0]["text"] == table


def test_whatever_the_desk_does_to_a_published_check_changes_no_public_byte(
    chief: Client, client: Client, django_user_model: Any
) -> None:
    publication = make_published(claim=None)
    check = publication.fact_check
    rating = Rating.objects.create(name="False")
    person = Person.objects.create(name="C. Other")
    other = Source.objects.create(url="https://other.example/", title="Other")
    reader = Client()
    addresses = [
        "/",
        "/fact-checks/",
        publication.get_absolute_url(),
        "/topics/space/",
        *(f"/sources/{s.pk}/" for s in Source.objects.order_by("pk")),
        "/publishers/source1.example/",
    ]
    before = {address: reader.get(address).content for address in addresses}
    ways: list[dict[str, Any]] = [
        {"question": "Changed?"},
        {"slug": "changed", "language": "de", "tags": "changed"},
        {"summary": "Changed [1].", "checked_on": "2026-03-02", "review_on": "2029-01-01"},
        {"claim_text": "C", "claimant": "C", "claim_appearance": "https://c.example/"},
        {"rating": rating.pk, "reviewed_by": person.pk, "bylines-0-person": person.pk},
        {"findings-0-heading": "Changed", "findings-1-text": "Changed [3]."},
        {"findings-0-position": 9, "searches-0-position": 9, "citations-0-position": 9},
        {"citations-0-source": other.pk, "citations-0-quotations": "Changed"},
        {"searches-0-DELETE": "on", "follow_ups-0-DELETE": "on", "bylines-0-DELETE": "on"},
    ]
    for number, way in enumerate(ways, 2):
        assert save(chief, check, **way).status_code == 302
        assert check.revisions.count() == number
    source = Source.objects.get(url="https://source1.example/page")
    url = f"/admin/sources/source/{source.pk}/change/"
    emptied = {"title": "Changed", "publisher": "", "published_on": ""}
    chief.post(url, {**opened(chief, url), **emptied})
    publisher = Publisher.objects.get(domain="source2.example")
    url = f"/admin/sources/publisher/{publisher.pk}/change/"
    chief.post(url, {**opened(chief, url), "name": "Changed", "domain": "changed.example"})
    url = f"/admin/factchecks/person/{person.pk}/change/"
    chief.post(url, {**opened(chief, url), "name": "Changed"})
    source.refresh_from_db()
    publisher.refresh_from_db()
    person.refresh_from_db()
    assert (source.title, publisher.name, person.name) == ("Changed", "Changed", "Changed")
    assert {address: reader.get(address).content for address in addresses} == before
    assert Publication.objects.published().get() == publication


def test_a_refused_form_shows_what_was_typed_into_a_finding_that_somebody_else_took_out(
    chief: Client,
) -> None:
    check = make_check()
    texts = {"findings-0-text": "By laser [1][2].", "findings-1-text": "Typed for an hour [3]."}
    data = typed(chief, change_url(check), question="", **texts)
    edit(check, summary="", findings=[], citations=[])
    page = chief.post(change_url(check), data).content.decode()
    assert "errornote" in page
    assert "Typed for an hour [3]." in page
    assert "By laser" not in page
    assert re.search('name="findings-INITIAL_FORMS"[^>]* value="0"', page)
