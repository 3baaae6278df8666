"""The page of supporters: only who agreed, only who gave, nothing but the name."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from supporters import views
from supporters.models import Supporter
from tests.supporters.factories import (
    make_contribution,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db
WALL = "/support/supporters/"


def named(number: int = 1, **changes: Any) -> Supporter:
    person = make_supporter(number, **{"show_name": True, **changes})
    make_payment(make_contribution(person))
    return person


def shown(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{WALL}{query}")
    return [person.name for person in response.context["people"]]


def test_only_who_agreed_is_named(client: Client) -> None:
    named(1)
    named(2, show_name=False)

    assert shown(client) == ["Supporter 1"]


def test_who_got_everything_back_is_not_named(client: Client) -> None:
    person = make_supporter(show_name=True)
    payment = make_payment(make_contribution(person))
    assert shown(client) == ["Supporter 1"]

    make_refund(payment)

    assert shown(client) == []


def test_who_has_only_promised_is_not_named(client: Client) -> None:
    make_contribution(make_supporter(show_name=True))

    assert shown(client) == []


def test_who_gave_what_looks_suspicious_is_not_named(client: Client) -> None:
    person = named()
    person.contributions.update(held_at=timezone.now(), held_reason="Many small tries")

    assert shown(client) == []


def test_a_name_that_is_empty_is_no_name(client: Client) -> None:
    named(name="")

    assert shown(client) == []


def test_nothing_but_the_name_is_there(client: Client) -> None:
    named(name="Ada <script>", email="ada@example.org")

    page = client.get(WALL).content.decode()

    assert "Ada &lt;script&gt;" in page
    assert "ada@example.org" not in page
    assert "$25" not in page


def test_who_is_made_up_is_plainly_said_to_be(client: Client) -> None:
    named(is_demonstration=True)

    assert "made up for the demonstration" in client.get(WALL).content.decode()


def test_no_cache_keeps_a_name_after_its_owner_has_changed_their_mind(client: Client) -> None:
    assert "no-cache" in client.get(WALL)["Cache-Control"]


def test_there_are_so_many_names_on_a_page_and_a_way_to_further_ones(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(views, "NAMES_A_PAGE", 2)
    people = [named(number) for number in range(1, 6)]

    with django_assert_max_num_queries(2):
        first = shown(client)

    assert first == ["Supporter 5", "Supporter 4"]
    assert shown(client, f"?before={people[3].pk}") == ["Supporter 3", "Supporter 2"]
    assert shown(client, f"?before={people[1].pk}") == ["Supporter 1"]
    assert f"before={people[3].pk}" in client.get(WALL).content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "１２"])
def test_a_page_that_cannot_be_is_not_there(client: Client, before: str) -> None:
    assert client.get(WALL, {"before": before}).status_code == 404
