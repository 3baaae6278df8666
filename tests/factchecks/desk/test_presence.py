"""Who has a check open sees who else has, and that somebody saved it meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factchecks.models import FactCheck, Presence
from tests.factchecks.desk.forms import change_url
from tests.factories import edit, make_check, make_superuser, make_user

pytestmark = pytest.mark.django_db


def beat(client: Client, check: FactCheck, base: str = "1") -> Any:
    url = reverse("admin:factchecks_factcheck_presence", args=[check.pk])
    return client.post(url, {"base": base})


@pytest.fixture
def other() -> Client:
    user = make_superuser("b")
    user.first_name, user.last_name = "B.", "<Editor>"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_the_page_names_who_else_has_the_check_open(chief: Client, other: Client) -> None:
    check = make_check()
    assert "has this check open" not in other.get(change_url(check)).content.decode()
    page = chief.get(change_url(check)).content.decode()
    assert "B. &lt;Editor&gt; has this check open too." in page


def test_each_sign_of_life_is_answered_with_the_others(chief: Client, other: Client) -> None:
    check = make_check()
    for _ in range(2):
        assert beat(chief, check).json() == {"others": [], "notice": ""}
    answer = beat(other, check).json()
    assert answer["others"] == ["chief"]
    assert "chief has this check open too." in answer["notice"]
    assert Presence.objects.count() == 2


def test_who_gave_no_sign_for_a_minute_has_left(chief: Client, other: Client) -> None:
    check = make_check()
    beat(other, check)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert beat(chief, check).json()["others"] == []


def test_who_has_another_check_open_is_not_named(chief: Client, other: Client) -> None:
    beat(other, make_check(key="00000000-0000-0000-0000-000000000002", slug="other"))
    assert beat(chief, make_check()).json()["others"] == []


def test_a_newer_revision_is_named(chief: Client) -> None:
    check = make_check()
    edit(check, question="Else?")
    assert "Revision 2 was saved since you opened this page." in beat(chief, check).json()["notice"]
    assert beat(chief, check, base="2").json()["notice"] == ""


@pytest.mark.parametrize("base", ["", "no number", "9" * 40])
def test_bad_input_is_answered(chief: Client, base: str) -> None:
    assert beat(chief, make_check(), base).json()["notice"] == ""


def test_who_may_not_change_the_check_leaves_no_sign() -> None:
    check = make_check()
    client = Client()
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    client.get(change_url(check))
    assert beat(client, check).status_code == 403
    assert not Presence.objects.exists()
