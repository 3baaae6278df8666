"""What the desk asks of the database is bounded, whatever the length of a check or the number of checks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factchecks import verifying
from factchecks.desk.searching import containing
from factchecks.generating import filling
from factchecks.models import FactCheck, Rating
from sources.models import Source
from tests.factchecks.desk.forms import change_url, save, typed
from tests.factories import edit, key, make_check, make_document, make_source_part, make_user
from tests.sources.copies import TEXT, make_body, make_copy

pytestmark = pytest.mark.django_db
EDIT, SAVE, PUBLISH, LIST = 23, 30, 36, 12
VERIFIED = 4  # more, where only what stands in kept copies is published


@contextmanager
def at_most(count: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    said = "\n".join(query["sql"][:200] for query in queries)
    assert len(queries) <= count, f"{len(queries)} queries\n{said}"


@pytest.fixture
def editor(client: Client) -> Client:
    user = make_user()
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def make_long_check(findings: int, sources: int) -> FactCheck:
    document: Any = make_document()
    document["findings"] = [
        {"key": key(1000 + number), "heading": f"It is {number}", "text": "So it is [1]. " * 20}
        for number in range(findings)
    ]
    document["citations"] = [
        {
            "key": key(2000 + number),
            "number": number,
            "accessed_on": "2026-02-28",
            "source": make_source_part(number),
            "quotations": [
                {"key": key(3000 + number), "text": "nearly round.", "finding": key(1000)}
            ],
        }
        for number in range(1, sources + 1)
    ]
    check = make_check(**document)
    for source in Source.objects.filter(citations__fact_check=check):
        make_copy(source, make_body(f"{TEXT} {source.pk}"))
    verifying.verify(check)
    return check


# The sample's size, and a much longer one.
SIZES = pytest.mark.parametrize(("findings", "sources"), [(6, 9), (20, 40)])


@SIZES
def test_opening_a_check_asks_the_same_whatever_its_length(
    editor: Client, findings: int, sources: int
) -> None:
    check = make_long_check(findings, sources)
    editor.get(change_url(check))
    with at_most(EDIT):
        assert editor.get(change_url(check)).status_code == 200


def test_the_page_of_a_check_of_the_samples_size_is_short(editor: Client) -> None:
    page = editor.get(change_url(make_long_check(6, 9))).content
    assert len(page) <= 100_000


@SIZES
def test_saving_a_check_asks_the_same_whatever_its_length(
    editor: Client, findings: int, sources: int
) -> None:
    check = make_long_check(findings, sources)
    changes = {
        "summary": "Changed [2].",
        "findings-0-text": "Changed [2].",
        "citations-0-accessed_on": "2026-01-01",
    }
    data = typed(editor, change_url(check), **changes)
    with at_most(SAVE):
        assert editor.post(change_url(check), data).status_code == 302
    assert check.revisions.count() == 2


def test_a_forged_number_of_rows_makes_no_work_and_loses_nothing(editor: Client) -> None:
    check = make_long_check(6, 9)
    data = typed(editor, change_url(check), summary="Changed [2].")
    data |= {"citations-TOTAL_FORMS": "1999", "findings-INITIAL_FORMS": "1999"}
    page: Any = editor.post(change_url(check), {**data, "findings-TOTAL_FORMS": "99999"})
    groups = {each.formset.prefix: each.formset for each in page.context["inline_admin_formsets"]}
    assert [len(groups[name].forms) for name in ("findings", "citations")] == [6, 9]
    assert "at most 1000 forms" in page.text
    assert editor.post(change_url(check), data).status_code == 302
    assert (check.findings.count(), check.citations.count()) == (6, 9)


@SIZES
@pytest.mark.parametrize("must", [False, True])
def test_publishing_a_check_asks_the_same_whatever_its_length(
    editor: Client, findings: int, sources: int, settings: Any, must: bool
) -> None:
    settings.QUOTATIONS_MUST_BE_VERIFIED = must
    most = PUBLISH + VERIFIED if must else PUBLISH
    check = make_long_check(findings, sources)
    address = f"/admin/factchecks/factcheck/{check.pk}/publish/"
    data = {"base": "1", "at_0": "", "at_1": ""}
    with at_most(most):
        assert editor.post(address, data).status_code == 302
    edit(check, summary="Changed [1].")
    data = {"base": "2", "at_0": "", "at_1": "", "kind": "update", "text": "More is known."}
    with at_most(most):
        assert editor.post(address, data).status_code == 302
    assert check.publications.count() == 2


def test_the_list_asks_the_same_whatever_its_length(editor: Client) -> None:
    list(filling.fill(60, now=timezone.now()))
    for query in ("", "?q=generated", "?state=public", "?state=review"):
        with at_most(LIST):
            page: Any = editor.get(f"/admin/factchecks/factcheck/{query}")
        assert page.context["cl"].result_count


def test_the_list_is_searched_in_questions_addresses_summaries_and_headings() -> None:
    check = make_check()
    for words in ("moon ROUND", "is-the-moon", "flattened", "NOT A ball", '"not a ball"', ""):
        assert list(containing(FactCheck.objects.all(), words)) == [check]
    for words in ("moon sun", '"ball a"', "laser", "100%", "_"):
        assert not containing(FactCheck.objects.all(), words).exists()


def test_what_was_searched_for_before_a_change_is_not_found_after_it(editor: Client) -> None:
    check = make_check()
    save(editor, check, summary="Now it is otherwise [1].")
    assert containing(FactCheck.objects.all(), "otherwise").exists()
    assert not containing(FactCheck.objects.all(), "flattened").exists()


def test_a_rated_check_with_a_reviewer_and_an_assignee_asks_no_more(
    editor: Client, settings: Any
) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    rating = Rating.objects.create(name="False")
    claim = {"text": "C", "claimant": "D", "claimed_on": None, "appearance": "https://c.example/"}
    part = {"name": rating.name, "description": ""}
    check = make_check(claim=claim, rating=part)
    FactCheck.objects.update(assignee=make_user("other"))
    editor.get(change_url(check))
    with at_most(EDIT):
        editor.get(change_url(check))
    data = typed(editor, change_url(check), summary="Changed [2].")
    with at_most(SAVE):
        assert editor.post(change_url(check), data).status_code == 302
