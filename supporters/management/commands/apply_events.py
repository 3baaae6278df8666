"""``manage.py apply_events``: what the worker does with each event of a payment provider, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supporters import webhook
from supporters.models import ProviderEvent
from supporters.progress import progress
from supporters.webhook import NotApplied


class Command(BaseCommand):
    help = (
        "Take the events of payment providers that still wait into the ledger, each once. Safe to repeat and to stop;"
        " the worker does the same as they come in. With any that fails, the exit code is 1: the desk shows why."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = ProviderEvent.objects.filter(status=ProviderEvent.Status.WAITING)
        events = list(waiting.order_by("pk").values_list("pk", flat=True))
        for pk in progress(events, "Events taken in hand", self.stderr):
            try:
                webhook.apply(pk)
            except NotApplied as problem:
                self.stderr.write(str(problem))
        failed = ProviderEvent.objects.filter(pk__in=events, status=ProviderEvent.Status.FAILED)
        if count := failed.count():
            raise CommandError(f"{count} of {len(events)} events could not be taken in.")
        self.stdout.write(f"Events taken into the ledger: {len(events)}")
