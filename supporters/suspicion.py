"""Gifts that look like somebody trying out stolen cards: held back until a person has looked.

No addresses of machines are kept. A gift that a person released is not held back again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from supporters import letters
from supporters.models import Contribution, Payment, ProviderObject
from supporters.providers.stripe import LIVE, TEST

MANY_FAILED = 4  # charges that failed before one went through
MANY_PEOPLE = 3  # who gave by the same card
MANY_GIFTS = 4  # of one person on one day
MANY_TRIES = 6  # gifts begun by one person within an hour and not paid


def hold(contribution: Contribution, reason: str) -> None:
    """Let nothing of a gift count until somebody releases it, unless somebody has already."""
    now = timezone.now()
    never_held = Contribution.objects.filter(pk=contribution.pk, held_at=None, held_reason="")
    never_held.update(held_at=now, held_reason=reason)


def release(contribution: Contribution) -> None:
    """Let it count, and say thanks for it. The reason stays, so that it is not held back a second time."""
    own = Contribution.objects.filter(pk=contribution.pk)
    held_since = own.values_list("held_at", flat=True).get()
    own.update(held_at=None)
    for payment in contribution.payments.order_by("paid_at", "pk"):
        letters.acknowledge(payment, held_since=held_since)


def too_many_tries(email: str, now: datetime) -> bool:
    """Whether so many gifts were begun under an address, and not paid, that the next must wait."""
    begun = Contribution.objects.filter(
        supporter__email=email, created_at__gt=now - timedelta(hours=1), payments=None
    )
    return begun.exclude(provider="").count() >= MANY_TRIES


def look(
    contribution: Contribution, family: Iterable[ProviderObject], *, is_paid_anew: bool
) -> None:
    """Hold a gift back by what is known of its charges. The same in whichever order that became known."""
    charges = [row for row in family if row.kind == ProviderObject.Kind.CHARGE]
    for charge in charges:
        if charge.card_country and charge.billing_country not in {"", charge.card_country}:
            countries = {"card": charge.card_country, "address": charge.billing_country}
            hold(
                contribution,
                _("The card is from %(card)s, the address in %(address)s.") % countries,
            )
    if sum(1 for charge in charges if charge.failed_at) >= MANY_FAILED:
        hold(contribution, _("Many cards were tried before one was accepted."))
    _look_at_cards({charge.card for charge in charges} - {""})
    if is_paid_anew:
        _keep_test_from_real(contribution)
        _look_at_gifts(contribution)


def _keep_test_from_real(contribution: Contribution) -> None:
    """Money of Stripe's test mode counts only as long as there is no real one."""
    real = Payment.objects.filter(provider=LIVE)
    tests = Contribution.objects.filter(provider=TEST, held_at=None)
    if contribution.provider == TEST:
        tests = tests.filter(pk=contribution.pk)
    if tests.exists() and real.exists():
        now, reason = timezone.now(), _("Made in the card processor's test mode: no real money.")
        tests.update(held_at=now, held_reason=reason)


def _look_at_cards(cards: set[str]) -> None:
    for card in cards:
        gifts = Contribution.objects.filter(provider_objects__card=card).distinct()
        if gifts.order_by().values("supporter").distinct().count() >= MANY_PEOPLE:
            for gift in gifts:
                hold(gift, _("Several people gave by the same card."))


def _look_at_gifts(contribution: Contribution) -> None:
    """Many gifts of one person on one day, all by card."""
    paid = Payment.objects.filter(contribution=OuterRef("pk"), kind=Payment.Kind.PAYMENT)
    gifts = Contribution.objects.filter(
        Exists(paid),
        supporter=contribution.supporter_id,
        provider=contribution.provider,
        pledged_on=contribution.pledged_on,
    )
    if len(found := list(gifts)) >= MANY_GIFTS:
        for gift in found:
            hold(gift, _("Many gifts of one person on one day."))
