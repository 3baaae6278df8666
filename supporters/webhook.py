"""Stripe's messages: checked, kept once, answered at once; a job takes them into the ledger."""

import json
import logging
import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from procrastinate.contrib.django import app

from supporters import settling
from supporters.models import ProviderEvent
from supporters.providers import signatures, stripe_events
from supporters.providers.stripe import is_live_key, name_for
from supporters.providers.stripe_events import Unreadable

logger = logging.getLogger(__name__)

TASK = "supporters.tasks.apply_event"  # by name: the jobs import this module
OTHER_MODE = "The event is of Stripe's other mode than our key (test or live)."

Status = ProviderEvent.Status


class NotApplied(Exception):
    """An event could not be taken in, but may be later. It says nothing about what is in the event."""


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """200 once the event is kept, for whichever time; 400 with a sentence for what is not Stripe's."""
    if not settings.STRIPE_WEBHOOK_SECRET or not settings.STRIPE_SECRET_KEY:
        return _said(404, "Card gifts are not set up here.")
    header = request.headers.get("Stripe-Signature", "")
    try:
        signatures.verify(request.body, header, settings.STRIPE_WEBHOOK_SECRET, time.time())
        event = _read(request.body)
    except (signatures.BadSignature, Unreadable) as problem:
        return _said(400, str(problem))
    if not _store(event):
        return _said(200, "Known already.")
    if event.status == Status.FAILED:
        return _said(400, event.error)
    return _said(200, "Stored.")


def _said(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def _read(body: bytes) -> ProviderEvent:
    """The event as it is kept: without anything personal. Raises ``Unreadable``."""
    try:
        sent = json.loads(body)
        node = sent["data"]["object"]
        payload = stripe_events.scrubbed(node)
        is_whole = (
            stripe_events.PLAIN.fullmatch(sent["id"])
            and stripe_events.PLAIN.fullmatch(sent["type"])
            and isinstance(sent["livemode"], bool)
            and isinstance(node, dict)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise Unreadable("This is no event of Stripe's.")
    return ProviderEvent(
        provider=name_for(is_live=sent["livemode"]),
        event_id=sent["id"],
        type=sent["type"][:100],
        is_live=sent["livemode"],
        created_at=stripe_events.moment(sent.get("created")),
        payload=payload,
    )


def _store(event: ProviderEvent) -> bool:
    """Keep an event and ask for its job, both or neither; whether it is new."""
    if not stripe_events.is_known(event.type):
        event.status = Status.IGNORED
    elif event.is_live != is_live_key(settings.STRIPE_SECRET_KEY):
        event.status, event.error = Status.FAILED, OTHER_MODE
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO supporters_providerevent
                    (provider, event_id, type, is_live, created_at, payload, status, error, received_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now())
                ON CONFLICT (provider, event_id) DO NOTHING RETURNING id
                """,
                [
                    *(event.provider, event.event_id, event.type, event.is_live, event.created_at),
                    *(json.dumps(event.payload), event.status, event.error),
                ],
            )
            made = cursor.fetchone()
        if made and event.status == Status.WAITING:
            _defer(made[0])
    return made is not None


def _defer(event_pk: int) -> None:
    app.configure_task(TASK).defer(event_pk=event_pk)


@transaction.atomic
def retry(event: ProviderEvent) -> bool:
    """Have the job try a failed event again; whether it was one."""
    failed = ProviderEvent.objects.filter(pk=event.pk, status=Status.FAILED)
    if not failed.update(status=Status.WAITING):
        return False
    _defer(event.pk)
    return True


def apply(event_pk: int) -> None:
    """Take an event into the ledger, once. What goes wrong stands in its row.

    Raises what another try may heal, so that the job is tried again. A contradiction stays one until somebody has
    looked into it.
    """
    try:
        with transaction.atomic():
            _apply(ProviderEvent.objects.select_for_update().get(pk=event_pk))
    except (Unreadable, settling.Contradiction) as problem:
        _note_failure(event_pk, str(problem))
    except DatabaseError as error:
        # Its text may repeat a row: only its kind is kept, and the rule that refused.
        rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        _note_failure(event_pk, f"The database refused: {rule or type(error).__name__}.")
        raise NotApplied(f"event {event_pk}: {rule or type(error).__name__}") from None
    except Exception as fault:
        _note_failure(event_pk, f"The software failed: {type(fault).__name__}.")
        raise


def _apply(event: ProviderEvent) -> None:
    if event.status in {Status.APPLIED, Status.IGNORED}:
        return
    if event.is_live != is_live_key(settings.STRIPE_SECRET_KEY):
        raise settling.Contradiction(OTHER_MODE)
    facts = stripe_events.facts(event.type, event.created_at, event.payload)
    settling.settle(event.provider, facts)
    event.status, event.applied_at, event.error = Status.APPLIED, timezone.now(), ""
    event.attempts += 1
    event.save(update_fields=["status", "applied_at", "error", "attempts"])


@transaction.atomic
def _note_failure(event_pk: int, sentence: str) -> None:
    event: Any = ProviderEvent.objects.select_for_update().get(pk=event_pk)
    event.status, event.error = Status.FAILED, sentence[:300]
    event.attempts += 1
    event.save(update_fields=["status", "error", "attempts"])
    logger.error("Event %s of %s was not applied: %s", event.event_id, event.provider, sentence)
