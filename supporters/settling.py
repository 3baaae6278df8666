"""What provider objects say, brought into the ledger.

Facts are merged into ``ProviderObject`` rows that only grow; then the ledger gets the lines that the rows imply and
that it lacks. So the total is the same in whichever order the facts came, and however often.

A one-off gift is paid by a payment, a recurring one by each of its invoices: these are the units of the ledger.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from supporters import giving, letters, suspicion
from supporters.models import Contribution, Payment, ProviderObject
from supporters.providers.stripe_events import Fact

Kind = ProviderObject.Kind
MONEY = {Kind.CHARGE, Kind.INTENT, Kind.INVOICE}
TAKEN = {Kind.REFUND, Kind.DISPUTE}
HEIGHT: dict[str, int] = {
    kind: height
    for height, kind in enumerate(
        (Kind.CHARGE, Kind.INTENT, Kind.INVOICE, Kind.SUBSCRIPTION, Kind.CUSTOMER)
    )
}
LOCK = 7_203_115_004
"""Of Postgres' advisory locks: who settles is alone, so that two events of one gift meet in neither order."""


class Contradiction(Exception):
    """Facts that cannot both be true. The text is a sentence for the desk."""


def settle(provider: str, facts: Iterable[Fact]) -> None:
    """Take facts in, and bring the ledger up to them, in the caller's transaction. Raises ``Contradiction``."""
    assert connection.in_atomic_block, "facts are merged and settled together, or not at all"  # noqa: S101
    facts = list(facts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    touched = _Touched(provider, facts)
    for fact in facts:
        touched.merge(fact)
    changed = touched.save()
    if not changed:  # told already, in other words
        return
    for unit in touched.roots(changed):
        _enter(unit)
    for subscription in touched.subscriptions():
        _renew(subscription)


class _Touched:
    """The objects that some facts are about, with all above them: read at once, merged, and saved.

    Nobody else changes them meanwhile: see ``LOCK``.
    """

    def __init__(self, provider: str, facts: list[Fact]) -> None:
        self.provider = provider
        names = {fact.object_id for fact in facts} | {fact.part_of for fact in facts} - {""}
        known = ProviderObject.objects.with_all_above(provider, names)
        known = known.select_related("contribution")
        by_pk = {row.pk: row for row in known}
        for row in known:
            if row.part_of_id:
                row.part_of = by_pk[row.part_of_id]
        self.rows = {row.object_id: row for row in known}
        self.before = {row.pk: _state(row) for row in known}
        self.gifts: dict[UUID, Contribution | None] = {}

    def merge(self, fact: Fact) -> None:
        row = self.row(fact.object_id, fact.kind)
        if fact.part_of and fact.part_of_kind:
            _put_under(row, self.row(fact.part_of, fact.part_of_kind))
        if fact.key and row.contribution_id is None:
            row.contribution = self.named(fact.key)
        _take_in(row, fact)

    def row(self, object_id: str, kind: Kind) -> ProviderObject:
        if object_id not in self.rows:
            new = ProviderObject(provider=self.provider, object_id=object_id, kind=kind)
            self.rows[object_id] = new
        return self.rows[object_id]

    def named(self, key: UUID) -> Contribution | None:
        if key not in self.gifts:
            known = Contribution.objects.filter(key=key, provider=self.provider)
            self.gifts[key] = known.first()
        return self.gifts[key]

    def save(self) -> list[ProviderObject]:
        """Save what is new or has changed, and give it back. What others are part of comes first."""
        changed = []
        for row in sorted(self.rows.values(), key=lambda row: -HEIGHT.get(row.kind, -1)):
            row.part_of = row.part_of  # which has its number by now
            if row.pk is None or _state(row) != self.before[row.pk]:
                row.save()
                changed.append(row)
        return changed

    def roots(self, changed: Iterable[ProviderObject]) -> list[ProviderObject]:
        """The uppermost object of money above each that changed; what waited for a touched subscription."""
        found = {}
        for top in changed:
            while top.part_of and top.part_of.kind in MONEY:
                top = top.part_of
            if top.kind in MONEY:
                found[top.pk] = top
        lasting = [row for row in self.rows.values() if row.kind == Kind.SUBSCRIPTION]
        if named := [row.pk for row in lasting if row.contribution_id]:
            for row in self.not_entered(named):
                found.setdefault(row.pk, row)
        return [found[pk] for pk in sorted(found)]

    def not_entered(self, subscriptions: list[int]) -> QuerySet[ProviderObject]:
        entered = Payment.objects.filter(
            provider=self.provider,
            kind=Payment.Kind.PAYMENT,
            provider_id=OuterRef("object_id"),
        )
        invoices = ProviderObject.objects.filter(part_of__in=subscriptions, kind=Kind.INVOICE)
        return invoices.filter(~Exists(entered))

    def subscriptions(self) -> list[ProviderObject]:
        """Those that were touched, directly or by the end of their customer."""
        found = {row.pk: row for row in self.rows.values() if row.kind == Kind.SUBSCRIPTION}
        ended = [row.pk for row in self.rows.values() if row.kind == Kind.CUSTOMER and row.ended_at]
        for row in ProviderObject.objects.filter(part_of__in=ended) if ended else []:
            found.setdefault(row.pk, row)
        return list(found.values())


def _put_under(row: ProviderObject, parent: ProviderObject) -> None:
    """What was named as the owner of an object may be its owner's owner: both find their place."""
    above = row.part_of
    if above is None:
        row.part_of = parent
    elif above is parent:
        return
    elif HEIGHT[above.kind] == HEIGHT[parent.kind]:
        raise Contradiction("The event names another owner of an object than an earlier one.")
    elif HEIGHT[above.kind] < HEIGHT[parent.kind]:
        _put_under(above, parent)
    else:
        row.part_of = parent
        _put_under(parent, above)


def _state(row: ProviderObject) -> tuple[object, ...]:
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


def _take_in(row: ProviderObject, fact: Fact) -> None:
    if fact.amount is not None:
        if row.kind in MONEY and row.amount not in {None, fact.amount}:
            raise Contradiction("The event says another amount than an earlier one.")
        if row.currency not in {"", fact.currency}:
            raise Contradiction("The event says another currency than an earlier one.")
        row.amount = max(row.amount or 0, fact.amount)
        row.currency = fact.currency
    row.happened_at = _earlier(row.happened_at, fact.happened_at)
    if fact.refunded > row.refunded:
        row.refunded, row.refunded_at = fact.refunded, fact.refunded_at
    row.is_taken |= fact.is_taken
    row.is_given_back |= fact.is_given_back
    row.failed_at = max(filter(None, (row.failed_at, fact.failed_at)), default=None)
    row.ended_at = _earlier(row.ended_at, fact.ended_at)
    row.card = row.card or fact.card
    row.card_country = row.card_country or fact.card_country
    row.billing_country = row.billing_country or fact.billing_country


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _enter(root: ProviderObject) -> None:
    """Write the ledger's lines for what is paid and taken under one object, if its contribution is known."""
    family = _family(root)
    over = [root.part_of] if root.part_of else []
    owner = next((row.contribution for row in [*family, *over] if row.contribution), None)
    if owner is None:
        return
    nameless = [row.pk for row in family if row.contribution_id is None]
    if nameless:
        ProviderObject.objects.filter(pk__in=nameless).update(contribution=owner)
    if owner.frequency == Contribution.Frequency.ONCE:
        units = [row for row in family if row.kind != Kind.INVOICE and row.amount is not None]
        units = [row for row in units if row.kind in MONEY and not _is_within(row, units)]
    else:
        units = [row for row in family if row.kind == Kind.INVOICE]
    entered = [
        Unit(
            owner,
            unit,
            unit.amount,
            unit.happened_at,
            family if unit.pk == root.pk else _family(unit),
        ).enter()
        for unit in units
        if unit.amount is not None and unit.happened_at is not None
    ]
    if units:
        is_paid_anew = any(is_new for _payment, is_new in entered)
        suspicion.look(owner, family, is_paid_anew=is_paid_anew)
    for payment, is_new in entered:
        if is_new:
            letters.acknowledge(payment)


def _is_within(row: ProviderObject, units: list[ProviderObject]) -> bool:
    return any(row.part_of_id == unit.pk for unit in units)


def _family(root: ProviderObject) -> list[ProviderObject]:
    """An object and all that is part of it."""
    return list(ProviderObject.objects.with_all_below(root).select_related("contribution"))


@dataclass
class Unit:
    """One payment of a contribution, and what was taken of it again."""

    contribution: Contribution
    row: ProviderObject
    amount: int
    paid_at: datetime
    family: list[ProviderObject]

    def enter(self) -> tuple[Payment, bool]:
        """The line of the payment, and whether it is new."""
        if self.row.currency != self.contribution.currency:
            raise Contradiction("The payment is in another currency than the gift.")
        fields = {
            "contribution": self.contribution,
            "amount": self.amount,
            "currency": self.row.currency,
            "paid_at": self.paid_at,
        }
        name = {
            "provider": self.row.provider,
            "provider_id": self.row.object_id,
            "kind": Payment.Kind.PAYMENT,
        }
        known = Payment.objects.filter(**name).first()
        paid, is_new = known or Payment.objects.create(**name, **fields), known is None
        if is_new:
            giving.follow_wish(paid)
        if not is_new or any(self.taken()):
            self.enter_taken(paid)
        return paid, is_new

    def taken(self) -> tuple[int, int]:
        """What was refunded, and what disputes hold just now."""
        refunds = [row for row in self.family if row.kind == Kind.REFUND]
        failed = _sum(row for row in refunds if row.is_given_back)
        single = _sum(row for row in refunds if row.is_taken and not row.is_given_back)
        whole = sum(row.refunded for row in self.family if row.kind == Kind.CHARGE)
        disputes = (row for row in self.family if row.kind == Kind.DISPUTE and row.is_taken)
        return max(whole - failed, single), _sum(row for row in disputes if not row.is_given_back)

    def enter_taken(self, paid: Payment) -> None:
        kinds = Payment.Kind
        sums, own = self.sums(paid)
        to_refund, to_hold = self.taken()
        to_refund = min(to_refund, paid.amount)
        refunded = sums[kinds.REFUND] - sums[kinds.REFUND_FAILED]
        # What somebody gave back by hand is no refund of the provider's that could fail.
        failed = min(refunded - to_refund, own[kinds.REFUND] - own[kinds.REFUND_FAILED])
        refunded -= max(failed, 0)
        held = sums[kinds.DISPUTE] - sums[kinds.DISPUTE_WON]
        to_hold = min(to_hold, paid.amount - max(to_refund, refunded))
        # First what comes back, so that no line takes more than there is.
        self.write(paid, kinds.REFUND_FAILED, sums, failed)
        self.write(paid, kinds.DISPUTE_WON, sums, held - to_hold)
        self.write(paid, kinds.REFUND, sums, to_refund - refunded)
        self.write(paid, kinds.DISPUTE, sums, to_hold - held)

    def sums(self, paid: Payment) -> tuple[Counter[str], Counter[str]]:
        """What the lines of each kind come to so far: all of them, and those of the provider."""
        by_provider = Sum("amount", filter=Q(provider=self.row.provider), default=0)
        lines = paid.reversals.order_by("kind").values_list("kind")
        found = list(lines.annotate(Sum("amount"), own=by_provider))
        every = Counter({kind: int(total) for kind, total, _own in found})
        return every, Counter({kind: int(own) for kind, _total, own in found})

    def write(self, paid: Payment, kind: Payment.Kind, sums: Counter[str], more: int) -> None:
        """One line; its reference is the sum that it leads to, so that none is written twice."""
        if more <= 0:
            return
        Payment.objects.create(
            contribution=self.contribution,
            kind=kind,
            reverses=paid,
            amount=more,
            currency=paid.currency,
            paid_at=max(self.moment(kind), paid.paid_at),
            provider=paid.provider,
            provider_id=f"{paid.provider_id}:{sums[kind] + more}",
        )

    def moment(self, kind: Payment.Kind) -> datetime:
        kinds = Payment.Kind
        wanted = Kind.DISPUTE if kind in {kinds.DISPUTE, kinds.DISPUTE_WON} else Kind.REFUND
        rows = [row for row in self.family if row.kind == wanted]
        moments = [
            row.failed_at if kind == kinds.REFUND_FAILED else row.happened_at for row in rows
        ]
        if kind == kinds.REFUND:
            moments += [row.refunded_at for row in self.family]
        return max([self.paid_at, *filter(None, moments)])


def _sum(rows: Iterable[ProviderObject]) -> int:
    return sum(row.amount or 0 for row in rows)


def _renew(subscription: ProviderObject) -> None:
    """Say of a recurring gift whether it ended, and since when its renewal fails."""
    contribution = subscription.contribution
    if contribution is None:
        return
    customer = subscription.part_of
    ended_at = _earlier(subscription.ended_at, customer.ended_at if customer else None)
    invoices = list(subscription.parts.filter(kind=Kind.INVOICE))
    paid = max((row.happened_at for row in invoices if row.happened_at), default=None)
    failed = [row.failed_at for row in invoices if row.failed_at and row.amount is None]
    failing = min((at for at in failed if paid is None or at > paid), default=None)
    failing_since = None if ended_at else failing
    if (contribution.ended_at, contribution.failing_since) != (ended_at, failing_since):
        contribution.ended_at, contribution.failing_since = ended_at, failing_since
        contribution.save(update_fields=["ended_at", "failing_since"])
