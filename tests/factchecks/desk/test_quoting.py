"""A passage of a kept text is quoted in a check."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from factchecks.models import FactCheck, Quotation
from sources import quoting
from sources.models import Snapshot, Source, Verification
from tests.factchecks.desk.test_size import at_most
from tests.factories import NOON, edit, key, make_check, make_document, make_user
from tests.sources.copies import make_body, make_copy

pytestmark = pytest.mark.django_db

PASSAGE = "Those who measured it say so."


@pytest.fixture
def check() -> FactCheck:
    return make_check()


@pytest.fixture
def copy(check: FactCheck) -> Snapshot:
    return make_copy(Source.objects.get(url="https://source1.example/page"))


@pytest.fixture
def reporter(client: Client) -> Client:
    user = make_user()
    user.groups.add(Group.objects.get(name="Reporter"))
    client.force_login(user)
    return client


def quote(client: Client, copy: Snapshot, place: str, passage: str = PASSAGE) -> Any:
    url = reverse("admin:factchecks_factcheck_quote", args=[copy.pk])
    return client.post(url, {"passage": passage, "place": place})


def quotations(check: FactCheck) -> list[tuple[str, str | None]]:
    rows = Quotation.objects.filter(citation__fact_check=check, citation__number=1)
    return [
        (row.text, str(row.finding.key) if row.finding else None)
        for row in rows.select_related("finding").order_by("position")
    ]


def test_a_passage_is_quoted_for_the_whole_check(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    answer = quote(reporter, copy, f"{check.pk}.1.")
    assert answer.status_code == 302
    assert quotations(check)[1] == (PASSAGE, None)
    assert check.revisions.count() == 2
    assert Verification.objects.get().result == "verified"
    page = reporter.get(answer.headers["Location"])
    assert "Quoted from source [1]:" in page.text
    assert f'<mark id="passage" tabindex="-1">{PASSAGE}</mark>' in page.text


def test_a_passage_is_quoted_for_one_finding(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    quote(reporter, copy, f"{check.pk}.1.{key(32)}")
    assert quotations(check)[1] == (PASSAGE, key(32))


def test_the_page_offers_the_checks_that_cite_the_source_and_their_findings(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    other = make_check(key=key(2), slug="other", question="And what of it?")
    without = make_document()["citations"][1:]
    make_check(
        key=key(3),
        slug="third",
        question="Not this?",
        findings=[],
        summary="",
        citations=[{**each, "number": place} for place, each in enumerate(without, 1)],
    )
    page = reporter.get(reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])).text
    assert f'<option value="{check.pk}.1.">Is the Moon round?: the whole check</option>' in page
    assert f'<option value="{check.pk}.1.{key(31)}">' in page
    assert "Is the Moon round?: finding 1: It is measured</option>" in page
    assert '<optgroup label="And what of it?">' in page
    assert "Not this?" not in page
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    page = reporter.get(url, {"check": other.pk}).text
    assert f'<option value="{other.pk}.1." selected>' in page


def test_what_does_not_stand_word_for_word_is_not_quoted_and_stays_in_the_field(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    page = quote(reporter, copy, f"{check.pk}.1.{key(32)}", "Those who guessed it say so.")
    assert page.status_code == 200
    assert "does not stand in the text word for word" in page.text
    assert ">Those who guessed it say so.</textarea>" in page.text
    assert f'<option value="{check.pk}.1.{key(32)}" selected>' in page.text
    assert check.revisions.count() == 1


def test_nothing_selected_is_refused_with_a_sentence(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    assert "Select a passage" in quote(reporter, copy, f"{check.pk}.1.", "  ").text


@pytest.mark.parametrize("place", ["", "x", "1", "²..", "99999999.1.", ".."])
def test_a_place_that_is_none_is_refused_with_a_sentence(
    reporter: Client, copy: Snapshot, place: str
) -> None:
    assert "Choose the check that quotes it" in quote(reporter, copy, place).text


def test_a_check_that_was_saved_meanwhile_is_not_overwritten_and_what_was_typed_stays(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    edit(check, summary="Saved meanwhile [1].")
    page = quote(reporter, copy, f"{check.pk}.1.{key(32)}")
    assert "saved by somebody else" in page.text
    assert f">{PASSAGE}</textarea>" in page.text
    assert f'<option value="{check.pk}.2.{key(32)}" selected>' in page.text
    assert len(quotations(check)) == 1
    quote(reporter, copy, f"{check.pk}.2.{key(32)}")
    check.refresh_from_db()
    assert check.summary == "Saved meanwhile [1]."
    assert len(quotations(check)) == 2


def test_the_same_passage_is_not_quoted_twice_in_one_place(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    quote(reporter, copy, f"{check.pk}.1.")
    assert "quoted there already" in quote(reporter, copy, f"{check.pk}.2.").text
    assert quote(reporter, copy, f"{check.pk}.2.{key(31)}").status_code == 302


def test_a_finding_or_a_source_that_is_gone_is_said(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    page = quote(reporter, copy, f"{check.pk}.1.{key(99)}")
    assert "This finding is not in the check any more" in page.text
    other = make_copy(Source.objects.create(url="https://other.example/"))
    page = quote(reporter, other, f"{check.pk}.1.")
    assert "does not cite this source any more" in page.text


def test_an_older_copy_can_be_quoted_and_proves_it(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    make_copy(copy.source, make_body("Something else."), NOON + timedelta(days=1))
    quote(reporter, copy, f"{check.pk}.1.")
    assert Verification.objects.filter(body=copy.body, result="verified").count() == 1


WRONG = "The Moon is exactly round."


def correct(client: Client, copy: Snapshot, wrong: str, passage: str, how: str = "correct") -> Any:
    url = reverse("admin:factchecks_factcheck_quote", args=[copy.pk])
    place = f"{wrong.split('.')[0]}.1."
    return client.post(url, {"passage": passage, "place": place, "wrong": wrong, "how": how})


@pytest.fixture
def mistaken(copy: Snapshot) -> FactCheck:
    """A check that quotes the same source, wrongly, for a finding."""
    document: Any = make_document(key=key(2), slug="other")
    document["citations"][0]["quotations"] = [{"key": key(61), "text": WRONG, "finding": key(31)}]
    return make_check(**document)


def test_the_way_to_a_wrong_quotation_offers_to_correct_it_or_to_add_one(
    reporter: Client, mistaken: FactCheck, copy: Snapshot
) -> None:
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    asked = {"quotation": quoting.digest(WRONG), "check": str(mistaken.pk), "wrong": key(61)}
    page = reporter.get(url, asked).text
    assert f'name="wrong" value="{mistaken.pk}.1.{key(61)}"' in page
    assert 'value="correct" checked' in page
    assert f'<q dir="auto">{WRONG}</q> (finding 1: It is measured)' in page
    assert f'action="{url}?check={mistaken.pk}&amp;wrong={key(61)}#found"' in page
    for gone in ("x", key(99)):
        assert 'name="how"' not in reporter.get(url, {**asked, "wrong": gone}).text


def test_a_wrong_quotation_is_corrected_in_its_place_by_one_revision(
    reporter: Client, mistaken: FactCheck, copy: Snapshot
) -> None:
    before = Quotation.objects.get(citation__fact_check=mistaken)
    answer = correct(reporter, copy, f"{mistaken.pk}.1.{key(61)}", PASSAGE)
    assert "Corrected, as source [1] says it:" in reporter.get(answer.headers["Location"]).text
    after = Quotation.objects.get(citation__fact_check=mistaken)
    assert quotations(mistaken) == [(PASSAGE, key(31))]
    assert after.key == before.key
    assert mistaken.revisions.count() == 2


def test_it_may_be_one_more_quotation_instead(
    reporter: Client, mistaken: FactCheck, copy: Snapshot
) -> None:
    correct(reporter, copy, f"{mistaken.pk}.1.{key(61)}", PASSAGE, how="add")
    assert quotations(mistaken) == [(WRONG, key(31)), (PASSAGE, None)]


def test_a_correction_that_is_refused_says_why_and_keeps_the_choice(
    reporter: Client, mistaken: FactCheck, copy: Snapshot
) -> None:
    wrong = f"{mistaken.pk}.1.{key(61)}"
    page = correct(reporter, copy, wrong, "Those who guessed it say so.").text
    assert "does not stand in the text word for word" in page
    assert f'name="wrong" value="{wrong}"' in page
    edit(mistaken, summary="Saved meanwhile [1].")
    assert "saved by somebody else" in correct(reporter, copy, wrong, PASSAGE).text
    page = correct(reporter, copy, f"{mistaken.pk}.2.{key(99)}", PASSAGE).text
    assert "is not in the check any more" in page
    assert quotations(mistaken) == [(WRONG, key(31))]


def test_what_a_refused_page_looks_up_is_asked_of_the_copy(
    reporter: Client, check: FactCheck, copy: Snapshot
) -> None:
    page = quote(reporter, copy, f"{check.pk}.1.", "Those who guessed it say so.").text
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    assert f'action="{url}?check={check.pk}#found"' in page


def test_who_may_not_change_checks_quotes_nothing(client: Client, copy: Snapshot) -> None:
    check = FactCheck.objects.get()
    assert "Sign in" in quote(client, copy, f"{check.pk}.1.").text
    client.force_login(make_user("reader", "sources.view_source", "factchecks.view_factcheck"))
    assert quote(client, copy, f"{check.pk}.1.").status_code == 403
    page = client.get(reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk]))
    assert "Quote it" not in page.text
    assert check.revisions.count() == 1


def test_the_page_costs_the_same_however_many_checks_cite_the_source(
    reporter: Client, copy: Snapshot
) -> None:
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    reporter.get(url)
    with at_most(8):
        reporter.get(url)
    for number in range(2, 8):
        make_check(key=key(number), slug=f"check-{number}")
    with at_most(8):
        reporter.get(url)
