"""How the API answers, whatever is asked: to any site, from any cache, and with a sentence where it can't."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from factchecks.api import asking
from factchecks.api.answering import Problem
from tests.factchecks.api.reading import API, MOON, ask, read
from tests.factories import NOON, edit, key, make_published

pytestmark = pytest.mark.django_db

LIST = f"{API}/fact-checks/"


def problem(response: Any) -> Any:
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == response.status_code
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize(
    "path", [f"{API}/", LIST, MOON, f"{MOON}versions/", f"{API}/corrections/", "/claimreview.json"]
)
def test_who_has_an_answer_already_is_told_only_that(client: Client, path: str) -> None:
    fact_check = make_published().fact_check
    first = ask(client, path)
    assert first["Cache-Control"] == "public, max-age=60"
    for etag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}'):
        again = ask(client, path, if_none_match=etag)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]
    publishing.retract(fact_check, notice="We misread a table.")
    if path not in {f"{API}/", "/claimreview.json"}:
        assert ask(client, path, if_none_match=first["ETag"]).status_code == 200


def test_who_has_a_check_already_costs_two_queries_and_not_its_document(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fact_check = make_published().fact_check
    edit(fact_check, summary="It is round [1].")
    publishing.publish(
        fact_check,
        editor=None,
        what_changed=publishing.WhatChanged("update", "New."),  # type: ignore[arg-type]
    )
    etag = ask(client, MOON)["ETag"]
    with django_assert_num_queries(2) as queries:
        assert ask(client, MOON, if_none_match=etag).status_code == 304
    assert not any('"document"' in query["sql"] for query in queries)


def test_the_same_words_published_again_are_another_answer(client: Client) -> None:
    fact_check = make_published().fact_check
    before = ask(client, MOON)["ETag"]
    publishing.withdraw(fact_check, notice="For a while.")
    publishing.publish(fact_check, editor=None)
    assert ask(client, MOON)["ETag"] != before


def test_a_head_request_is_told_the_same_without_the_body(client: Client) -> None:
    make_published()
    whole, head = client.get(MOON), client.head(MOON)
    assert head.content == b""
    for name in ("ETag", "Content-Type", "Cache-Control", "Access-Control-Allow-Origin"):
        assert head[name] == whole[name]
    assert client.head(MOON, headers={"if-none-match": whole["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", [f"{API}/", LIST, MOON, f"{API}/nothing/", "/claimreview.json"])
def test_every_site_may_read_it(client: Client, path: str) -> None:
    response = ask(client, path)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Link" in response["Access-Control-Expose-Headers"]
    assert "Set-Cookie" not in response
    assert "Cookie" not in response.get("Vary", "")


def test_what_may_be_done_is_told_before_it_is_done(client: Client) -> None:
    told = client.options(LIST)
    assert (told.status_code, told.content) == (204, b"")
    assert told["Allow"] == told["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert told["Access-Control-Allow-Headers"] == "If-None-Match"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(method: str) -> None:
    refused = getattr(Client(enforce_csrf_checks=True), method)(LIST)
    assert problem(refused)["status"] == 405
    assert refused["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}never-published/",
        f"{LIST}never-published/versions/",
        f"{LIST}never-published/versions/1/",
        f"{API}/nothing/",
        f"{API}/fact-checks/a/b/c/",
        "/api/v2/",
    ],
)
def test_what_is_not_there_is_told_as_a_problem(client: Client, path: str) -> None:
    assert problem(ask(client, path))["status"] == 404


@pytest.mark.parametrize(
    "query",
    [
        "cursor=1", "cursor=a-b", "cursor=-1-1", "cursor=1-", "cursor=1-2-3", "cursor=٣-٣",
        f"cursor={'9' * 40}-1", f"cursor=1-{2**63}", "cursor=%00",
        "limit=0", "limit=-1", "limit=x", "limit=1e3", f"limit={'9' * 50}", "limit=٣",
        "updated_since=yesterday", "updated_since=2026-03-01", "updated_since=2026-03-01T00:00:00",
        "updated_since=2026-13-01T00:00:00Z", "updated_since=0001-01-01T00:00:00%2B14:00",
        "topic=%00", f"topic={'x' * 10_000}", "topic=a&topic=b", "page=2", "toppic=space",
    ],
)  # fmt: skip
def test_a_parameter_that_is_none_is_told_as_a_problem(client: Client, query: str) -> None:
    make_published()
    refused = ask(client, f"{LIST}?{query}")
    assert problem(refused)["status"] == 400
    assert len(refused.content) < 1000


@pytest.mark.parametrize(
    "path", [f"{API}/corrections/?kind=typo", f"{MOON}?x=1", f"{API}/?x=1", "/claimreview.json?x=1"]
)
def test_no_endpoint_takes_a_parameter_that_it_does_not_know(client: Client, path: str) -> None:
    make_published()
    assert problem(ask(client, path))["status"] == 400


@pytest.mark.parametrize("query", ["limit=", "cursor=", "topic=", "updated_since="])
def test_a_parameter_without_a_value_asks_nothing(client: Client, query: str) -> None:
    make_published()
    assert len(read(client, f"{LIST}?{query}")["items"]) == 1


def or_problem(read: Callable[[], Any]) -> Any:
    """What was read; a problem that a program is told counts as ``None``."""
    with suppress(Problem):
        return read()
    return None


@given(st.text())
@example("0-0")
@example("9" * 20 + "-1")
def test_a_cursor_is_a_place_or_a_problem(text: str) -> None:
    place = or_problem(lambda: asking.Place.read({"cursor": text}))
    assert place is None or asking.Place.read({"cursor": str(place)}) == place


@given(st.text() | st.datetimes(timezones=st.timezones()).map(datetime.isoformat))
def test_a_moment_has_its_time_zone_or_is_a_problem(text: str) -> None:
    moment = or_problem(lambda: asking.since({"since": text}, "since"))
    assert moment is None or moment.tzinfo == UTC


def test_the_next_page_is_asked_for_in_the_same_words_and_told_in_the_header(
    client: Client,
) -> None:
    for number in (1, 2):
        make_published(key=key(1000 + number), slug=f"check-{number}", tags=["sea & sky"])
    page = ask(client, f"{LIST}?topic=sea-sky&limit=1")
    following = page.json()["next"]
    assert page["Link"] == f'<{following}>; rel="next"'
    assert "topic=sea-sky&limit=1&cursor=" in following
    last = ask(client, following.removeprefix("http://testserver"))
    assert (last.json()["next"], "Link" in last) == (None, False)


def test_a_cursor_names_its_place_to_the_microsecond() -> None:
    place = asking.Place(NOON.replace(microsecond=1), 7)
    assert asking.Place.read({"cursor": str(place)}) == place


def test_an_address_without_its_last_slash_is_completed(client: Client) -> None:
    make_published()
    assert client.get(f"{API}/fact-checks", follow=True).json()["items"]
