"""Gifts of a file taken into the ledger: all of those that are new, or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supporters.importing import files, rows
from supporters.importing.rows import BadLine, Gift
from supporters.models import Contribution, Payment, Supporter


@dataclass(frozen=True)
class DryRun:
    """What would be recorded, what is there already, and what cannot be."""

    new: list[Gift]
    known: list[Gift]
    bad: list[BadLine]
    notes: list[str]


def dry_run(content: bytes, *, currency: str, at: datetime | None = None) -> DryRun:
    """What recording this file would do; nothing is written. Raises ``ValidationError``. Two queries."""
    read = rows.understand(files.read(content), currency=currency, at=at)
    known, new, bad = [], [], list(read.bad)
    recorded = _recorded(read.gifts)
    made_up = _made_up(read.gifts)
    for gift in read.gifts:
        payment = recorded.get(gift.reference)
        if payment is None and gift.email in made_up:
            bad.append(BadLine(gift.line, [_("This address is of a made-up supporter.")]))
        elif payment is None:
            new.append(gift)
        elif payment == (gift.amount, gift.currency):
            known.append(gift)
        else:
            bad.append(BadLine(gift.line, [_("This reference is recorded with another amount.")]))
    return DryRun(new, known, sorted(bad, key=lambda each: each.line), read.notes)


def _recorded(gifts: Sequence[Gift]) -> dict[str, tuple[int, str]]:
    """Amount and currency by the gift's reference, for those that are recorded under it or as the file has it."""
    names = {gift.reference for gift in gifts} | {gift.as_written for gift in gifts}
    found = Payment.objects.filter(
        provider=Payment.Provider.HAND, kind=Payment.Kind.PAYMENT, provider_id__in=names
    )
    columns = found.order_by().values_list("provider_id", "amount", "currency")
    known = {reference: (amount, currency) for reference, amount, currency in columns}
    return {
        gift.reference: known.get(gift.reference) or known[gift.as_written]
        for gift in gifts
        if gift.reference in known or gift.as_written in known
    }


def _made_up(gifts: Sequence[Gift]) -> set[str]:
    addresses = {gift.email for gift in gifts} - {""}
    found = Supporter.objects.filter(email__in=addresses, is_demonstration=True)
    return set(found.order_by().values_list("email", flat=True))


@transaction.atomic
def record(gifts: Sequence[Gift], *, by: Any, name: str) -> int:
    """Record those that are not recorded yet, with their supporters; how many they were.

    Raises ``IntegrityError`` where somebody else records the same just now; then nothing is saved.
    """
    recorded = _recorded(gifts)
    new = [gift for gift in gifts if gift.reference not in recorded]
    new.sort(key=lambda gift: gift.received_on)
    contributions = _contributions(new, _supporters(new), by)
    pairs = zip(new, contributions, strict=True)
    Payment.objects.bulk_create((_payment(*pair) for pair in pairs), batch_size=2000)
    if new:
        _note(by, name, len(new))
    return len(new)


def _supporters(gifts: Iterable[Gift]) -> list[Supporter]:
    """Whom each gift is from. An address is one person; without one, every gift is a person's of its own."""
    gifts = list(gifts)
    addresses = {gift.email for gift in gifts} - {""}
    by_address = {each.email: each for each in Supporter.objects.filter(email__in=addresses)}
    people, new = [], []
    for gift in gifts:
        person = by_address.get(gift.email) if gift.email else None
        if person is None:
            person = Supporter(name=gift.name, email=gift.email)
            new.append(person)
            if gift.email:
                by_address[gift.email] = person
        people.append(person)
    Supporter.objects.bulk_create(new, batch_size=2000)
    return people


def _contributions(
    gifts: Sequence[Gift], people: Sequence[Supporter], by: Any
) -> list[Contribution]:
    """What each payment is of: a gift of its own, or one and the same regular gift of a person."""
    of_old = Contribution.objects.filter(provider="", ended_at=None, supporter__in=set(people))
    regular = {
        _sameness(each): each
        for each in of_old.exclude(frequency=Contribution.Frequency.ONCE).order_by("-pk")
    }
    found, new = [], []
    for gift, person in zip(gifts, people, strict=True):
        contribution = _contribution(gift, person, by)
        if gift.frequency != Contribution.Frequency.ONCE:
            first = regular.setdefault(_sameness(contribution), contribution)
            is_new, contribution = first is contribution, first
        else:
            is_new = True
        found.append(contribution)
        if is_new:
            new.append(contribution)
    Contribution.objects.bulk_create(new, batch_size=2000)
    return found


def _sameness(gift: Contribution) -> tuple[object, ...]:
    return gift.supporter_id, gift.frequency, gift.amount, gift.currency, gift.method


def _contribution(gift: Gift, person: Supporter, by: Any) -> Contribution:
    return Contribution(
        supporter=person,
        amount=gift.amount,
        currency=gift.currency,
        frequency=gift.frequency,
        method=gift.method,
        pledged_on=gift.received_on,
        note=gift.note,
        recorded_by=by,
    )


def _payment(gift: Gift, contribution: Contribution) -> Payment:
    """Of a day only the date is known: midday stands for it, or this moment."""
    midday = timezone.make_aware(datetime.combine(gift.received_on, time(12)))
    return Payment(
        contribution=contribution,
        amount=gift.amount,
        currency=gift.currency,
        paid_at=min(midday, timezone.now().replace(microsecond=0)),
        provider_id=gift.reference,
    )


def _note(by: Any, name: str, count: int) -> None:
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(Contribution),
        object_repr=name[:200],
        action_flag=CHANGE,
        change_message=ngettext(
            "Imported %(count)d gift from a file.", "Imported %(count)d gifts from a file.", count
        )
        % {"count": count},
    )
