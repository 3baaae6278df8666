"""Supporters, gifts and goals for tests, with fixed values."""

from datetime import UTC, datetime
from typing import Any

from supporters.models import Contribution, Goal, Payment, ProviderEvent, Supporter

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)


def make_supporter(number: int = 1, **changes: Any) -> Supporter:
    fields = {"name": f"Supporter {number}", "email": f"supporter{number}@example.org"}
    return Supporter.objects.create(**{**fields, **changes})


def make_contribution(supporter: Supporter | None = None, **changes: Any) -> Contribution:
    fields = {"amount": 2500, "currency": "USD", "method": "card"}
    return Contribution.objects.create(
        supporter=supporter or make_supporter(), **{**fields, **changes}
    )


def make_payment(contribution: Contribution | None = None, **changes: Any) -> Payment:
    """A payment of the whole contribution, in March."""
    contribution = contribution or make_contribution()
    fields = {
        "amount": contribution.amount,
        "currency": contribution.currency,
        "paid_at": MARCH,
    }
    return Payment.objects.create(contribution=contribution, **{**fields, **changes})


def make_refund(payment: Payment, **changes: Any) -> Payment:
    """All of it back, at the same moment."""
    fields = {
        "kind": "refund",
        "reverses": payment,
        "amount": payment.amount,
        "currency": payment.currency,
        "paid_at": payment.paid_at,
    }
    return Payment.objects.create(contribution=payment.contribution, **{**fields, **changes})


def make_goal(**changes: Any) -> Goal:
    """The current goal of 10 supporters, from the new year on."""
    fields = {"title": "Ten of us", "target": 10, "starts_at": YEAR, "is_current": True}
    return Goal.objects.create(**{**fields, **changes})


def make_event(**changes: Any) -> ProviderEvent:
    """One of the card processor's that could not be taken in."""
    fields = {
        "provider": "stripe",
        "event_id": "evt_1",
        "type": "invoice.paid",
        "is_live": True,
        "created_at": MARCH,
        "payload": {},
        "status": "failed",
        "error": "No such gift.",
    }
    return ProviderEvent.objects.create(**{**fields, **changes})
