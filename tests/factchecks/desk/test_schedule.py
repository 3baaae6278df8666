"""A schedule at the desk: moved to another moment, or another version in its place."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from factchecks import publishing
from factchecks.models import Correction, FactCheck, Publication
from tests.factories import edit, make_check, make_published, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2096, 3, 2, 12, tzinfo=UTC)  # far off: what has begun by the database's clock stays
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def step(name: str, check: FactCheck) -> str:
    return reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk])


def make_scheduled(**words: Any) -> FactCheck:
    """A public check, with its second revision scheduled for the next day."""
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    what_changed = publishing.WhatChanged(**words) if words else None
    publishing.publish(check, editor=None, at=NOON + DAY, what_changed=what_changed)
    return check


def moved_to(client: Client, check: FactCheck, day: str, time: str, base: int = 2) -> Any:
    fields = {"move-base": base, "move-at_0": day, "move-at_1": time}
    return client.post(step("move", check), fields)


def test_the_page_of_publishing_moves_a_schedule(chief: Client) -> None:
    check = make_scheduled()
    page = chief.get(step("publish", check)).content.decode()
    assert "Revision 2 is scheduled for March 3, 2096, noon" in page
    assert 'name="move-at_0" value="2096-03-03"' in page
    assert moved_to(chief, check, "2096-03-05", "18:30").status_code == 302
    live, waiting = Publication.objects.order_by("live_during")
    assert waiting.updated_at == live.live_until == datetime(2096, 3, 5, 18, 30, tzinfo=UTC)
    page = chief.get(step("review", check)).content.decode()
    assert "schedule moved · chief\n" in page
    assert "for March 5, 2096, 6:30 p.m." in page


def test_a_schedule_moves_in_the_newsrooms_time_zone(chief: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    check = make_scheduled()
    page = chief.get(step("publish", check)).content.decode()
    assert "Time zone: Europe/Berlin." in page
    assert 'name="move-at_1" value="13:00:00"' in page
    for day, hour in [("2096-03-24", 7), ("2096-03-25", 6)]:  # that night summer time begins
        moved_to(chief, check, day, "08:00")
        waiting = publishing.scheduled(check)
        assert waiting is not None
        assert waiting.updated_at.astimezone(UTC).hour == hour


@pytest.mark.parametrize("moment", [("2096-03-25", "02:30"), ("2096-10-28", "02:30")])
def test_a_moment_that_clocks_show_never_or_twice_is_refused_at_its_field(
    chief: Client, settings: Any, moment: tuple[str, str]
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    check = make_scheduled()
    (refusal,) = moved_to(chief, check, *moment).context["moving"].errors["at"]
    assert "may be ambiguous or it may not exist" in refusal


def test_a_schedule_is_not_moved_into_the_past_and_what_was_typed_stays(chief: Client) -> None:
    check = make_scheduled()
    response = moved_to(chief, check, "2096-03-02", "11:59")
    assert response.context["moving"].errors == {"at": ["This moment has passed."]}
    assert 'name="move-at_1" value="11:59"' in response.content.decode()
    waiting = publishing.scheduled(check)
    assert waiting is not None
    assert waiting.updated_at == NOON + DAY


def test_who_moves_a_schedule_that_another_took_the_place_of_is_shown_that_one(
    chief: Client,
) -> None:
    check = make_scheduled()
    edit(check, summary="Rather [1].")
    publishing.publish(check, editor=None, at=NOON + DAY)
    response = moved_to(chief, check, "2096-03-05", "18:30")
    page = response.content.decode()
    assert "Another revision was scheduled while you decided." in page
    assert "Revision 3 is scheduled" in page
    assert moved_to(chief, check, "2096-03-05", "18:30", base=3).status_code == 302


def test_there_is_nothing_to_move_after_a_cancellation(chief: Client) -> None:
    check = make_scheduled()
    publishing.cancel(check)
    page = moved_to(chief, check, "2096-03-05", "18:30").content.decode()
    assert "Nothing is scheduled for this check." in page


def test_the_new_version_of_a_schedule_begins_with_the_words_of_the_old(chief: Client) -> None:
    words = "It was measured again."
    check = make_scheduled(kind=Correction.Kind.UPDATE, text=words)
    edit(check, summary="Rather [1].")
    response: Any = chief.get(step("publish", check))
    form = response.context["form"]
    assert (form["kind"].value(), form["text"].value()) == ("update", words)
    fields = {"base": 3, "kind": "update", "text": words, "at_0": "2096-03-04", "at_1": "12:00"}
    chief.post(step("publish", check), fields)
    assert Correction.objects.get().publication.revision.number == 3


def test_without_a_schedule_no_words_are_put_into_anybodys_mouth(chief: Client) -> None:
    check = make_check()
    publishing.publish(check, editor=None)
    edit(check, summary="Quite [1].")
    words = publishing.WhatChanged(Correction.Kind.UPDATE, "It was measured again.")
    publishing.publish(check, editor=None, what_changed=words)
    edit(check, summary="Rather [1].")
    response: Any = chief.get(step("publish", check))
    assert not response.context["form"]["text"].value()


def test_who_may_not_publish_moves_no_schedule(client: Client) -> None:
    check = make_scheduled()
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    assert moved_to(client, check, "2096-03-05", "18:30").status_code == 403
    assert client.get(step("move", check)).status_code == 403


def test_the_address_of_moving_leads_to_the_form(chief: Client) -> None:
    check = make_scheduled()
    assert chief.get(step("move", check))["Location"] == step("publish", check)
