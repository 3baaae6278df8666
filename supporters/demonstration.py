"""Supporters made up for the demonstration: no person, and plainly marked as such."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from supporters.models import Contribution, Goal, Payment, Supporter

PEOPLE = 660
TARGET = 1000
DAYS = 180
"""So long ago the first of them gave."""

GOAL_DAYS = 270
FAILING, HELD, WITH_MESSAGE = 95, PEOPLE + 1, 647
"""By number: whose renewal fails, whose gift is held back and does not count, who wrote to the newsroom."""

MADE_UP = "Made up for the demonstration."

AMOUNTS = (500, 1000, 1500, 2500, 5000, 10000)
METHODS = (
    Contribution.Method.CARD,
    Contribution.Method.CARD,
    Contribution.Method.TRANSFER,
    Contribution.Method.CHEQUE,
)


@transaction.atomic
def load(now: datetime) -> None:
    """A goal of 1,000 supporters and 660 made-up people, of whom 642 count for it.

    The other 18 had all of their gift refunded. The gift of one more is held back. The same at every load; nothing the
    second time.
    """
    if Supporter.objects.filter(is_demonstration=True).exists():
        return
    began = (now - timedelta(days=DAYS)).replace(microsecond=0)
    Goal.objects.create(
        title="1,000 supporters (demonstration)",
        target=TARGET,
        starts_at=began,
        ends_at=began + timedelta(days=GOAL_DAYS),
        appeal=(
            "We take no money from parties, companies or governments. Readers keep us "
            "independent: even a small gift helps."
        ),
        thanks="We have reached our goal. Thank you to everyone who gave!",
        is_current=not Goal.objects.filter(is_current=True).exists(),
    )
    people = Supporter.objects.bulk_create(_person(number) for number in range(1, HELD + 1))
    gifts = Contribution.objects.bulk_create(
        _gift(number, person, _gave_at(number, began)) for number, person in enumerate(people, 1)
    )
    Payment.objects.bulk_create(_payments(gifts, began, now))
    first = Payment.objects.filter(provider_id__endswith="-01").order_by("provider_id")
    Payment.objects.bulk_create(_refunds(first, now))


def _gave_at(number: int, began: datetime) -> datetime:
    return began + timedelta(days=DAYS) * (number - 1) / PEOPLE


def _person(number: int) -> Supporter:
    return Supporter(
        name=f"Demonstration supporter {number:03}",
        email=f"demonstration-{number:03}@example.org",
        show_name=number % 5 == 0,
        is_demonstration=True,
    )


def _gift(number: int, person: Supporter, at: datetime) -> Contribution:
    return Contribution(
        supporter=person,
        frequency="monthly" if number % 4 == 3 else "yearly" if number % 20 == 5 else "once",
        amount=AMOUNTS[number % len(AMOUNTS)],
        currency="USD",
        method=METHODS[number % len(METHODS)],
        pledged_on=at.date(),
        note=MADE_UP,
        **_out_of_the_ordinary(number, at),
    )


def _out_of_the_ordinary(number: int, at: datetime) -> dict[str, Any]:
    if number == FAILING:
        return {"failing_since": at + timedelta(days=150)}
    if number == HELD:
        reason = f"Many cards were tried before one was accepted. {MADE_UP}"
        return {"held_at": at, "held_reason": reason}
    if number == WITH_MESSAGE:
        return {"message": f"Thank you for showing where each figure comes from. {MADE_UP}"}
    return {}


def _payments(gifts: list[Contribution], began: datetime, now: datetime) -> Iterator[Payment]:
    for number, gift in enumerate(gifts, 1):
        paid_at = _gave_at(number, began)
        for turn in range(1, 13 if gift.frequency == "monthly" else 2):
            if paid_at <= now and paid_at < (gift.failing_since or now + timedelta(days=1)):
                yield Payment(
                    contribution=gift,
                    amount=gift.amount,
                    currency=gift.currency,
                    paid_at=paid_at,
                    provider="demonstration",
                    provider_id=f"{number:03}-{turn:02}",
                )
            paid_at += timedelta(days=30)


def _refunds(payments: Iterable[Payment], now: datetime) -> Iterator[Payment]:
    """All of every 36th gift, half of every 60th; none of them is monthly."""
    for number, payment in enumerate(payments, 1):
        share = 1 if number % 36 == 34 else 2 if number % 60 == 10 else None
        if share:
            yield Payment(
                contribution_id=payment.contribution_id,
                kind="refund",
                reverses=payment,
                amount=payment.amount // share,
                currency=payment.currency,
                paid_at=min(payment.paid_at + timedelta(days=3), now),
                provider=payment.provider,
                provider_id=payment.provider_id,
            )
