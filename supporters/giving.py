"""Giving: from what somebody typed to a contribution, which counts for nothing until it is paid."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from supporters import money
from supporters.models import Contribution, Goal, Letter, Payment, Supporter

SUGGESTED = {
    0: (500, 1000, 2500, 5000, 10000),
    2: (500, 1000, 2500, 5000, 10000),
    3: (5000, 10000, 25000, 50000, 100000),
}
PRESET = 2
"""Which of the suggested amounts is chosen when the page opens."""

LEAST = {0: 100, 2: 100, 3: 1000}
"""Below that a card's fee takes most of it. By the decimals of the currency, in minor units."""

MOST = 99_999_999
"""What can be typed by a stranger, in minor units: whoever gives more has a word with us first."""

KEPT_DAYS = 60
"""So long what was begun and not paid is kept: a bank debit takes up to two weeks."""

THANKS = "supporters.thanks"  # the signature's salt


@dataclass(frozen=True)
class Gift:
    """What somebody typed on the giving page, checked."""

    key: uuid.UUID
    amount: int
    currency: str
    frequency: str
    name: str
    email: str
    show_name: bool
    message: str
    covers_fees: bool


def currency() -> str:
    """What gifts are made in now: the current goal's currency, or the newsroom's."""
    current = Goal.objects.filter(is_current=True).values_list("currency", flat=True).first()
    return current or settings.GIVING_CURRENCY


def suggested(in_currency: str) -> tuple[int, ...]:
    return SUGGESTED[money.DECIMALS[in_currency]]


def with_fees(amount: int, in_currency: str) -> int:
    """An amount and what the card costs of it, rounded up to what cards can be charged."""
    share = Decimal(amount) * Decimal(str(settings.GIVING_FEE_PERCENT)) / 100
    step = 10 if money.DECIMALS[in_currency] == 3 else 100 if in_currency == "MGA" else 1
    steps = (Decimal(amount) + share) / step
    return int(steps.to_integral_value(ROUND_CEILING)) * step


@transaction.atomic
def record(gift: Gift, provider: str) -> Contribution:
    """The contribution for a gift. Sent twice, as by a double click, it is the same one.

    Somebody who supports us already stays as they are: anybody can type another's address.
    """
    person = _person(gift)
    known = Contribution.objects.filter(key=gift.key).first()
    fields = {
        "supporter": person,
        "frequency": gift.frequency,
        "amount": gift.amount,
        "currency": gift.currency,
        "provider": provider,
        "covers_fees": gift.covers_fees,
        "message": gift.message,
        "asks_to_show_name": gift.show_name,
    }
    is_same = known and all(getattr(known, name) == value for name, value in fields.items())
    if known and is_same and not known.payments.exists():
        return known
    by_card = provider != "pledges"
    method = Contribution.Method.CARD if by_card else Contribution.Method.PLEDGE
    key = uuid.uuid4() if known else gift.key
    return Contribution.objects.create(key=key, method=method, **fields)


def _person(gift: Gift) -> Supporter:
    person, is_new = Supporter.objects.get_or_create(email=gift.email, defaults={"name": gift.name})
    if not is_new and not person.name and gift.name and not person.contributions.exists():
        person.name = gift.name
        person.save(update_fields=["name"])
    return person


def follow_wish(paid: Payment) -> None:
    """Show the name of who asked for it, but only with a person's first gift.

    Anybody can type another's e-mail address: what a supporter once chose is changed by mail alone.
    """
    if not paid.contribution.asks_to_show_name:
        return
    person = paid.contribution.supporter
    gifts = Payment.objects.filter(contribution__supporter=person).exclude(pk=paid.pk)
    if not person.erased_at and not gifts.exists():
        person.show_name = True
        person.save(update_fields=["show_name"])


def token_for(contribution: Contribution) -> str:
    """What the thanks page's address ends with. It names no person, and stays the same."""
    return signing.Signer(salt=THANKS).sign(contribution.key.hex)


def by_token(token: str) -> Contribution | None:
    try:
        key = uuid.UUID(signing.Signer(salt=THANKS).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Contribution.objects.with_paid().filter(key=key).first()


@transaction.atomic
def forget_abandoned(at: datetime | None = None) -> int:
    """Delete what was begun by card long ago and never paid, and the people known by nothing else.

    Pledges stay: somebody deals with them by hand.
    """
    long_ago = (at or timezone.now()) - timedelta(days=KEPT_DAYS)
    begun = Contribution.objects.filter(
        provider__startswith="stripe", created_at__lt=long_ago, payments=None, held_at=None
    )
    abandoned = list(begun.filter(ended_at=None, letters=None)[:1000])
    made_then = {
        each.supporter_id
        for each in abandoned
        if abs(each.supporter.created_at - each.created_at) < timedelta(minutes=1)
    }
    Contribution.objects.filter(pk__in=[each.pk for each in abandoned]).delete()
    people = Supporter.objects.filter(pk__in=made_then, contributions=None, erased_at=None)
    people.exclude(pk__in=Letter.objects.exclude(supporter=None).values("supporter")).delete()
    return len(abandoned)
