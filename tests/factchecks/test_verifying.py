"""Quotations of checks: looked up after a save, and, where the newsroom wants that, a condition of publication."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import importer, publishing, revisions, tasks
from factchecks.desk import panel
from factchecks.models import FactCheck, Publication
from sources import quoting
from sources.models import Source, Verification
from tests.factchecks.drafts import make_draft
from tests.factories import NOON, edit, key, make_check, make_document, make_superuser
from tests.sources.copies import make_body, make_copy

pytestmark = pytest.mark.django_db

RULE = "Every quotation stands word for word in a kept copy of its source"
ABSENT = "Cheese is made of milk by people who keep cows."


def quoting_(text: str) -> dict[str, Any]:
    """The citations of a document of which the first quotes this."""
    citations = make_document()["citations"]
    citations[0]["quotations"] = [{"key": key(61), "text": text, "finding": None}]
    return {"citations": citations}


def source_of(check: FactCheck) -> Source:
    source = check.citations.get(number=1).source
    assert source is not None
    return source


def jobs() -> list[Any]:
    waiting = ProcrastinateJob.objects.filter(task_name=tasks.verify_quotations.name)
    return list(waiting.order_by("pk").values_list("args", flat=True))


@pytest.fixture
def must(settings: Any) -> None:
    settings.QUOTATIONS_MUST_BE_VERIFIED = True


def refusals(check: FactCheck) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        publishing.publish(check, editor=None)
    assert not Publication.objects.exists()
    return refused.value.messages


def test_what_a_save_quotes_is_looked_up_by_the_worker() -> None:
    check = make_check()
    make_copy(source_of(check))
    assert jobs() == [{"fact_check_id": check.pk}]
    tasks.verify_quotations(check.pk)
    tasks.verify_quotations(check.pk)
    assert Verification.objects.get().result == "verified"


def test_a_save_that_quotes_nothing_else_asks_for_nothing() -> None:
    check = make_check()
    edit(check, summary="Changed [1].")
    assert len(jobs()) == 1
    edit(check, **quoting_(ABSENT))
    assert len(jobs()) == 2
    edit(check, **quoting_(ABSENT), summary="Changed again [1].")
    assert len(jobs()) == 2


def test_a_check_that_is_gone_is_no_failed_job() -> None:
    tasks.verify_quotations(0)


@pytest.mark.usefixtures("must")
def test_a_verified_quotation_may_be_published_and_is_looked_up_for_that() -> None:
    check = make_check()
    make_copy(source_of(check))
    assert not Verification.objects.exists()
    publishing.publish(check, editor=None)
    assert Verification.objects.get().result == "verified"


@pytest.mark.usefixtures("must")
def test_a_quotation_without_a_copy_of_its_source_stops_publication() -> None:
    [message] = refusals(make_check())
    assert message == ("Source [1]: no copy is kept yet to look “The Moon is nearly round.” up in.")


@pytest.mark.usefixtures("must")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ABSENT, "Source [1], copy of March 2, 2026: “%s” is not found in it."),
        (
            "The Moon is exactly round.",
            "Source [1], copy of March 2, 2026: “%s” stands there with differences.",
        ),
    ],
)
def test_a_quotation_that_does_not_stand_stops_publication(text: str, sentence: str) -> None:
    check = make_check(**quoting_(text))
    make_copy(source_of(check))
    assert refusals(check) == [sentence % text]


@pytest.mark.usefixtures("must")
def test_a_quotation_of_a_copy_without_text_stops_publication() -> None:
    check = make_check()
    make_copy(source_of(check), make_body(""))
    assert "has no readable text" in refusals(check)[0]


@pytest.mark.usefixtures("must")
def test_what_an_older_copy_proves_may_be_published() -> None:
    check = make_check()
    source = source_of(check)
    older = make_copy(source)
    quoting.verify_copy(older, ["The Moon is nearly round."])
    make_copy(source, make_body("It says other things today."), NOON + timedelta(days=1))
    assert publishing.publish(check, editor=None)


@pytest.mark.usefixtures("must")
def test_a_check_that_quotes_nothing_may_be_published() -> None:
    citations = make_document()["citations"]
    citations[0]["quotations"] = []
    assert publishing.publish(make_check(citations=citations), editor=None)


def test_a_newsroom_that_does_not_ask_for_it_publishes_unverified_quotations() -> None:
    check = make_check(**quoting_(ABSENT))
    make_copy(source_of(check))
    assert publishing.publish(check, editor=None)
    assert RULE not in [line.text for line in lines(check)]


def lines(check: FactCheck) -> list[panel.Line]:
    shown: list[panel.Line] = panel.context(check)["panel"]["checklist"]
    return shown


@pytest.mark.usefixtures("must")
def test_the_checklist_leads_to_the_field_of_the_quotation() -> None:
    check = make_check()
    [line] = [line for line in lines(check) if line.text == RULE]
    assert [item.target for item in line.items] == ["id_citations-0-quotations"]
    make_copy(source_of(check))
    tasks.verify_quotations(check.pk)
    [line] = [line for line in lines(check) if line.text == RULE]
    assert line.items == []


@pytest.mark.usefixtures("must")
def test_an_import_that_quotes_what_no_copy_has_stays_a_draft() -> None:
    draft = make_draft()
    draft.document["citations"][0]["quotations"] = [{"text": ABSENT, "finding": None}]
    result = importer.save(draft, by=None)
    assert [problem for problem in result.obstacles if "no copy is kept yet" in problem]
    with pytest.raises(ValidationError, match="no copy is kept yet"):
        importer.publish(result, editor=make_superuser())
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("must")
def test_the_same_passage_quoted_of_two_sources_is_told_apart() -> None:
    text = "The Moon is nearly round."
    citations = make_document()["citations"]
    citations[1]["quotations"] = [{"key": key(62), "text": text, "finding": None}]
    check = make_check(citations=citations)
    make_copy(source_of(check))
    assert refusals(check) == [f"Source [2]: no copy is kept yet to look “{text}” up in."]
    last = revisions.newest(check)
    assert last is not None


# Where it does not stop publication


WRONG = "The Moon is exactly round."


def shown(client: Client, check: FactCheck, page: str) -> str:
    return client.get(reverse(f"admin:factchecks_factcheck_{page}", args=[check.pk])).text


@pytest.fixture
def wrong(client: Client) -> FactCheck:
    """A check that quotes with a difference, one of whose sources has no copy yet."""
    client.force_login(make_superuser())
    citations = quoting_(WRONG)["citations"]
    citations[1]["quotations"] = [{"key": key(62), "text": "Not yet.", "finding": None}]
    check = make_check(citations=citations)
    make_copy(source_of(check))
    return check


@pytest.mark.parametrize("page", ["review", "publish"])
def test_a_wrong_quotation_that_stops_nothing_is_a_warning_to_who_decides(
    client: Client, wrong: FactCheck, page: str
) -> None:
    made = shown(client, wrong, page)
    assert "Warning:" in made
    assert f"“{WRONG}” stands there with differences." in made
    copy = source_of(wrong).snapshots.get()
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    query = f"quotation={quoting.digest(WRONG)}&amp;check={wrong.pk}&amp;wrong={key(61)}"
    assert f'<a href="{url}?{query}#found">Compare' in made
    assert "1 quotation was not looked up in any copy of its source yet: [2]." in made


def test_the_form_warns_of_it_too_once_it_was_looked_up(client: Client, wrong: FactCheck) -> None:
    assert "Warning:" not in shown(client, wrong, "change")
    tasks.verify_quotations(wrong.pk)
    assert "Warning:" in shown(client, wrong, "change")


def test_nobody_is_warned_of_what_an_older_copy_has(client: Client, wrong: FactCheck) -> None:
    body = make_body(f"It said: {WRONG}")
    quoting.verify_copy(make_copy(source_of(wrong), body, NOON - timedelta(days=1)), [WRONG])
    assert "Warning:" not in shown(client, wrong, "publish")


@pytest.mark.usefixtures("must")
def test_what_stops_publication_is_told_once(client: Client, wrong: FactCheck) -> None:
    made = shown(client, wrong, "publish")
    assert made.count("stands there with differences.") == 1
    assert "Warning:" not in made


def test_an_import_that_quotes_wrongly_is_told_and_is_published_all_the_same() -> None:
    draft = make_draft()
    draft.document["citations"][0]["quotations"] = [{"text": WRONG, "finding": None}]
    first = importer.save(draft, by=None)
    assert first.warnings == []  # no copy to compare it with
    make_copy(source_of(FactCheck.objects.get()))
    result = importer.save(draft, by=None)
    assert ["stands there with differences." in each.message for each in result.warnings] == [True]
    assert importer.publish(result, editor=make_superuser())
