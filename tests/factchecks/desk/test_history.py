"""The revisions at the desk: listed, compared, brought back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, revisions, workflow
from factchecks.models import FactCheck, Rating, Revision
from tests.factories import edit, key, make_check, make_document, make_superuser, make_user

pytestmark = pytest.mark.django_db


def url(name: str, check: FactCheck, *more: int) -> str:
    return reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk, *more])


def restore(client: Client, check: FactCheck, number: int, base: Any) -> str:
    """Press “Restore”, and read the page that follows."""
    response = client.post(url("restore", check, number), {"base": base}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def document_of(check: FactCheck) -> Any:
    last = revisions.newest(check)
    assert last is not None
    return last.document


def test_every_revision_is_listed_with_who_saved_it_and_what_changed(chief: Client) -> None:
    check = make_check()
    editor = make_user("C. Hecker")
    document = make_document(summary="It is [1].")
    revisions.apply(document, fact_check=check, base=1, by=editor)
    page: Any = chief.get(url("revisions", check))
    second, first = page.context["rows"]
    assert (second.revision.number, second.summary) == (2, "Executive summary changed")
    assert first.summary == "The first one"
    assert "C. Hecker" in page.content.decode()


def test_a_revision_shows_what_became_of_it(chief: Client) -> None:
    check = make_check()
    editor = make_user("approver")
    workflow.submit(check, by=editor, base=1)
    workflow.approve(check, by=editor, base=1)
    publishing.publish(check, editor=editor)
    edit(check, summary="It is [1].")
    page: Any = chief.get(url("revisions", check))
    second, first = page.context["rows"]
    assert [step.kind for step in first.steps] == ["submitted", "approved", "published"]
    assert (first.is_live, second.is_live, second.steps) == (True, False, [])
    assert "public now" in page.content.decode()


def test_a_long_history_takes_as_few_queries_as_a_short_one(
    chief: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    check = make_check()
    for number in range(45):
        edit(check, summary=f"Word {number} [1].")
    with django_assert_max_num_queries(9):
        page: Any = chief.get(url("revisions", check), {"page": 2})
    assert [row.revision.number for row in page.context["rows"]] == list(range(26, 6, -1))
    assert {row.summary for row in page.context["rows"]} == {"Executive summary changed"}
    last: Any = chief.get(url("revisions", check), {"page": "nonsense"})
    assert last.context["rows"][0].revision.number == 46


def test_any_two_stand_side_by_side_whichever_was_chosen_first(chief: Client) -> None:
    check = make_check()
    edit(check, summary="Nearly: it is flat [1].")
    edit(check, question="Is it round?")
    page: Any = chief.get(url("compare", check), {"old": 2, "new": 1})
    html = page.content.decode()
    assert (page.context["old"].number, page.context["new"].number) == (1, 2)
    assert "**flattened** by a little" in html.split("<del>")[1].split("</del>")[0]
    assert "flat<" in html.split("<ins>")[1].split("</ins>")[0]
    assert "removed:" in html
    assert "Is it round?" not in html.split("</h1>")[1]


def test_markup_in_a_text_is_shown_and_not_done(chief: Client) -> None:
    check = make_check()
    edit(check, summary="<script>alert(1)</script> [1].")
    page = chief.get(url("compare", check), {"old": 1, "new": 2}).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("chosen", [{}, {"old": "1", "new": "1"}, {"old": "x", "new": "2"}])
def test_less_than_two_revisions_cannot_be_compared(chief: Client, chosen: dict[str, str]) -> None:
    check = make_check()
    edit(check, summary="It is [1].")
    page = chief.get(url("compare", check), chosen, follow=True)
    assert "Choose two revisions to compare." in page.content.decode()


def test_a_revision_that_is_not_there_is_not_found(chief: Client) -> None:
    check = make_check()
    for number in ("2", "9" * 18, "9" * 30):
        page = chief.get(url("compare", check), {"old": "1", "new": number})
        assert page.status_code in {302, 404}
    assert chief.post(url("restore", check, 9), {"base": 1}).status_code == 404
    assert chief.post(url("restore", check, 10**17), {"base": 1}).status_code == 404


def test_an_old_revision_is_restored_as_a_new_one(chief: Client) -> None:
    check = make_check()
    citations = make_document()["citations"][1:2]
    citations[0]["number"] = 1
    edit(check, summary="Worse [1].", findings=[], citations=citations)
    said = restore(chief, check, 1, base=2)
    assert "Revision 1 is restored, as revision 3." in said
    assert document_of(check) == make_document()
    assert check.findings.count() == 2
    assert check.revisions.count() == 3


def test_a_revision_from_before_checks_had_pictures_is_restored(chief: Client) -> None:
    check = make_check()
    old: Any = make_document(summary="Old [1].")
    del old["pictures"], old["one_publisher_reason"]
    last = revisions.newest(check)
    assert last is not None
    Revision.objects.create(
        fact_check=check, number=2, document=old, sha256="0" * 64, saved_at=last.saved_at
    )
    edit(check, **make_document(question="Is it?"))
    assert "as revision 4" in restore(chief, check, 2, base=3)
    assert document_of(check)["summary"] == "Old [1]."
    assert chief.get(url("revisions", check)).status_code == 200


def test_restoring_what_is_there_already_makes_no_revision(chief: Client) -> None:
    check = make_check()
    assert "says the same as revision 1 already" in restore(chief, check, 1, base=1)
    assert check.revisions.count() == 1


@pytest.mark.parametrize("base", ["1", "", "many"])
def test_what_was_saved_meanwhile_is_not_restored_over(chief: Client, base: str) -> None:
    check = make_check()
    edit(check, summary="Two [1].")
    edit(check, summary="Three [1].")
    said = restore(chief, check, 1, base=base)
    assert "Revision 1 was not restored: This check was saved by somebody else" in said
    assert document_of(check)["summary"] == "Three [1]."


def test_a_slug_that_was_taken_since_is_said_in_a_sentence(chief: Client) -> None:
    check = make_check()
    edit(check, slug="moved")
    make_check(key=key(2), slug="is-the-moon-round")
    assert "Another fact check has this slug." in restore(chief, check, 1, base=2)
    assert check.revisions.count() == 2


def test_a_rating_that_vanished_since_is_said_in_a_sentence(chief: Client) -> None:
    rating = Rating.objects.create(name="Flat")
    check = make_check(rating={"name": "Flat", "description": ""})
    edit(check, rating=None)
    rating.delete()
    assert "not on the newsroom&#x27;s scale" in restore(chief, check, 1, base=2)


def test_who_may_only_look_restores_nothing(client: Client) -> None:
    check = make_check()
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    assert b"Restore" not in client.get(url("revisions", check)).content
    assert client.get(url("compare", check), {"old": 1, "new": 2}).status_code == 404
    assert client.post(url("restore", check, 1), {"base": 1}).status_code == 403


def test_who_may_not_look_sees_no_revision(client: Client) -> None:
    check = make_check()
    client.force_login(make_user("other"))
    for address in (url("revisions", check), url("compare", check), url("history", check)):
        assert client.get(address).status_code == 403
    assert client.post(url("restore", check, 1)).status_code == 403


def test_restoring_needs_a_token_of_the_page() -> None:
    check = make_check()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser())
    assert client.post(url("restore", check, 1), {"base": 1}).status_code == 403
    assert client.get(url("restore", check, 1)).status_code == 405


def test_the_history_of_the_form_leads_to_the_revisions(chief: Client) -> None:
    check = make_check()
    response: Any = chief.get(url("history", check))
    assert response.url == url("revisions", check)
    assert chief.get("/admin/factchecks/factcheck/none/history/").status_code == 404
