"""Stripe's messages: who is believed, what is kept, what goes wrong in view."""

import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import webhook
from supporters.models import Payment, ProviderEvent, ProviderObject
from tests.supporters import stripe
from tests.supporters.stripe import ADDRESS, KEYS, deliver, make_gift, signed, take, work

pytestmark = pytest.mark.django_db
Status = ProviderEvent.Status


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    for name, value in KEYS.items():
        setattr(settings, name, value)


def test_an_event_is_kept_and_applied(client: Client) -> None:
    gift = make_gift()

    response = deliver(client, stripe.session(gift))

    assert (response.status_code, response.content) == (200, b"Stored.\n")
    assert ProviderEvent.objects.get().status == Status.WAITING
    work()
    assert ProviderEvent.objects.get().status == Status.APPLIED
    assert Payment.objects.get().amount == 2500


def test_a_replay_is_known_already_and_makes_no_second_job(client: Client) -> None:
    sent = stripe.session(make_gift())
    deliver(client, sent)

    assert deliver(client, sent).content == b"Known already.\n"
    assert ProviderEvent.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name=webhook.TASK).count() == 1


def test_the_answer_needs_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    sent = stripe.session(make_gift())

    with django_assert_max_num_queries(4):  # a savepoint, the event, its job
        deliver(client, sent)


TAMPERED = [
    lambda body: (body + b" ", signed(body)),
    lambda body: (body, signed(body, "whsec_of_somebody_else")),
    lambda body: (body, signed(body, at=int(time.time()) - 400)),
    lambda body: (body, signed(body, at=int(time.time()) + 400)),
    lambda body: (body, ""),
    lambda body: (body, "t=,v1="),
    lambda body: (body, f"t={'9' * 400},v1=00"),
    lambda body: (body, signed(body).replace("v1=", "v0=")),
    lambda body: (body, "\u0661=\u00e9,v1=\u00e9"),
]


@pytest.mark.parametrize("change", TAMPERED)
def test_a_message_that_is_not_stripes_is_refused_with_a_sentence(
    client: Client, change: Any
) -> None:
    body, header = change(json.dumps(stripe.session(make_gift())).encode())

    response = deliver(client, body, header.encode().decode("latin-1"))

    assert response.status_code == 400
    assert response.content.endswith(b".\n")
    assert not ProviderEvent.objects.exists()


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b"null",
    b"[" * 30_000,
    json.dumps({"id": "evt_1", "type": "charge.succeeded"}).encode(),
    json.dumps(stripe.event("x", {"id": "y"}, created="yesterday")).encode(),
    json.dumps(stripe.event("x", {"id": "y"}, created=10**30)).encode(),
    json.dumps(stripe.event("x", {"id": "y"}, livemode="yes")).encode(),
    json.dumps(stripe.event("x", {"id": "y"}, id="somebody@example.org")).encode(),
    json.dumps(stripe.event("x", {"id": "y"}, data={"object": [1]})).encode(),
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_signed_message_that_is_no_event_is_refused_with_a_sentence(
    client: Client, body: bytes
) -> None:
    header = signed(body) if body != b"\xff\xfe" else _signed_bytes(body)

    assert deliver(client, body, header).status_code == 400
    assert not ProviderEvent.objects.exists()


def _signed_bytes(body: bytes) -> str:
    import hmac

    now = int(time.time())
    mac = hmac.new(stripe.SECRET.encode(), f"{now}.".encode() + body, "sha256").hexdigest()
    return f"t={now},v1={mac}"


def test_it_can_only_be_posted_to(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 405


def test_without_keys_there_is_no_webhook(client: Client, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""

    assert deliver(client, stripe.session(make_gift())).status_code == 404


def test_a_type_that_is_not_known_is_kept_and_ignored(client: Client) -> None:
    response = deliver(
        client, stripe.event("balance.available", {"id": "b_1", "object": "balance"})
    )

    assert response.status_code == 200
    assert ProviderEvent.objects.get().status == Status.IGNORED
    assert not ProcrastinateJob.objects.filter(task_name=webhook.TASK).exists()


def test_nothing_that_tells_who_it_was_is_ever_stored(client: Client) -> None:
    gift = make_gift()

    take(stripe.session(gift), stripe.charge(gift), stripe.invoice(gift, 1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload::text, '') FROM supporters_providerevent")
        [stored] = cursor.fetchone()
    for private in ("@", "Somebody", "Private", "4242", f"finger{gift.pk}"):
        assert private not in stored
    assert f"pi_{gift.pk}" in stored


def test_test_keys_and_live_keys_never_mix(client: Client, settings: Any) -> None:
    gift = make_gift()
    other = {**stripe.session(gift), "livemode": False}

    response = deliver(client, other)

    assert response.status_code == 400
    event = ProviderEvent.objects.get()
    assert (event.status, event.is_live, event.provider) == (Status.FAILED, False, "stripe-test")
    webhook.retry(event)
    work()
    assert not Payment.objects.exists()


def test_an_event_of_the_test_mode_reaches_no_real_gift(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_of_the_tests"
    gift = make_gift(provider="stripe")

    take({**stripe.session(gift), "livemode": False})

    assert not Payment.objects.exists()


def test_what_contradicts_an_earlier_event_is_seen_and_can_be_tried_again() -> None:
    gift = make_gift()
    take(stripe.session(gift))

    take(stripe.charge(gift, amount=9900, amount_captured=9900))

    failed = ProviderEvent.objects.get(status=Status.FAILED)
    assert failed.error == "The event says another amount than an earlier one."
    assert webhook.retry(failed)
    work()
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (Status.FAILED, 2)
    assert Payment.objects.get().amount == 2500


def test_what_the_database_refuses_is_tried_again_by_the_worker(monkeypatch: Any) -> None:
    gift = make_gift()
    take(stripe.event("balance.available", {"id": "b_1", "object": "balance"}))
    deliver(Client(), stripe.session(gift, currency="eur"))

    work()

    failed = ProviderEvent.objects.get(status=Status.FAILED)
    assert failed.error == "The payment is in another currency than the gift."
    assert not ProviderObject.objects.exists()


def test_an_applied_event_is_not_tried_again() -> None:
    take(stripe.session(make_gift()))

    assert not webhook.retry(ProviderEvent.objects.get())


def test_a_fault_of_ours_is_recorded_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(Client(), stripe.session(make_gift()))

    def fail(*_: Any) -> None:
        raise KeyError("somebody@example.org")

    monkeypatch.setattr("supporters.settling.settle", fail)
    with pytest.raises(KeyError):
        work()

    assert ProviderEvent.objects.get().error == "The software failed: KeyError."


def test_a_message_of_uncommon_size_is_refused_before_it_is_read(client: Client) -> None:
    assert deliver(client, b" " * 70_000).status_code == 413
