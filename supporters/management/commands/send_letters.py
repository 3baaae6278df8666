"""``manage.py send_letters``: what the worker does with each letter, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import BigIntegerField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import letters
from supporters.models import Letter
from supporters.post import Undelivered
from supporters.progress import progress


class Command(BaseCommand):
    help = (
        "Hand the letters that wait to the mail server, each once: not those that it refused for good, or whose fate"
        " nobody knows. Safe to repeat and to stop; the worker does the same. With any that was not taken, the exit"
        " code is 1, and the worker tries it again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = _waiting()
        untaken = 0
        for pk in progress(waiting, "Letters taken in hand", self.stderr):
            try:
                letters.send(pk)
            except Undelivered as problem:
                untaken += 1
                self.stderr.write(f"Letter {pk}: {problem}")
        if untaken:
            raise CommandError(f"{untaken} of {len(waiting)} letters were not taken.")
        sent = Letter.objects.filter(pk__in=waiting).exclude(sent_at=None).count()
        self.stdout.write(f"Letters sent: {sent}")


def _waiting() -> list[int]:
    """Those never tried, and those that the worker is to try again."""
    jobs = ProcrastinateJob.objects.filter(task_name=letters.SEND, status="todo")
    again = jobs.values_list(Cast(KT("args__letter_id"), BigIntegerField()))
    unsent = Letter.objects.filter(sent_at=None, begun_at=None)
    asked = unsent.filter(Q(error="") | Q(pk__in=again))
    return list(asked.order_by("pk").values_list("pk", flat=True))
