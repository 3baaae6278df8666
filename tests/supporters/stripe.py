"""What Stripe sends, in today's shapes, with fixed values."""

import json
import time
from typing import Any

from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from stripe import WebhookSignature

from supporters import webhook
from supporters.models import Contribution, ProviderEvent, Supporter
from tests.supporters.factories import make_contribution

Json = dict[str, Any]

SECRET = "whsec_of_the_tests"
KEYS = {
    "STRIPE_SECRET_KEY": "sk_live_of_the_tests",
    "STRIPE_WEBHOOK_SECRET": SECRET,
    "STRIPE_API_BASE": "",
}
ADDRESS = "/support/webhook/stripe/"
PAID_AT = 1_772_366_400  # 1 March 2026, midday


def make_gift(supporter: Supporter | None = None, **changes: Any) -> Contribution:
    """A gift by card that waits for its payment."""
    return make_contribution(supporter, **{"provider": "stripe", "amount": 2500, **changes})


def event(kind: str, node: Json, number: Any = None, at: int = PAID_AT, **changes: Any) -> Json:
    name = number if number is not None else f"{kind}_{node['id']}_{at}"
    return {
        "id": f"evt_{name}".replace(".", "_"),
        "object": "event",
        "api_version": "2026-10-28.endive",
        "type": kind,
        "created": at,
        "livemode": True,
        "data": {"object": node},
        **changes,
    }


def session(gift: Contribution, **changes: Any) -> Json:
    """``checkout.session.completed`` of a one-off gift."""
    node = {
        "id": f"cs_{gift.pk}",
        "object": "checkout.session",
        "mode": "payment",
        "payment_status": "paid",
        "status": "complete",
        "amount_total": gift.amount,
        "currency": gift.currency.lower(),
        "client_reference_id": str(gift.key),
        "customer": None,
        "customer_details": {"email": "somebody@example.org", "name": "Somebody Private"},
        "metadata": {"contribution": str(gift.key)},
        "payment_intent": f"pi_{gift.pk}",
        "subscription": None,
        "invoice": None,
    }
    return event("checkout.session.completed", {**node, **changes})


def charge(
    gift: Contribution, kind: str = "charge.succeeded", at: int = PAID_AT, **changes: Any
) -> Json:
    node = {
        "id": f"ch_{gift.pk}",
        "object": "charge",
        "status": "succeeded",
        "captured": True,
        "amount": gift.amount,
        "amount_captured": gift.amount,
        "amount_refunded": 0,
        "currency": gift.currency.lower(),
        "payment_intent": f"pi_{gift.pk}",
        "metadata": {"contribution": str(gift.key)},
        "billing_details": {"email": "somebody@example.org", "address": {"country": "DE"}},
        "payment_method_details": {
            "card": {"country": "DE", "fingerprint": f"finger{gift.pk}", "last4": "4242"}
        },
        "receipt_email": "somebody@example.org",
    }
    return event(kind, {**node, **changes}, at=at)


def refunded(gift: Contribution, so_far: int, at: int = PAID_AT + 100) -> Json:
    """``charge.refunded``, which says how much was refunded altogether."""
    return charge(gift, "charge.refunded", at + so_far, amount_refunded=so_far)


def refund(gift: Contribution, number: int, amount: int, status: str = "succeeded") -> Json:
    node = {
        "id": f"re_{gift.pk}_{number}",
        "object": "refund",
        "amount": amount,
        "currency": gift.currency.lower(),
        "status": status,
        "charge": f"ch_{gift.pk}",
        "payment_intent": f"pi_{gift.pk}",
    }
    if status == "failed":
        return event("refund.failed", node, at=PAID_AT + 86400)
    return event("refund.updated", node, at=PAID_AT + 100)


def dispute(gift: Contribution, what: str, status: str, at: int = PAID_AT + 500) -> Json:
    node = {
        "id": f"dp_{gift.pk}",
        "object": "dispute",
        "amount": gift.amount,
        "currency": gift.currency.lower(),
        "status": status,
        "charge": f"ch_{gift.pk}",
        "payment_intent": f"pi_{gift.pk}",
    }
    return event(f"charge.dispute.{what}", node, at=at)


def signup(gift: Contribution) -> Json:
    """``checkout.session.completed`` of a recurring gift: it pays the first invoice."""
    return session(
        gift,
        mode="subscription",
        payment_intent=None,
        customer=f"cus_{gift.pk}",
        subscription=f"sub_{gift.pk}",
        invoice=f"in_{gift.pk}_1",
    )


def invoice(gift: Contribution, turn: int, kind: str = "invoice.paid", **changes: Any) -> Json:
    at = PAID_AT + turn * 30 * 86400 - 30 * 86400
    paid = kind == "invoice.paid"
    node = {
        "id": f"in_{gift.pk}_{turn}",
        "object": "invoice",
        "status": "paid" if paid else "open",
        "amount_paid": gift.amount if paid else 0,
        "currency": gift.currency.lower(),
        "customer": f"cus_{gift.pk}",
        "customer_email": "somebody@example.org",
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": f"sub_{gift.pk}", "metadata": {}},
        },
    }
    return event(kind, {**node, **changes}, at=at)


def invoice_payment(gift: Contribution, turn: int) -> Json:
    """By which today's shape says what charge paid an invoice."""
    node = {
        "id": f"inpay_{gift.pk}_{turn}",
        "object": "invoice_payment",
        "invoice": f"in_{gift.pk}_{turn}",
        "payment": {"type": "payment_intent", "payment_intent": f"pi_{gift.pk}_{turn}"},
        "status": "paid",
    }
    return event("invoice_payment.paid", node)


def renewal_charge(gift: Contribution, turn: int, **changes: Any) -> Json:
    """A charge of a recurring gift: it says neither the gift nor the invoice."""
    return charge(
        gift,
        **{
            "id": f"ch_{gift.pk}_{turn}",
            "payment_intent": f"pi_{gift.pk}_{turn}",
            "metadata": {},
            **changes,
        },
    )


def subscription_ended(gift: Contribution) -> Json:
    node = {
        "id": f"sub_{gift.pk}",
        "object": "subscription",
        "status": "canceled",
        "customer": f"cus_{gift.pk}",
        "ended_at": PAID_AT + 9000,
        "metadata": {"contribution": str(gift.key)},
    }
    return event("customer.subscription.deleted", node)


def customer_deleted(gift: Contribution) -> Json:
    node = {"id": f"cus_{gift.pk}", "object": "customer", "email": "somebody@example.org"}
    return event("customer.deleted", node, at=PAID_AT + 9000)


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    """The header, as Stripe's own library makes it."""
    made = WebhookSignature.generate_signature_header(body.decode(), secret, at or int(time.time()))
    return str(made)


def deliver(client: Client, sent: Json | bytes, header: str | None = None) -> Any:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return client.post(
        ADDRESS,
        body,
        content_type="application/json",
        headers={"stripe-signature": header if header is not None else signed(body)},
    )


def work() -> None:
    """Do each waiting job for an event, in their order, as a worker would."""
    jobs = ProcrastinateJob.objects.filter(status="todo", task_name="supporters.tasks.apply_event")
    for pk in [job.args["event_pk"] for job in jobs.order_by("pk")]:
        if ProviderEvent.objects.filter(pk=pk, status=ProviderEvent.Status.WAITING).exists():
            webhook.apply(pk)


def take(*events: Json) -> None:
    """Deliver and apply some events, one after the other."""
    for each in events:
        response = deliver(Client(), each)
        assert response.status_code == 200, response.content
        work()
