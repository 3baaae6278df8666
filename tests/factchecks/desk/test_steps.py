"""Publishing, scheduling, cancelling and withdrawing at the desk, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factchecks import publishing
from factchecks.models import Correction, FactCheck, Publication
from tests.factories import edit, make_check, make_published, make_user

pytestmark = pytest.mark.django_db


def step(name: str, check: FactCheck) -> str:
    return reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk])


def test_the_page_of_publishing_names_what_stops_it(chief: Client) -> None:
    check = make_check(checked_on=None, authors=[])
    page = chief.get(step("publish", check)).content.decode()
    assert "The check has no author." in page
    assert "The date of checking is missing." in page
    assert 'name="base"' not in page


def test_a_check_that_breaks_no_rule_is_published(chief: Client) -> None:
    check = make_check()
    chief.post(step("publish", check), {"base": 1})
    assert Publication.objects.published().get().fact_check == check


def test_a_check_that_breaks_a_rule_is_not_published_by_hand_either(chief: Client) -> None:
    check = make_check(checked_on=None)
    response: Any = chief.post(step("publish", check), {"base": 1})
    assert response.context["form"].errors["__all__"] == ["The date of checking is missing."]
    assert not Publication.objects.exists()


def test_publishing_what_one_has_not_seen_is_refused(chief: Client) -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    response = chief.post(step("publish", check), {"base": 1})
    assert "changed while you decided" in response.content.decode()
    assert not Publication.objects.exists()


def test_a_check_is_scheduled_and_the_schedule_cancelled(chief: Client) -> None:
    check = make_check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    chief.post(
        step("publish", check),
        {"base": 1, "at_0": f"{tomorrow:%Y-%m-%d}", "at_1": f"{tomorrow:%H:%M:%S}"},
    )
    assert publishing.scheduled(check) is not None
    assert not Publication.objects.published().exists()
    chief.post(step("cancel", check))
    assert publishing.scheduled(check) is None


def test_a_schedule_in_the_past_is_refused_at_its_field(chief: Client) -> None:
    check = make_check()
    response: Any = chief.post(
        step("publish", check), {"base": 1, "at_0": "2020-01-01", "at_1": "12:00:00"}
    )
    assert response.context["form"].errors["at"] == ["This moment has passed."]


def test_a_new_version_says_what_changed(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    data = {"base": 2, "kind": "correction", "text": "It said “nearly”."}
    chief.post(step("publish", check), data)
    assert Correction.objects.get().publication == Publication.objects.published().get()
    page = Client().get("/fact-checks/is-the-moon-round/").content.decode()
    assert "It said “nearly”." in page


def test_a_correction_without_words_is_refused(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    response: Any = chief.post(step("publish", check), {"base": 2, "kind": "correction"})
    assert response.context["form"].errors["text"] == ["Say what changed and why."]


def test_withdrawing_needs_a_notice_and_shows_it(chief: Client) -> None:
    check = make_published().fact_check
    assert chief.post(step("withdraw", check), {"notice": " "}).status_code == 200
    chief.post(step("withdraw", check), {"notice": "It was wrong."})
    response = Client().get("/fact-checks/is-the-moon-round/")
    assert response.status_code == 410
    assert "It was wrong." in response.content.decode()


@pytest.mark.parametrize("name", ["publish", "withdraw", "cancel"])
def test_who_may_not_publish_may_not_take_a_step(client: Client, name: str) -> None:
    check = make_published().fact_check
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    assert client.post(step(name, check), {"base": 1, "notice": "No."}).status_code == 403
    assert Publication.objects.published().exists()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(step("publish", make_check()))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


@pytest.mark.parametrize("page", ["changelist", "add", "paste"])
def test_who_has_no_part_in_checks_sees_none(client: Client, page: str) -> None:
    client.force_login(make_user("cashier", "supporters.view_supporter"))
    assert client.get(reverse(f"admin:factchecks_factcheck_{page}")).status_code == 403


def test_no_check_is_ever_deleted(chief: Client) -> None:
    check = make_check()
    url = reverse("admin:factchecks_factcheck_delete", args=[check.pk])
    assert chief.post(url, {"post": "yes"}).status_code == 403
    assert FactCheck.objects.exists()
