"""Keeping the supporters in order: merging, quarantine, thanks, failed events, export."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from supporters import audit, exporting, merging, privacy, webhook
from supporters.desk import lists
from supporters.goals import current_progress
from supporters.models import Contribution, Letter, Supporter
from tests.factories import make_user
from tests.supporters.factories import (
    MARCH,
    make_contribution,
    make_event,
    make_goal,
    make_payment,
    make_supporter,
)


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    user = make_user("keeper")
    user.groups.add(Group.objects.get(name="Supporter admin"))
    client.force_login(user)
    return client


def page(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"admin:supporters_{name}", args=args, query=query)


def chosen(desk: Client, model: str, action: str, *rows: Any, **more: Any) -> Any:
    form = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return desk.post(page(f"{model}_changelist"), form, follow=True)


def counted() -> int:
    progress = current_progress()
    assert progress
    return progress.value


# Merging ------------------------------------------------------------------------------------------


def test_two_records_of_one_person_are_shown_and_become_one(desk: Client) -> None:
    make_goal()
    one = make_payment(make_contribution(make_supporter(1, email=""))).contribution.supporter
    other = make_payment(make_contribution(make_supporter(2))).contribution.supporter
    assert counted() == 2

    shown = chosen(desk, "supporter", "choose", one, other)
    address = shown.redirect_chain[-1][0]
    assert "supporter2@example.org" in shown.content.decode()
    desk.post(address, {"keep": one.pk})

    assert counted() == 1
    one.refresh_from_db()
    assert (one.name, one.email) == ("Supporter 1", "supporter2@example.org")
    assert one.contributions.count() == 2
    assert not Supporter.objects.filter(pk=other.pk).exists()


def test_merging_waits_until_somebody_says_which_is_kept(desk: Client) -> None:
    one, other = make_supporter(1), make_supporter(2)

    answer = desk.post(page("supporter_merge", one.pk, other.pk), {})

    assert "This field is required." in answer.content.decode()
    assert Supporter.objects.count() == 2


@pytest.mark.parametrize(
    "changes", [{"is_demonstration": True}, {"erased_at": MARCH, "name": "", "email": ""}]
)
def test_a_made_up_or_forgotten_record_is_merged_with_nobody(
    desk: Client, changes: dict[str, Any]
) -> None:
    one, other = make_supporter(1), make_supporter(2, **changes)

    desk.post(page("supporter_merge", one.pk, other.pk), {"keep": one.pk})

    assert Supporter.objects.count() == 2


def test_made_up_records_are_merged_with_each_other(db: None) -> None:
    one, other = (make_supporter(number, is_demonstration=True) for number in (1, 2))

    merging.merge(one, other, by=make_user())

    assert Supporter.objects.get() == one


@pytest.mark.django_db(transaction=True)
def test_payments_that_arrive_while_records_are_merged_are_counted() -> None:
    make_goal()
    one, other, keeper = make_supporter(1), make_supporter(2), make_user()
    gifts = [make_contribution(person) for person in (one, other) * 4]
    merger = partial(merging.merge, one, other, by=keeper)

    def do(step: Callable[[], object]) -> None:
        try:
            step()
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        steps = [partial(make_payment, gift) for gift in gifts]
        list(pool.map(do, [*steps[:4], merger, *steps[4:]]))

    assert Supporter.objects.get().contributions.filter(payments__isnull=False).count() == 8
    assert counted() == 1
    assert not list(audit.differences())


def test_a_record_is_not_merged_with_itself(db: None) -> None:
    one = make_supporter()
    with pytest.raises(ValidationError, match="one and the same"):
        merging.merge(one, one, by=make_user())


def test_a_name_taken_from_the_other_is_shown_only_if_both_agreed(db: None) -> None:
    one = make_supporter(1, name="", show_name=True)
    other = make_supporter(2, show_name=False)

    merging.merge(one, other, by=make_user())

    assert Supporter.objects.values_list("name", "show_name").get() == ("Supporter 2", False)


def test_whoever_is_forgotten_after_a_merger_is_forgotten_in_its_record_too(desk: Client) -> None:
    one, other = make_supporter(1), make_supporter(2)
    form: dict[str, Any] = {"name": "Zoe Two", "email": other.email}
    form |= {"contributions-TOTAL_FORMS": 0, "contributions-INITIAL_FORMS": 0}
    desk.post(page("supporter_change", other.pk), form)
    desk.post(page("supporter_merge", one.pk, other.pk), {"keep": one.pk})

    privacy.forget(one)

    told = " ".join(f"{each.object_repr} {each.change_message}" for each in LogEntry.objects.all())
    assert LogEntry.objects.count() == 3
    assert "Zoe" not in told
    assert "example.org" not in told


def test_only_two_records_at_once_are_merged(desk: Client) -> None:
    answer = chosen(desk, "supporter", "choose", make_supporter())

    assert "Choose two records to merge." in answer.content.decode()


# Quarantine ---------------------------------------------------------------------------------------


def test_a_gift_is_held_back_for_a_reason_and_released(desk: Client) -> None:
    make_goal()
    gift = make_payment().contribution

    asked = chosen(desk, "contribution", "hold", gift)
    assert "Reason" in asked.content.decode()
    assert counted() == 1
    chosen(desk, "contribution", "hold", gift, reason="Many small tries.")
    assert counted() == 0
    listed = desk.get(page("contribution_changelist", held="now")).content.decode()
    assert "Many small tries." in listed
    chosen(desk, "contribution", "release", gift)

    assert counted() == 1
    gift.refresh_from_db()
    assert (gift.held_at, gift.held_reason) == (None, "Many small tries.")
    messages = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(messages) == [
        "Held back: Many small tries.",
        "Released. Held back because: Many small tries.",
    ]


def test_a_gift_that_stays_held_back_gets_the_new_reason_and_keeps_its_day(desk: Client) -> None:
    gift = make_contribution(held_at=MARCH, held_reason="Many cards.")

    chosen(desk, "contribution", "hold", gift, reason="Looked at: the card is not theirs.")

    gift.refresh_from_db()
    assert (gift.held_at, gift.held_reason) == (MARCH, "Looked at: the card is not theirs.")


def test_whoever_may_only_look_releases_nothing(client: Client, db: None) -> None:
    client.force_login(make_user("reader", "supporters.view_contribution"))
    gift = make_contribution(held_at=MARCH, held_reason="Many cards.")

    chosen(client, "contribution", "release", gift)

    gift.refresh_from_db()
    assert gift.held_at == MARCH


# Thanks -------------------------------------------------------------------------------------------


def test_gifts_that_nobody_thanked_for_are_found_and_thanked_by_hand(desk: Client) -> None:
    gift = make_payment().contribution
    make_contribution(make_supporter(2), method="pledge")
    unthanked = page("contribution_changelist", thanked="no")
    html = desk.get(unthanked).content.decode()
    assert "Supporter 1" in html
    assert "Supporter 2" not in html

    chosen(desk, "contribution", "thanked", gift)

    assert "Supporter 1" not in desk.get(unthanked).content.decode()
    thanked = desk.get(page("contribution_changelist", thanked="hand")).content.decode()
    assert "by hand: keeper" in thanked


def test_who_was_thanked_by_letter_is_not_thanked_again_by_hand(desk: Client) -> None:
    gift = make_payment().contribution
    Letter.objects.create(kind="thanks", contribution=gift, supporter=gift.supporter, sent_at=MARCH)

    answer = chosen(desk, "contribution", "thanked", gift)

    assert "Thanks for 0 gifts are on record." in answer.content.decode()
    html = desk.get(page("contribution_changelist", thanked="letter")).content.decode()
    assert "March 1, 2026, by letter" in html


def test_who_recorded_a_gift_is_shown(desk: Client) -> None:
    make_contribution(recorded_by=make_user("colleague"))

    assert "colleague" in desk.get(page("contribution_changelist")).content.decode()


# Events -------------------------------------------------------------------------------------------


def test_a_failed_event_is_seen_with_its_problem_and_tried_again(desk: Client) -> None:
    event = make_event()
    assert "No such gift." in desk.get(page("providerevent_changelist")).content.decode()
    assert "Try again" in desk.get(page("providerevent_change", event.pk)).content.decode()

    answer = desk.post(page("providerevent_retry", event.pk), follow=True)

    assert "It is being tried again" in answer.content.decode()
    event.refresh_from_db()
    assert event.status == "waiting"


def test_an_event_that_was_applied_is_not_tried_again(desk: Client) -> None:
    event = make_event(status="applied", error="")

    answer = desk.post(page("providerevent_retry", event.pk), follow=True)

    assert "Only an event that failed is tried again." in answer.content.decode()
    assert "<button>Try again</button>" not in answer.content.decode()


def test_failed_events_are_tried_again_together(desk: Client) -> None:
    events = [make_event(event_id=f"evt_{number}") for number in range(3)]

    answer = chosen(desk, "providerevent", "try_again", *events)

    assert "3 events are being tried again." in answer.content.decode()


def test_retrying_is_for_those_who_may_write_to_the_ledger(client: Client, db: None) -> None:
    client.force_login(make_user("reader", "supporters.view_providerevent"))
    event = make_event()

    assert client.post(page("providerevent_retry", event.pk)).status_code == 403
    assert b"Try again" not in client.get(page("providerevent_change", event.pk)).content


def test_a_failed_event_that_was_dealt_with_by_hand_waits_for_nobody(desk: Client) -> None:
    event = make_event()
    close = page("providerevent_close", event.pk)
    assert close in desk.get(page("providerevent_change", event.pk)).content.decode()

    asked = desk.post(close, {"reason": " "})
    assert "Say how it was dealt with." in asked.content.decode()
    answer = desk.post(close, {"reason": "Recorded by hand."}, follow=True)

    assert "put away as dealt with" in answer.content.decode()
    event.refresh_from_db()
    assert (event.status, event.closed_because) == ("closed", "Recorded by hand.")
    assert event.closed_at
    assert "Events of the card processor that failed</a>: <strong>0</strong>" in (
        desk.get(page("supporter_overview")).content.decode()
    )
    said = LogEntry.objects.values_list("user__username", "change_message").get()
    assert said == ("keeper", "Dealt with: Recorded by hand.")


def test_an_event_that_is_put_away_is_neither_tried_nor_put_away_again(desk: Client) -> None:
    event = make_event(status="closed", closed_because="Recorded by hand.")

    answer = desk.post(page("providerevent_close", event.pk), {"reason": "Again."}, follow=True)
    webhook.apply(event.pk)

    assert "Only an event that failed has to be dealt with." in answer.content.decode()
    assert not webhook.retry(event)
    event.refresh_from_db()
    assert (event.status, event.closed_because) == ("closed", "Recorded by hand.")


def test_putting_away_is_for_those_who_may_write_to_the_ledger(client: Client, db: None) -> None:
    client.force_login(make_user("reader", "supporters.view_providerevent"))
    event = make_event()

    form = {"reason": "Never mind."}
    assert client.post(page("providerevent_close", event.pk), form).status_code == 403
    assert b"Dealt with" not in client.get(page("providerevent_change", event.pk)).content


# Export -------------------------------------------------------------------------------------------


def exported(desk: Client, name: str, **query: Any) -> list[dict[str, str]]:
    answer: Any = desk.post(page(name, **query))
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_supporters_are_exported_with_what_they_gave(desk: Client) -> None:
    make_payment(make_contribution(make_supporter(1), amount=2550))
    make_supporter(2)

    rows = exported(desk, "supporter_export_supporters")

    assert [(row["name"], row["given"]) for row in rows] == [
        ("Supporter 2", ""),
        ("Supporter 1", "25.50 USD"),
    ]


def test_an_export_follows_search_and_filters_and_is_on_record(desk: Client) -> None:
    make_payment(make_contribution(make_supporter(1)))
    make_payment(make_contribution(make_supporter(2), currency="EUR"))

    rows = exported(desk, "payment_export_payments", currency="EUR", q="supporter2")

    assert [(row["name"], row["amount"], row["currency"]) for row in rows] == [
        ("Supporter 2", "25", "EUR")
    ]
    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.change_message) == (
        "keeper",
        "Exported what a search or filter found.",
    )


def test_nothing_is_exported_by_following_a_link(desk: Client) -> None:
    assert desk.get(page("payment_export_payments")).status_code == 405


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_what_could_be_a_formula_is_neutralised(cell: str) -> None:
    assert exporting.neutral(cell) == f"'{cell}"


@given(st.text())
def test_no_exported_cell_begins_like_a_formula(cell: str) -> None:
    assert not exporting.neutral(cell).startswith(exporting.DANGEROUS)
    assert exporting.neutral(cell).endswith(cell)


def test_a_large_export_holds_few_rows_at_a_time(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(5):
        make_payment(make_contribution(make_supporter(number)))

    assert len(exported(desk, "payment_export_payments")) == 5


# Lists --------------------------------------------------------------------------------------------


def test_a_long_list_is_counted_no_further_than_anybody_reads(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MANY", 3)
    monkeypatch.setattr(lists.BoundedPaginator, "most", 3)
    Supporter.objects.bulk_create(Supporter(name=f"Somebody {number}") for number in range(9))

    html = " ".join(desk.get(page("supporter_changelist")).content.decode().split())

    assert "3 supporters or more; search or filter to reach the others" in html


def test_a_count_that_takes_too_long_is_given_up(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PATIENCE", 1)
    slow = Supporter.objects.extra(where=["pg_sleep(0.2) IS NOT NULL"])
    make_supporter()

    assert lists.BoundedPaginator(slow, 100).count == lists.MANY


def test_a_search_that_means_too_many_people_says_so(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_PEOPLE", 1)
    for number in range(3):
        make_payment(make_contribution(make_supporter(number)))

    html = desk.get(page("payment_changelist", q="supporter")).content.decode()

    assert "More than 1 people are called so" in html


def test_a_payment_is_found_by_its_reference_or_its_giver(desk: Client) -> None:
    make_payment(make_contribution(make_supporter(1)), provider_id="ref-1")
    make_payment(make_contribution(make_supporter(2)), provider_id="ref-2")

    for query in ("ref-1", "SUPPORTER1@example", "supporter 1"):
        html = desk.get(page("payment_changelist", q=query)).content.decode()
        assert "Supporter 1" in html
        assert "Supporter 2" not in html


def test_only_currencies_in_use_are_offered(desk: Client) -> None:
    make_contribution(currency="EUR")

    html = desk.get(page("payment_changelist")).content.decode()

    assert "?currency=EUR" in html
    assert "?currency=USD" not in html


def test_failing_and_ended_renewals_are_listed(desk: Client) -> None:
    make_contribution(make_supporter(1), frequency="monthly", failing_since=MARCH)
    make_contribution(
        make_supporter(2), frequency="monthly", ended_at=datetime(2026, 1, 1, tzinfo=UTC)
    )

    for failing, who in (("yes", "Supporter 1"), ("ended", "Supporter 2")):
        html = desk.get(page("contribution_changelist", failing=failing)).content.decode()
        assert [name for name in ("Supporter 1", "Supporter 2") if name in html] == [who]
    assert Contribution.objects.count() == 2
