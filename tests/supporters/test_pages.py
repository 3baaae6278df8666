from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from tests.supporters.factories import (
    MARCH,
    YEAR,
    make_contribution,
    make_goal,
    make_payment,
    make_supporter,
)

pytestmark = pytest.mark.django_db
GOAL = "/support/goal.json"


def test_the_goal_is_served_to_scripts(client: Client, django_assert_num_queries: Any) -> None:
    make_goal(ends_at=datetime(2099, 1, 1, tzinfo=UTC))
    make_payment()

    with django_assert_num_queries(1):
        response = client.get(reverse("supporters:goal_json"))

    answer = response.json()
    assert datetime.fromisoformat(answer.pop("as_of")).tzinfo
    assert answer == {
        "title": "Ten of us",
        "words": "",
        "counts": "supporters",
        "value": 1,
        "target": 10,
        "value_label": "1",
        "target_label": "10 supporters",
        "currency": "",
        "percent": 10,
        "ends_on": "2098-12-31",
    }


def test_any_site_may_read_it_and_caches_may_keep_it_for_seconds(client: Client) -> None:
    make_goal()

    response = client.get(GOAL)

    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=5"
    assert not response.cookies


def test_it_says_not_modified_until_the_figure_changes(client: Client) -> None:
    make_goal()
    etag = client.get(GOAL)["ETag"]

    unchanged = client.get(GOAL, headers={"if-none-match": etag})
    make_payment()
    changed = client.get(GOAL, headers={"if-none-match": etag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Access-Control-Allow-Origin"] == "*"
    assert changed.status_code == 200


def test_it_can_only_be_read(client: Client) -> None:
    make_goal()

    assert client.head(GOAL).content == b""
    assert client.post(GOAL).status_code == 405


def test_without_a_goal_it_says_so(client: Client) -> None:
    response = client.get(GOAL)

    assert response.status_code == 404
    assert response.json() == {"error": "There is no current goal."}
    assert response["Access-Control-Allow-Origin"] == "*"


def test_without_the_database_it_says_so(client: Client) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(refuse):
        response = client.get(GOAL)

    assert response.status_code == 503
    assert response.json() == {"error": "The figure cannot be read just now."}
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_support_page_shows_the_goal_and_the_past_ones(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    make_goal()
    make_goal(title="Last year's", is_current=False, ends_at=MARCH, target=7)
    make_payment(make_contribution(make_supporter(name="Private Person")), paid_at=YEAR)

    with django_assert_max_num_queries(2):
        response = client.get(reverse("supporters:support"))

    page = response.content.decode()
    assert "10 supporters" in page
    assert "Last year&#x27;s" in page
    assert "Private Person" not in page


def test_the_support_page_works_without_any_goal(client: Client) -> None:
    assert client.get("/support/").status_code == 200
