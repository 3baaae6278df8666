"""Stripe's events as plain facts about Stripe's objects. No queries here.

Only today's shapes are asked for (``stripe.API_VERSION``), but those from before 2025-03-31 are read too, in which a
charge names its invoice and an invoice its subscription: events are sent in the version of the webhook's endpoint.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from supporters import money
from supporters.models import ProviderObject
from supporters.models.fields import EARLIEST, LATEST
from supporters.providers.stripe import from_stripe

Kind = ProviderObject.Kind
Json = dict[str, Any]

# All that is kept of an object: nothing here names a person.
KEPT = frozenset(
    [
        "id",
        "object",
        "type",
        "status",
        "created",
        "ended_at",
        "canceled_at",
        "paid_at",
        "failure_code",
        "mode",
        "payment_status",
        "currency",
        "country",
        "amount",
        "amount_captured",
        "amount_paid",
        "amount_received",
        "amount_refunded",
        "amount_total",
        "captured",
        "paid",
        "payment_intent",
        "charge",
        "latest_charge",
        "invoice",
        "subscription",
        "customer",
        "payment",
        "payments",
        "data",
        "parent",
        "subscription_details",
        "status_transitions",
        "last_payment_error",
        "payment_method_details",
        "card",
        "billing_details",
        "address",
        "client_reference_id",
        "metadata",
        "contribution",
        "fingerprint",
    ]
)
PLAIN = re.compile(
    r"[A-Za-z0-9_.-]{1,255}", re.ASCII
)  # an id, a code, a state: no address, no name


class Unreadable(Exception):
    """An event that is not what Stripe describes. The text is a sentence for the desk."""


@dataclass(frozen=True)
class Fact:
    """What one event says of one object; what it says nothing of is empty."""

    object_id: str
    kind: Kind
    part_of: str = ""
    part_of_kind: Kind | None = None
    key: UUID | None = None
    amount: int | None = None
    currency: str = ""
    happened_at: datetime | None = None
    refunded: int = 0
    refunded_at: datetime | None = None
    is_taken: bool = False
    is_given_back: bool = False
    failed_at: datetime | None = None
    ended_at: datetime | None = None
    card: str = ""
    card_country: str = ""
    billing_country: str = ""


def scrubbed(node: Any) -> Any:
    """An object of Stripe's with what we need of it, and without anything that tells who it was."""
    if isinstance(node, dict):
        kept = {name: _scrubbed_as(name, value) for name, value in node.items() if name in KEPT}
        return {name: value for name, value in kept.items() if value is not None}
    if isinstance(node, list):
        return [each for each in map(scrubbed, node) if each is not None]
    if isinstance(node, str):
        return node if PLAIN.fullmatch(node) else None
    return node if isinstance(node, bool | int) else None


def _scrubbed_as(name: str, value: Any) -> Any:
    if name == "fingerprint" and isinstance(value, str):
        return salted_hmac("supporters.card", value, algorithm="sha256").hexdigest()
    if name in {"contribution", "client_reference_id"}:
        key = _key(value)
        return str(key) if key else None
    return scrubbed(value)


def is_known(event_type: str) -> bool:
    return event_type in KNOWN or event_type.startswith(FAMILIES)


def facts(event_type: str, at: datetime, node: Json) -> list[Fact]:
    """What an event of a known type says. Raises ``Unreadable``."""
    read = READERS.get(str(node.get("object", "")))
    if read is None or not _id(node):
        raise Unreadable("The event is about an object that we do not know.")
    return list(read(event_type, at, node))


def _session(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    key = _key(node.get("client_reference_id")) or _own_key(node)
    intent, invoice = _id(node.get("payment_intent")), _id(node.get("invoice"))
    subscription = _id(node.get("subscription"))
    failed_at = at if event_type.endswith("async_payment_failed") else None
    yield Fact(_id(node), Kind.SESSION, key=key, failed_at=failed_at)
    if subscription:
        yield _subscribed(subscription, node, key)
    paid = node.get("payment_status") == "paid"
    if invoice and subscription:
        fact = Fact(invoice, Kind.INVOICE, subscription, Kind.SUBSCRIPTION)
        yield _with_money(fact, node, "amount_total", at) if paid else fact
    elif intent:
        fact = Fact(intent, Kind.INTENT, key=key)
        yield _with_money(fact, node, "amount_total", at) if paid else fact


def _intent(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    invoice = _id(node.get("invoice"))
    fact = _under(Fact(_id(node), Kind.INTENT, key=_own_key(node)), invoice, Kind.INVOICE)
    if node.get("status") == "succeeded":
        fact = _with_money(fact, node, "amount_received", at)
    yield fact
    if charge := _id(node.get("latest_charge")):
        yield Fact(charge, Kind.CHARGE, fact.object_id, Kind.INTENT)
    error = node.get("last_payment_error")
    tried = _id(_at(error, "charge")) if event_type == "payment_intent.payment_failed" else ""
    if tried:
        yield Fact(tried, Kind.CHARGE, fact.object_id, Kind.INTENT, failed_at=at)


def _charge(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    intent, invoice = _id(node.get("payment_intent")), _id(node.get("invoice"))
    key = _own_key(node)
    refunded = _amount(node, "amount_refunded") if node.get("amount_refunded") else 0
    fact = Fact(
        _id(node),
        Kind.CHARGE,
        key=key,
        refunded=refunded,
        refunded_at=at if refunded else None,
        failed_at=at if node.get("status") == "failed" else None,
        card=_text(node, "payment_method_details", "card", "fingerprint"),
        card_country=_country(_text(node, "payment_method_details", "card", "country")),
        billing_country=_country(_text(node, "billing_details", "address", "country")),
    )
    paid = node.get("status") == "succeeded" and node.get("captured") is not False
    figure = "amount_captured" if node.get("amount_captured") else "amount"
    if not intent:
        fact = _under(fact, invoice, Kind.INVOICE)
        yield _with_money(fact, node, figure, at) if paid else fact
        return
    yield _under(fact, intent, Kind.INTENT)
    whole = _under(Fact(intent, Kind.INTENT, key=key), invoice, Kind.INVOICE)
    yield _with_money(whole, node, figure, at) if paid else whole


def _invoice(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    details = [node.get("subscription_details"), _at(node, "parent", "subscription_details")]
    subscription = _id(node.get("subscription")) or _id(
        _at(node, "parent", "subscription_details", "subscription")
    )
    key = next(filter(None, (_own_key(each) for each in [node, *details])), None)
    fact = _under(Fact(_id(node), Kind.INVOICE), subscription, Kind.SUBSCRIPTION)
    if subscription:
        yield _subscribed(subscription, node, key)
    else:
        fact = replace(fact, key=key)
    if event_type == "invoice.payment_failed":
        fact = replace(fact, failed_at=at)
    is_paid = event_type == "invoice.paid" or node.get("status") == "paid"
    yield _with_money(fact, node, "amount_paid", at) if is_paid else fact
    yield from _paid_by(fact.object_id, node)
    payments = _at(node, "payments", "data")
    for each in payments if isinstance(payments, list) else []:
        yield from _paid_by(fact.object_id, _at(each, "payment"))


def _invoice_payment(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    if invoice := _id(node.get("invoice")):
        yield from _paid_by(invoice, node.get("payment"))


def _paid_by(invoice: str, node: Any) -> Iterator[Fact]:
    """Which payment, or old-fashioned bare charge, an invoice was paid by."""
    intent, charge = _id(_at(node, "payment_intent")), _id(_at(node, "charge"))
    if intent:
        yield Fact(intent, Kind.INTENT, invoice, Kind.INVOICE)
    if charge:
        yield Fact(charge, Kind.CHARGE, intent or invoice, Kind.INTENT if intent else Kind.INVOICE)


def _subscription(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    fact = _subscribed(_id(node), node, _own_key(node))
    over = node.get("status") in {"canceled", "incomplete_expired"}
    if over or event_type == "customer.subscription.deleted":
        fact = replace(fact, ended_at=_moment(node.get("ended_at")) or at)
    yield fact


def _subscribed(subscription: str, node: Json, key: UUID | None) -> Fact:
    fact = Fact(subscription, Kind.SUBSCRIPTION, key=key)
    return _under(fact, _id(node.get("customer")), Kind.CUSTOMER)


def _customer(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    ended_at = at if event_type == "customer.deleted" else None
    yield Fact(_id(node), Kind.CUSTOMER, ended_at=ended_at)


def _dispute(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    status = node.get("status")
    won = status == "won" or event_type.endswith("funds_reinstated")
    # An inquiry ("warning_…") and a dispute that was prevented took no money.
    lost = status in {"needs_response", "under_review", "lost", "charge_refunded"}
    yield from _taken(
        Fact(
            _id(node),
            Kind.DISPUTE,
            is_taken=won or lost or event_type.endswith("funds_withdrawn"),
            is_given_back=won,
        ),
        at,
        node,
    )


def _refund(event_type: str, at: datetime, node: Json) -> Iterator[Fact]:
    status = node.get("status")
    failed = status in {"failed", "canceled"}
    fact = Fact(
        _id(node),
        Kind.REFUND,
        is_taken=failed or status == "succeeded",
        is_given_back=failed,
        failed_at=at if failed else None,
    )
    yield from _taken(fact, at, node)


def _taken(fact: Fact, at: datetime, node: Json) -> Iterator[Fact]:
    """A refund or a dispute, under the charge that it takes from."""
    charge, intent = _id(node.get("charge")), _id(node.get("payment_intent"))
    fact = _with_money(fact, node, "amount", at)
    yield _under(fact, charge or intent, Kind.CHARGE if charge else Kind.INTENT)
    if charge:
        yield _under(Fact(charge, Kind.CHARGE), intent, Kind.INTENT)


READERS: dict[str, Callable[[str, datetime, Json], Iterator[Fact]]] = {
    "checkout.session": _session,
    "payment_intent": _intent,
    "charge": _charge,
    "invoice": _invoice,
    "invoice_payment": _invoice_payment,
    "subscription": _subscription,
    "customer": _customer,
    "dispute": _dispute,
    "refund": _refund,
}
KNOWN = frozenset(
    [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "charge.succeeded",
        "charge.failed",
        "charge.captured",
        "charge.refunded",
        "charge.updated",
        "charge.refund.updated",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice_payment.paid",
        "customer.deleted",
    ]
)
FAMILIES = ("charge.dispute.", "refund.", "customer.subscription.")


def moment(value: Any) -> datetime:
    """A moment in seconds since 1970. Raises ``Unreadable``."""
    found = _moment(value)
    if found is None:
        raise Unreadable("The event does not say when it happened.")
    return found


def _moment(value: Any) -> datetime | None:
    if type(value) is not int or not EARLIEST.timestamp() <= value < LATEST.timestamp():
        return None
    return datetime.fromtimestamp(value, UTC)


def _with_money(fact: Fact, node: Json, name: str, at: datetime) -> Fact:
    amount = _amount(node, name)
    if not amount:  # an invoice that a credit paid
        return fact
    return replace(fact, amount=amount, currency=_currency(node), happened_at=at)


def _amount(node: Json, name: str) -> int:
    units = node.get(name)
    if type(units) is not int or not 0 <= units <= money.LARGEST:
        raise Unreadable("The event has no amount that can be read.")
    try:
        return from_stripe(units, _currency(node))
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _currency(node: Json) -> str:
    currency = str(node.get("currency", "")).upper()
    if currency not in money.DECIMALS:
        raise Unreadable("The event is in a currency that we do not know.")
    return currency


def _under(fact: Fact, part_of: str, kind: Kind) -> Fact:
    return replace(fact, part_of=part_of, part_of_kind=kind) if part_of else fact


def _id(node: Any) -> str:
    """An id, or that of the object which stands in its place."""
    found = node.get("id") if isinstance(node, dict) else node
    return found if isinstance(found, str) and PLAIN.fullmatch(found) else ""


def _own_key(node: Any) -> UUID | None:
    return _key(_at(node, "metadata", "contribution"))


def _key(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _at(node: Any, *way: str) -> Any:
    for name in way:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _text(node: Json, *way: str) -> str:
    found = _at(node, *way)
    return found if isinstance(found, str) else ""


def _country(code: str) -> str:
    return code.upper() if re.fullmatch("[A-Za-z]{2}", code, re.ASCII) else ""
