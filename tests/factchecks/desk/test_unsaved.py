"""What is typed and not saved is kept for who typed it, apart from the revisions, until they save or discard it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from factchecks import tasks
from factchecks.desk import unsaved
from factchecks.models import FactCheck, UnsavedWork
from tests.factchecks.desk.forms import ADD, change_url, new_row, save, typed
from tests.factories import edit, make_check, make_superuser, make_user

pytestmark = pytest.mark.django_db

HOUR = "Typed for an hour [1]."


def keep_url(check: FactCheck | None) -> str:
    if check is None:
        return reverse("admin:factchecks_factcheck_unsaved_new")
    return reverse("admin:factchecks_factcheck_unsaved", args=[check.pk])


def discard_url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_unsaved_discard", args=[check.pk])


def keep(client: Client, check: FactCheck | None = None, **changes: Any) -> Any:
    """Open the form, type, and let the browser send what stands there."""
    data = typed(client, change_url(check) if check else ADD, **changes)
    return client.post(keep_url(check), data)


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def sign_in(name: str, *permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(name, *permissions))
    return client


def test_keeping_makes_no_revision_and_changes_nothing_of_the_check(chief: Client) -> None:
    check = make_check()
    assert keep(chief, check, summary=HOUR).status_code == 204
    assert check.revisions.count() == 1
    assert FactCheck.objects.get().summary != HOUR


def test_the_last_of_what_was_sent_is_kept_in_one_row(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary="Typed")
    keep(chief, check, summary=HOUR)
    work = UnsavedWork.objects.get()
    assert (work.fact_check, work.base) == (check, 1)
    assert ["summary", HOUR] in work.fields


def test_a_new_check_is_kept_too_in_one_row(chief: Client) -> None:
    for question in ("Is", "Is it?"):
        keep(chief, None, question=question)
    assert "You have unsaved work" in page(chief, ADD)
    assert "Is it?" in page(chief, f"{ADD}?unsaved=1")
    assert UnsavedWork.objects.get().fact_check is None


def test_unsaved_work_is_offered_with_its_time(chief: Client) -> None:
    check = make_check()
    with time_machine.travel(datetime(2026, 3, 2, 14, 3, tzinfo=UTC), tick=False):
        keep(chief, check, summary=HOUR)
        assert "You have unsaved work of 14:03." in page(chief, change_url(check))
    with time_machine.travel(datetime(2026, 3, 4, 9, 0, tzinfo=UTC), tick=False):
        assert "You have unsaved work of March 2, 2026, 2:03 p.m." in page(chief, change_url(check))


def test_going_on_shows_all_that_was_typed_and_saves_nothing(chief: Client) -> None:
    check = make_check()
    row = new_row("findings", 2, heading="A third", text="More [2].")
    keep(chief, check, summary=HOUR, tags="new, space", **row)
    response: Any = chief.get(change_url(check) + "?unsaved=1")
    html = response.content.decode()
    assert response.status_code == 200
    for text in (HOUR, "A third", "More [2].", "new, space", "not saved yet"):
        assert text in html
    assert "errornote" not in html
    assert check.revisions.count() == 1


def test_what_was_gone_on_with_can_be_saved(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    url = change_url(check) + "?unsaved=1"
    assert chief.post(url, typed(chief, url)).status_code == 302
    assert FactCheck.objects.get().summary == HOUR


def test_a_revision_saved_by_somebody_else_is_noticed_when_old_work_is_saved(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    edit(check, question="Is the Moon a ball?")
    url = change_url(check) + "?unsaved=1"
    data = typed(chief, url)
    assert data["base"] == "1"
    assert chief.post(url, data).status_code != 500
    assert FactCheck.objects.get().question == "Is the Moon a ball?"


def test_work_on_a_part_that_somebody_else_took_out_still_comes_back(chief: Client) -> None:
    check = make_check()
    keep(chief, check, **{"findings-1-text": HOUR})
    edit(check, summary="", findings=[], citations=[])
    assert HOUR in page(chief, change_url(check) + "?unsaved=1")


def test_a_save_ends_the_unsaved_work(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary="Typed")
    data = typed(chief, change_url(check) + "?unsaved=1", summary=HOUR)
    assert chief.post(change_url(check), data).status_code == 302
    assert not UnsavedWork.objects.exists()
    assert "unsaved work" not in page(chief, change_url(check))


def test_saving_a_new_check_ends_only_the_unsaved_work_of_a_new_check(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    keep(chief, None, question="Is it?")
    save(chief, None, question="Is it?")
    assert UnsavedWork.objects.get().fact_check == check


def test_a_save_that_is_refused_leaves_the_unsaved_work(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    save(chief, check, question="")
    assert UnsavedWork.objects.exists()


def test_a_save_beside_the_offer_leaves_what_was_offered(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    assert 'name="_unsaved_undecided"' in page(chief, change_url(check))
    save(chief, check, question="Else?", _unsaved_undecided="1")
    assert UnsavedWork.objects.exists()


def test_discarding_takes_it_away(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    assert chief.post(discard_url(check))["Location"] == change_url(check)
    assert not UnsavedWork.objects.exists()


def test_nobody_sees_or_ends_the_unsaved_work_of_somebody_else(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    other = Client()
    other.force_login(make_superuser("other"))
    for url in (change_url(check), change_url(check) + "?unsaved=1"):
        assert HOUR not in page(other, url)
        assert "unsaved work" not in page(other, url)
    other.post(discard_url(check))
    save(other, check, question="Else?")
    assert UnsavedWork.objects.count() == 1


@pytest.mark.parametrize("permissions", [[], ["factchecks.view_factcheck"]])
def test_who_may_not_save_keeps_nothing(permissions: list[str]) -> None:
    check = make_check()
    client = sign_in("reader", *permissions)
    for url in (keep_url(check), keep_url(None), discard_url(check)):
        assert client.post(url, {"summary": HOUR}).status_code == 403
    assert not UnsavedWork.objects.exists()


def test_who_only_reads_is_offered_nothing() -> None:
    check = make_check()
    client = sign_in("reader", "factchecks.view_factcheck")
    assert 'id="desk"' not in page(client, change_url(check))


def test_after_the_sign_in_has_expired_nothing_is_kept_and_the_answer_says_so(
    client: Client,
) -> None:
    check = make_check()
    assert client.post(keep_url(check), {"summary": HOUR}).status_code != 204
    assert not UnsavedWork.objects.exists()


def test_too_long_a_form_is_not_kept(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    monkeypatch.setattr(unsaved, "MAX_LENGTH", 1_000)
    assert keep(chief, check, summary="x" * 1_000).status_code == 413
    assert HOUR in page(chief, change_url(check) + "?unsaved=1")


@pytest.mark.parametrize("base", ["", "no number", "-1", "9" * 30, "²"])
def test_bad_input_is_kept_without_harm(chief: Client, base: str) -> None:
    check = make_check()
    assert keep(chief, check, summary="A\0bell", base=base).status_code == 204
    assert "Abell" in page(chief, change_url(check) + "?unsaved=1")


def test_tokens_and_buttons_are_not_kept(chief: Client) -> None:
    data = {"question": "Is it?", "csrfmiddlewaretoken": "x", "_publish": "1"}
    chief.post(keep_url(None), data)
    assert UnsavedWork.objects.get().fields == [["question", "Is it?"]]


def test_it_is_kept_only_by_a_post(chief: Client) -> None:
    assert chief.get(keep_url(None)).status_code == 405
    assert chief.post(keep_url(None).replace("add", "999")).status_code == 404


def test_after_thirty_days_it_is_forgotten(chief: Client) -> None:
    keep(chief, make_check(), summary=HOUR)
    kept = UnsavedWork.objects.get()
    with time_machine.travel(kept.saved_at + timedelta(days=29)):
        tasks.forget_unsaved_work(0)
        assert UnsavedWork.objects.exists()
    with time_machine.travel(kept.saved_at + timedelta(days=31)):
        tasks.forget_unsaved_work(0)
    assert not UnsavedWork.objects.exists()
