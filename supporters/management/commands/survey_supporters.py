"""``manage.py survey_supporters``: what the worker does when the desk looks at a large ledger, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from supporters import surveying


class Command(BaseCommand):
    help = (
        "Work the figures of “Supporters at a glance” out from the whole ledger, for a ledger that is too large to do so"
        " whenever somebody looks. Safe to repeat; the worker does the same when it is needed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        surveying.store()
        self.stdout.write("The ledger is surveyed.")
