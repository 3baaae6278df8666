"""The ledger says the same whatever the order, the number and the shape of the events."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supporters import settling
from supporters.models import Contribution, Payment, Supporter
from supporters.providers import stripe_events
from tests.supporters import stripe
from tests.supporters.factories import make_refund, make_supporter
from tests.supporters.stripe import Json, make_gift

pytestmark = pytest.mark.django_db


def apply(*events: Json) -> None:
    for each in events:
        at = datetime.fromtimestamp(each["created"], UTC)
        node = stripe_events.scrubbed(each["data"]["object"])
        with transaction.atomic():
            settling.settle("stripe", stripe_events.facts(each["type"], at, node))


def net(gift: Contribution) -> int:
    return int(gift.payments.aggregate(net=Payment.NET)["net"] or 0)


def make_monthly() -> Contribution:
    return make_gift(frequency="monthly")


def in_every_order(gift: Contribution, events: list[Json], expected: int) -> None:
    for order in permutations(events):
        with transaction.atomic():
            apply(*order, order[0])
            assert net(gift) == expected, [each["type"] for each in order]
            transaction.set_rollback(True)


def test_a_gift_is_paid_once_however_many_events_say_so() -> None:
    gift = make_gift()
    intent = {
        "id": f"pi_{gift.pk}",
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 2500,
        "currency": "usd",
        "latest_charge": f"ch_{gift.pk}",
        "metadata": {"contribution": str(gift.key)},
    }
    events = [
        stripe.session(gift),
        stripe.charge(gift),
        stripe.event("payment_intent.succeeded", intent),
    ]

    in_every_order(gift, events, 2500)


def test_a_refund_may_come_before_what_it_refunds() -> None:
    gift = make_gift()

    in_every_order(
        gift,
        [stripe.refunded(gift, 500), stripe.refunded(gift, 1200), stripe.session(gift)],
        2500 - 1200,
    )


def test_the_same_refund_told_in_two_ways_is_one() -> None:
    gift = make_gift()
    events = [
        stripe.session(gift),
        stripe.refunded(gift, 700),
        stripe.refund(gift, 1, 300),
        stripe.refund(gift, 2, 400),
    ]

    in_every_order(gift, events, 1800)


def test_a_refund_that_never_arrived_is_none() -> None:
    gift = make_gift()
    apply(stripe.session(gift), stripe.refund(gift, 1, 300, "failed"), stripe.refunded(gift, 300))

    assert net(gift) == 2500


def test_a_refund_that_fails_later_gives_the_money_back() -> None:
    gift = make_gift()
    events = [
        stripe.charge(gift),
        stripe.refunded(gift, 700),
        stripe.refund(gift, 1, 700),
        stripe.refund(gift, 1, 700, "failed"),
    ]

    in_every_order(gift, events, 2500)
    in_every_order(gift, [*events, stripe.refund(gift, 2, 200)], 2300)


def test_a_refund_that_failed_is_a_line_of_its_own_at_the_moment_it_failed() -> None:
    gift = make_gift()
    failed = stripe.refund(gift, 1, 700, "failed")
    apply(stripe.charge(gift), stripe.refunded(gift, 700), failed, failed)

    line = gift.payments.get(kind="refund_failed")

    assert (line.amount, line.paid_at.timestamp()) == (700, failed["created"])
    assert line.reverses == gift.payments.get(kind="payment")


def test_a_dispute_takes_what_a_failed_refund_brought_back() -> None:
    gift = make_gift()
    events = [
        stripe.charge(gift),
        stripe.refunded(gift, 700),
        stripe.refund(gift, 1, 700, "failed"),
        stripe.dispute(gift, "created", "needs_response"),
    ]

    in_every_order(gift, events, 0)
    in_every_order(gift, [*events, stripe.dispute(gift, "closed", "won")], 2500)


def test_what_was_given_back_by_hand_stays_given_back_when_a_refund_by_card_fails() -> None:
    gift = make_gift()
    apply(stripe.charge(gift))
    make_refund(gift.payments.get(), amount=300, paid_at=timezone.now())

    apply(stripe.refunded(gift, 1000), stripe.refund(gift, 1, 1000, "failed"))
    assert net(gift) == 2200

    apply(stripe.dispute(gift, "created", "needs_response"))
    assert net(gift) == 0


def test_a_full_refund_leaves_nothing() -> None:
    gift = make_gift()
    apply(stripe.charge(gift), stripe.refunded(gift, 2500))

    assert net(gift) == 0


def test_a_dispute_takes_the_money_and_a_won_one_gives_it_back() -> None:
    gift = make_gift()
    lost = [
        stripe.charge(gift),
        stripe.dispute(gift, "created", "needs_response"),
        stripe.dispute(gift, "closed", "lost", stripe.PAID_AT + 900),
    ]
    won = [
        stripe.charge(gift),
        stripe.dispute(gift, "funds_withdrawn", "needs_response"),
        stripe.dispute(gift, "funds_reinstated", "under_review", stripe.PAID_AT + 900),
        stripe.dispute(gift, "closed", "won", stripe.PAID_AT + 901),
    ]

    in_every_order(gift, lost, 0)
    in_every_order(gift, won, 2500)


def test_an_inquiry_takes_no_money() -> None:
    gift = make_gift()
    apply(stripe.charge(gift), stripe.dispute(gift, "created", "warning_needs_response"))

    assert net(gift) == 2500


def test_what_is_refunded_and_disputed_is_taken_once() -> None:
    gift = make_gift()
    events = [
        stripe.charge(gift),
        stripe.refunded(gift, 1000),
        stripe.dispute(gift, "created", "needs_response"),
    ]

    in_every_order(gift, events, 0)
    in_every_order(gift, [*events, stripe.dispute(gift, "closed", "won")], 1500)


def test_a_renewal_may_come_before_the_signup() -> None:
    gift = make_monthly()

    in_every_order(
        gift,
        [stripe.invoice(gift, 2), stripe.signup(gift), stripe.invoice(gift, 1)],
        5000,
    )


def test_a_renewal_is_refunded_by_its_charge() -> None:
    gift = make_monthly()
    events = [
        stripe.signup(gift),
        stripe.invoice(gift, 2),
        stripe.invoice_payment(gift, 2),
        stripe.renewal_charge(gift, 2, amount_refunded=2500),
    ]

    in_every_order(gift, events, 2500)


def test_the_shapes_from_before_2025_are_read_too() -> None:
    gift = make_monthly()
    old = stripe.invoice(
        gift,
        2,
        parent=None,
        subscription=f"sub_{gift.pk}",
        payment_intent=f"pi_{gift.pk}_2",
        charge=f"ch_{gift.pk}_2",
        subscription_details={"metadata": {"contribution": str(gift.key)}},
    )
    charged = stripe.renewal_charge(gift, 2, invoice=f"in_{gift.pk}_2", amount_refunded=100)
    bare = stripe.renewal_charge(gift, 2, invoice=f"in_{gift.pk}_2", payment_intent=None)

    in_every_order(gift, [old, charged], 2400)
    in_every_order(gift, [old, charged, bare], 2400)


def test_a_failed_renewal_is_followed_up_until_it_is_paid() -> None:
    gift = make_monthly()
    failed = stripe.invoice(gift, 2, "invoice.payment_failed")
    apply(stripe.signup(gift), failed)
    gift.refresh_from_db()
    assert gift.failing_since == datetime.fromtimestamp(failed["created"], UTC)

    apply(stripe.invoice(gift, 2), failed)

    gift.refresh_from_db()
    assert gift.failing_since is None
    assert net(gift) == 5000


@pytest.mark.parametrize("end", [stripe.subscription_ended, stripe.customer_deleted])
def test_a_gift_ends_with_its_subscription_or_its_customer(end: Any) -> None:
    gift = make_monthly()

    for order in permutations([stripe.signup(gift), end(gift)]):
        with transaction.atomic():
            apply(*order)
            gift.refresh_from_db()
            assert gift.ended_at == datetime.fromtimestamp(stripe.PAID_AT + 9000, UTC)
            transaction.set_rollback(True)


def test_an_invoice_of_nothing_pays_nothing() -> None:
    gift = make_monthly()
    apply(stripe.signup(gift), stripe.invoice(gift, 2, amount_paid=0))

    assert net(gift) == 2500


def test_an_unpaid_checkout_pays_nothing_until_the_bank_has_confirmed() -> None:
    gift = make_gift()
    apply(stripe.session(gift, payment_status="unpaid"))
    assert net(gift) == 0

    later = stripe.session(gift)
    apply({**later, "type": "checkout.session.async_payment_succeeded"})

    assert net(gift) == 2500


def test_zero_decimal_money_is_read_as_stripe_writes_it() -> None:
    yen = make_gift(currency="JPY", amount=1000)
    kronur = make_gift(yen.supporter, currency="ISK", amount=1000)

    apply(stripe.charge(yen), stripe.charge(kronur, amount=100000, amount_captured=100000))

    assert (net(yen), net(kronur)) == (1000, 1000)


def test_somebody_elses_charge_is_none_of_ours() -> None:
    gift = make_gift()
    apply(stripe.charge(gift, metadata={}))

    assert not Payment.objects.exists()


def test_the_name_is_shown_only_by_a_first_paid_gift_that_asks_for_it() -> None:
    first = make_gift(asks_to_show_name=True)
    quiet = make_gift(make_supporter(2))
    later = make_gift(quiet.supporter, asks_to_show_name=True)

    apply(stripe.charge(first), stripe.charge(quiet), stripe.charge(later))

    shown = Supporter.objects.filter(show_name=True)
    assert [each.pk for each in shown] == [first.supporter_id]


def every_event(gift: Contribution, monthly: Contribution, other: Contribution) -> list[Json]:
    return [
        stripe.session(gift),
        stripe.charge(gift),
        stripe.refunded(gift, 400),
        stripe.refunded(gift, 1000),
        stripe.refund(gift, 1, 400),
        stripe.refund(gift, 2, 600),
        stripe.dispute(gift, "created", "needs_response"),
        stripe.dispute(gift, "closed", "won", stripe.PAID_AT + 900),
        stripe.signup(monthly),
        stripe.invoice(monthly, 1),
        stripe.invoice(monthly, 2),
        stripe.invoice(monthly, 3, "invoice.payment_failed"),
        stripe.invoice(monthly, 3),
        stripe.invoice_payment(monthly, 2),
        stripe.renewal_charge(monthly, 2),
        stripe.renewal_charge(monthly, 2, amount_refunded=900) | {"id": "evt_back"},
        stripe.subscription_ended(monthly),
        stripe.customer_deleted(monthly),
        stripe.charge(other),
        stripe.dispute(other, "funds_withdrawn", "needs_response"),
        stripe.dispute(other, "closed", "lost", stripe.PAID_AT + 900),
        stripe.refund(gift, 2, 600, "failed"),
    ]


def recomputed(chosen: Iterable[int]) -> tuple[int, int, int]:
    """What the three gifts come to by the set of the events above, worked out in a straight line."""
    has = set(chosen).__contains__
    paid = 2500 if any(map(has, range(4))) else 0  # a refunded charge was paid
    told_by_charge = max(400 * has(2), 1000 * has(3)) - 600 * has(21)
    back = max(told_by_charge, 400 * has(4) + 600 * (has(5) and not has(21)), 0)
    disputed = 2500 if has(6) and not has(7) else 0
    first = max(paid - back - disputed, 0)
    named = has(8) or has(16)
    invoices = (has(8) or has(9)) + has(10) + has(12)
    linked = has(13) and (has(14) or has(15)) and has(10)
    second = (2500 * invoices - (900 if linked and has(15) else 0)) if named else 0
    third = 2500 if has(18) and not has(19) and not has(20) else 0
    return first, second, third


COUNT = 22
deliveries = st.lists(st.integers(0, COUNT - 1), max_size=2 * COUNT)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=deliveries, rest=st.permutations(range(COUNT)))
def test_any_deliveries_come_to_what_their_set_comes_to(first: list[int], rest: list[int]) -> None:
    """A part of the events with replays; then all of them, in another order."""
    with transaction.atomic():
        gifts = (
            make_gift(make_supporter(1)),
            make_gift(make_supporter(2), frequency="monthly"),
            make_gift(make_supporter(3)),
        )
        events = every_event(*gifts)

        apply(*(events[index] for index in first))
        assert tuple(map(net, gifts)) == recomputed(first)

        apply(*(events[index] for index in rest))
        assert tuple(map(net, gifts)) == recomputed(range(COUNT)) == (2100, 6600, 0)
        transaction.set_rollback(True)
