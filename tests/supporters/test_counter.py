"""The counter: in every page as of the moment it was made, dear to no page, and in a frame on any site."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_published
from tests.supporters.factories import make_goal, make_payment

pytestmark = pytest.mark.django_db
EMBED = "/support/goal/embed/"


def about_goals(client: Client, path: str, **headers: Any) -> int:
    """How many queries of a page are about the goal."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path, headers=headers).status_code in {200, 304}
    return sum("supporters_" in query["sql"] for query in asked)


@pytest.mark.parametrize("path", ["/", "/fact-checks/", "/corrections/", "/support/supporters/"])
def test_the_counter_costs_a_page_one_query_at_most(client: Client, path: str) -> None:
    make_goal()
    make_payment()
    own = 1 if path == "/support/supporters/" else 0

    assert about_goals(client, path) == own + 1
    assert 'value="10"' in client.get(path).content.decode()


def test_the_page_of_a_check_asks_for_it_once(client: Client) -> None:
    make_goal()

    assert about_goals(client, make_published().get_absolute_url()) == 1


@pytest.mark.parametrize("path", ["/feed/", "/claimreview.json", "/robots.txt", "/sitemap.xml"])
def test_what_shows_no_counter_asks_for_none(client: Client, path: str) -> None:
    make_goal()
    make_published()

    assert about_goals(client, path) == 0


def test_any_site_may_frame_the_goal_and_nothing_else(client: Client) -> None:
    make_goal()

    frame, page = client.get(EMBED), client.get("/support/")

    assert "frame-ancestors *" in frame["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_the_frame_loads_only_our_own_files_and_sets_no_cookie(client: Client) -> None:
    make_goal(title="Ten <of> us")

    response = client.get(EMBED)

    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=5"
    page = response.content.decode()
    assert "Ten &lt;of&gt; us" in page
    assert "style=" not in page
    assert f'data-goal-address="{reverse("supporters:goal_json")}"' in page


@pytest.mark.parametrize(
    ("asked", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')]
)
def test_a_site_may_choose_light_or_dark(client: Client, asked: str, shown: str) -> None:
    make_goal()

    assert shown in client.get(EMBED, {"theme": asked}).content.decode()


@pytest.mark.parametrize("asked", ["", "red", '"><script>'])
def test_otherwise_it_follows_the_reader(client: Client, asked: str) -> None:
    assert "data-theme" not in client.get(EMBED, {"theme": asked}).content.decode()


def test_without_a_goal_the_frame_says_so(client: Client) -> None:
    page = client.get(EMBED).content.decode()

    assert "We have no goal at the moment." in page
    assert "data-goal-address" not in page


def test_the_support_page_has_the_frame_to_copy(client: Client) -> None:
    make_goal()

    page = client.get("/support/").content.decode()

    assert "&lt;iframe src=&quot;http://testserver/support/goal/embed/&quot;" in page


def test_once_the_goal_is_reached_readers_are_thanked_there_and_in_the_data(
    client: Client,
) -> None:
    make_goal(target=1, appeal="Please give.", thanks="Thank you all!")
    assert "Please give." in client.get("/support/").content.decode()

    make_payment()

    assert "Thank you all!" in client.get("/support/").content.decode()
    assert client.get("/support/goal.json").json()["words"] == "Thank you all!"


@pytest.mark.parametrize("path", ["give/", "supporters/", "manage/", "how-we-count/"])
def test_the_support_page_leads_everywhere(client: Client, path: str) -> None:
    make_goal()

    assert f'href="/support/{path}"' in client.get("/support/").content.decode()
