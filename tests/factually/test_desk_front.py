"""The desk's front page and its search: each wing's part for those who may see it, and for nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from factchecks import workflow
from factually.charts import goal_chart
from tests.factories import key, make_check, make_superuser, make_user
from tests.supporters.factories import (
    make_contribution,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture(autouse=True)
def _april() -> Any:
    with time_machine.travel(APRIL, tick=True):
        yield


def somebody(client: Client, *groups: str) -> Client:
    user = make_user("_".join(groups).replace(" ", "") or "nobody")
    user.groups.set(Group.objects.filter(name__in=groups))
    client.force_login(user)
    return client


def found(client: Client, query: str) -> list[str]:
    """The titles of what was found."""
    response: Any = client.get(reverse("admin:search"), {"q": query})
    assert response.status_code == 200
    return [hit.title for group in response.context["groups"] for hit in group.hits]


def test_an_editor_sees_what_waits_and_nothing_of_supporters(client: Client) -> None:
    make_goal()
    workflow.submit(make_check(), by=make_user("writer"), base=1)
    page = somebody(client, "Editor").get(INDEX).content.decode()
    assert "To review" in page
    assert "Is the Moon round?" in page
    assert "upporter" not in page
    assert "Ten of us" not in page


def test_a_supporter_admin_sees_the_goal_and_nothing_of_checks(client: Client) -> None:
    make_goal()
    make_check()
    page = somebody(client, "Supporter admin").get(INDEX).content.decode()
    assert "Ten of us" in page
    assert '<svg class="chart"' in page
    assert "What needs you" not in page
    assert "Is the Moon round?" not in page


def test_who_may_see_nothing_sees_neither(client: Client) -> None:
    make_goal()
    make_check()
    page = somebody(client).get(INDEX).content.decode()
    assert "What needs you" not in page
    assert "<desc" not in page


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    for url in (INDEX, reverse("admin:search")):
        response = client.get(url)
        assert response.status_code == 302
        assert "/admin/login/" in response["Location"]


def test_the_front_page_takes_at_most_seventeen_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    make_goal()
    make_payment()
    workflow.submit(make_check(), by=make_user("writer"), base=1)
    somebody(client, "Editor", "Supporter admin")
    with django_assert_max_num_queries(17):
        page = client.get(INDEX).content.decode()
    assert "To review" in page
    assert "Ten of us" in page


def test_the_chart_tells_a_screen_reader_its_numbers(client: Client) -> None:
    make_goal()
    make_payment()  # on March 1, a Sunday
    page = somebody(client, "Supporter admin").get(INDEX).content.decode()
    assert "1 of 10 supporters: 10 per cent" in page
    assert "week of Feb. 23, 2026: 1;" in page
    assert "style=" not in page


def test_each_person_is_new_once_in_the_week_of_the_first_payment() -> None:
    supporter = make_supporter()
    first = make_payment(make_contribution(supporter), paid_at=datetime(2026, 3, 4, tzinfo=UTC))
    make_payment(make_contribution(supporter), paid_at=datetime(2026, 3, 11, tzinfo=UTC))
    make_refund(first, paid_at=datetime(2026, 3, 5, tzinfo=UTC))
    long_ago = make_contribution(make_supporter(2))
    make_payment(long_ago, paid_at=datetime(2025, 1, 1, tzinfo=UTC))
    make_payment(long_ago, paid_at=datetime(2026, 3, 30, tzinfo=UTC))
    chart = goal_chart()
    assert len(chart.bars) == 12
    assert {str(bar.week.begins_on): bar.week.count for bar in chart.bars if bar.week.count} == {
        "2026-03-02": 1
    }
    assert chart.bars[-1].week.begins_on.isoformat() == "2026-03-30"


def test_without_a_goal_and_without_supporters_there_is_a_chart_all_the_same(
    client: Client,
) -> None:
    page = somebody(client, "Supporter admin").get(INDEX).content.decode()
    assert "No goal is current" in page
    assert "0 gave for the first time" in page


def test_one_field_finds_checks_sources_people_and_publishers(client: Client) -> None:
    make_check()
    somebody(client, "Editor")
    assert found(client, "moon ROUND") == ["Is the Moon round?"]
    assert found(client, "is-the-moon-round") == ["Is the Moon round?"]
    assert found(client, "not ball") == ["Is the Moon round?"]
    assert found(client, "moon ball") == ["Is the Moon round?"]
    assert found(client, "Title 2") == ["Title 2"]
    assert found(client, "https://source3") == ["Title 3"]
    assert found(client, "Publisher 1") == ["Publisher 1"]
    assert found(client, "writer") == ["A. Writer"]
    assert found(client, "no such thing") == []


def test_supporters_are_found_only_by_those_who_may_see_them(client: Client) -> None:
    make_supporter(name="Moon Lover")
    make_check()
    assert found(somebody(client, "Editor"), "moon") == ["Is the Moon round?"]
    assert found(somebody(client, "Supporter admin"), "moon") == ["Moon Lover"]
    assert found(somebody(client, "Editor", "Supporter admin"), "moon") == [
        "Is the Moon round?",
        "Moon Lover",
    ]
    assert found(somebody(client), "moon") == []


def test_so_many_of_a_kind_are_shown_and_the_rest_is_a_link_away(client: Client) -> None:
    for number in range(11):
        make_check(key=key(100 + number), slug=f"moon-{number}")
    somebody(client, "Editor")
    response: Any = client.get(reverse("admin:search"), {"q": "moon"})
    group = response.context["groups"][0]
    assert len(group.hits) == 10
    listed: Any = client.get(group.more)
    assert listed.context["cl"].result_count == 11


@pytest.mark.parametrize("query", ["", "  ", "\x00", "%", "<b>", "x" * 5000, "a " * 500, "’"])
def test_any_query_is_answered_and_escaped(client: Client, query: str) -> None:
    client.force_login(make_superuser())
    assert found(client, query) == []
    page = client.get(reverse("admin:search"), {"q": query}).content.decode()
    assert "<b>" not in page


def test_a_search_takes_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    make_check()
    somebody(client, "Editor", "Supporter admin")
    with django_assert_max_num_queries(10):
        client.get(reverse("admin:search"), {"q": "a"})
