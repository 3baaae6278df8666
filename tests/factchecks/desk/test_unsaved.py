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
from tests.factories import edit, key, make_check, make_superuser, make_user

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


def reopen_url(check: FactCheck | None = None) -> str:
    """Where “Go on with it” leads, for the newest."""
    url = change_url(check) if check else ADD
    return f"{url}?unsaved={UnsavedWork.objects.latest('saved_at').form}"


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
    opened = typed(chief, change_url(check))
    for text in ("Typed", HOUR):
        chief.post(keep_url(check), {**opened, "summary": text})
    work = UnsavedWork.objects.get()
    assert (work.fact_check, work.base) == (check, 1)
    assert ["summary", HOUR] in work.fields


def test_two_tabs_of_one_person_are_kept_apart_and_both_are_offered(chief: Client) -> None:
    check = make_check()
    first, second = (typed(chief, change_url(check)) for _tab in range(2))
    chief.post(keep_url(check), {**first, "summary": HOUR})
    chief.post(keep_url(check), {**second, "summary": "Two words."})
    newest, other = UnsavedWork.objects.order_by("-saved_at")
    assert (str(newest.form), str(other.form)) == (second["_form"], first["_form"])
    html = page(chief, change_url(check))
    assert html.index(f"unsaved={newest.form}") < html.index(f"unsaved={other.form}")
    assert HOUR in page(chief, f"{change_url(check)}?unsaved={other.form}")


def test_a_save_ends_only_the_work_of_its_own_tab(chief: Client) -> None:
    check = make_check()
    first, second = (typed(chief, change_url(check)) for _tab in range(2))
    chief.post(keep_url(check), {**first, "summary": HOUR})
    chief.post(keep_url(check), {**second, "summary": "Two words."})
    assert chief.post(change_url(check), {**second, "summary": "Two words."}).status_code == 302
    assert str(UnsavedWork.objects.get().form) == first["_form"]


def test_two_new_checks_are_kept_apart_and_named_in_the_offer(chief: Client) -> None:
    for question in ("Is it round?", "Is it flat?"):
        keep(chief, None, question=question)
    html = page(chief, ADD)
    assert "Is it round?" in html
    assert html.index("Is it flat?") < html.index("Is it round?")
    assert "Is it flat?" in page(chief, reopen_url())
    assert [work.fact_check for work in UnsavedWork.objects.all()] == [None, None]


def test_the_key_of_a_form_stays_through_an_error(chief: Client) -> None:
    data = typed(chief, ADD, question="")
    response: Any = chief.post(ADD, data)
    assert f'name="_form" value="{data["_form"]}"' in response.content.decode()


def test_the_key_of_a_form_stays_through_an_expired_sign_in(chief: Client) -> None:
    data = typed(chief, ADD, question="Is it?")
    chief.logout()
    html = chief.post(ADD, data).content.decode()
    assert f'name="_form" value="{data["_form"]}"' in html


def test_what_was_gone_on_with_takes_the_place_of_the_old_when_it_is_kept(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary="Typed")
    going_on = typed(chief, reopen_url(check), summary=HOUR)
    chief.post(keep_url(check), going_on)
    work = UnsavedWork.objects.get()
    assert (str(work.form), ["summary", HOUR] in work.fields) == (going_on["_form"], True)


def test_a_tab_that_still_lives_keeps_what_it_types_after_another_went_on(chief: Client) -> None:
    check = make_check()
    living = typed(chief, change_url(check), summary="Typed")
    chief.post(keep_url(check), living)
    going_on = typed(chief, reopen_url(check))
    chief.post(keep_url(check), {**living, "summary": HOUR})
    assert chief.post(change_url(check), going_on).status_code == 302
    assert HOUR in page(chief, reopen_url(check))


def test_of_many_forms_the_oldest_is_forgotten(chief: Client) -> None:
    check = make_check()
    keep(chief, None, question="Is it?")
    opened = typed(chief, change_url(check))
    for number in range(unsaved.MOST + 1):
        chief.post(keep_url(check), {**opened, "_form": key(number), "summary": "Typed"})
    of_check = UnsavedWork.objects.filter(fact_check=check)
    assert of_check.count() == unsaved.MOST
    assert not of_check.filter(form=key(0)).exists()
    assert UnsavedWork.objects.filter(fact_check=None).exists()


@pytest.mark.parametrize("typed_key", ["", "no key", "x" * 10_000, "0"])
def test_a_form_without_a_proper_key_is_kept_too(chief: Client, typed_key: str) -> None:
    check = make_check()
    odd = {"_form": typed_key, "_continues": f"{typed_key} 2026-99-99T99:99:99Z"}
    assert keep(chief, check, summary=HOUR, **odd).status_code == 204
    assert HOUR in page(chief, reopen_url(check))
    assert page(chief, f"{change_url(check)}?unsaved={typed_key[:99]}").count(HOUR) == 0


def test_very_long_texts_of_many_fields_are_kept_whole(chief: Client) -> None:
    check = make_check()
    names = ("question", "summary", "claim_text", "findings-0-text", "findings-0-heading", "tags")
    texts = {name: f"{name} " + "ä" * 10_000 for name in names}
    assert keep(chief, check, **texts).status_code == 204
    html = page(chief, reopen_url(check))
    assert all(text in html for text in texts.values())


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
    response: Any = chief.get(reopen_url(check))
    html = response.content.decode()
    assert response.status_code == 200
    for text in (HOUR, "A third", "More [2].", "new, space", "not saved yet"):
        assert text in html
    assert "errornote" not in html
    assert check.revisions.count() == 1


def test_what_was_gone_on_with_can_be_saved(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    url = reopen_url(check)
    assert chief.post(url, typed(chief, url)).status_code == 302
    assert FactCheck.objects.get().summary == HOUR


def test_a_revision_saved_by_somebody_else_is_noticed_when_old_work_is_saved(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    edit(check, question="Is the Moon a ball?")
    url = reopen_url(check)
    data = typed(chief, url)
    assert data["base"] == "1"
    assert chief.post(url, data).status_code != 500
    assert FactCheck.objects.get().question == "Is the Moon a ball?"


def test_work_on_a_part_that_somebody_else_took_out_still_comes_back(chief: Client) -> None:
    check = make_check()
    keep(chief, check, **{"findings-1-text": HOUR})
    edit(check, summary="", findings=[], citations=[])
    assert HOUR in page(chief, reopen_url(check))


def test_a_save_ends_the_unsaved_work(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary="Typed")
    data = typed(chief, reopen_url(check), summary=HOUR)
    assert chief.post(change_url(check), data).status_code == 302
    assert not UnsavedWork.objects.exists()
    assert "unsaved work" not in page(chief, change_url(check))


def test_saving_a_new_check_ends_only_the_unsaved_work_of_a_new_check(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    opened = typed(chief, ADD, question="Is it?")
    chief.post(keep_url(None), opened)
    chief.post(ADD, opened)
    assert UnsavedWork.objects.get().fact_check == check


def test_a_save_that_is_refused_leaves_the_unsaved_work(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    save(chief, check, question="")
    assert UnsavedWork.objects.exists()


def test_a_save_beside_the_offer_leaves_what_was_offered(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    save(chief, check, question="Else?")
    assert UnsavedWork.objects.exists()


def test_discarding_takes_away_that_one_only(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    keep(chief, check, summary="Two words.")
    newest, other = UnsavedWork.objects.order_by("-saved_at")
    response: Any = chief.post(discard_url(check), {"_form": newest.form})
    assert response.url == change_url(check)
    assert UnsavedWork.objects.get() == other


def test_nobody_sees_or_ends_the_unsaved_work_of_somebody_else(chief: Client) -> None:
    check = make_check()
    keep(chief, check, summary=HOUR)
    other = Client()
    other.force_login(make_superuser("other"))
    for url in (change_url(check), reopen_url(check)):
        assert HOUR not in page(other, url)
        assert "unsaved work" not in page(other, url)
    other.post(discard_url(check), {"_form": UnsavedWork.objects.get().form})
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
    assert HOUR in page(chief, reopen_url(check))


@pytest.mark.parametrize("base", ["", "no number", "-1", "9" * 30, "²"])
def test_bad_input_is_kept_without_harm(chief: Client, base: str) -> None:
    check = make_check()
    assert keep(chief, check, summary="A\0bell", base=base).status_code == 204
    assert "Abell" in page(chief, reopen_url(check))


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
