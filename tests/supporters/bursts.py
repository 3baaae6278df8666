"""Many gifts with all that can happen to them, and what each must come to."""

from supporters.models import Contribution, Payment, Supporter
from tests.supporters import stripe
from tests.supporters.stripe import Json

AMOUNT = 2500


def make_burst(events: int) -> tuple[list[Json], dict[int, int]]:
    """At least so many events, and for each contribution's id what is to be left of it, in minor units."""
    made: list[Json] = []
    expected: dict[int, int] = {}
    number = 0
    while len(made) < events:
        number += 1
        gift = _gift(number)
        if gift.frequency == Contribution.Frequency.ONCE:
            story, left = _once(gift, number)
        else:
            story, left = _monthly(gift, number)
        made += story
        expected[gift.pk] = left
    return made, expected


def _gift(number: int) -> Contribution:
    person = Supporter.objects.create(
        name=f"Made up {number}", email=f"burst-{number}@example.org", is_demonstration=True
    )
    return Contribution.objects.create(
        supporter=person,
        amount=AMOUNT,
        currency="USD",
        method=Contribution.Method.CARD,
        provider="stripe",
        frequency="monthly" if number % 3 == 0 else "once",
    )


def _once(gift: Contribution, number: int) -> tuple[list[Json], int]:
    paid = [stripe.session(gift), stripe.charge(gift)]
    stories = [
        ([], AMOUNT),
        ([stripe.refunded(gift, 500), stripe.refunded(gift, 1200)], AMOUNT - 1200),
        ([stripe.refunded(gift, AMOUNT), stripe.refund(gift, 1, AMOUNT)], 0),
        ([stripe.refunded(gift, AMOUNT), stripe.refund(gift, 1, AMOUNT, "failed")], AMOUNT),
        (
            [
                stripe.refunded(gift, 500),
                stripe.refund(gift, 1, 500),
                stripe.refund(gift, 1, 500, "failed"),
                stripe.refund(gift, 2, 300),
            ],
            AMOUNT - 300,
        ),
        (
            [
                stripe.dispute(gift, "created", "needs_response"),
                stripe.dispute(gift, "closed", "lost", stripe.PAID_AT + 900),
            ],
            0,
        ),
        (
            [
                stripe.dispute(gift, "funds_withdrawn", "needs_response"),
                stripe.dispute(gift, "closed", "won", stripe.PAID_AT + 900),
            ],
            AMOUNT,
        ),
    ]
    more, left = stories[number % len(stories)]
    return paid + more, left


def _monthly(gift: Contribution, number: int) -> tuple[list[Json], int]:
    turns = 2 + number % 3
    story = [stripe.signup(gift), stripe.subscription_ended(gift)]
    story += [stripe.invoice(gift, turn) for turn in range(1, turns + 1)]
    story += [stripe.invoice_payment(gift, 2), stripe.renewal_charge(gift, 2, amount_refunded=700)]
    return story, AMOUNT * turns - 700


def compare(expected: dict[int, int]) -> list[str]:
    """What each contribution comes to by the ledger, where it is not what it should be."""
    by_gift = Payment.objects.filter(contribution__in=expected).order_by().values("contribution")
    found = dict(by_gift.annotate(net=Payment.NET).values_list("contribution", "net"))
    return [
        f"contribution {pk}: {found.get(pk, 0)} instead of {left}"
        for pk, left in expected.items()
        if found.get(pk, 0) != left
    ]
