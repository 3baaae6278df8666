"""``manage.py forget_abandoned``: what the worker does once a night, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from supporters import giving


class Command(BaseCommand):
    help = (
        f"Delete gifts that were begun by card over {giving.KEPT_DAYS} days ago and never paid, and the people known by"
        " nothing else. Safe to repeat; the worker does the same once a night."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        forgotten = 0
        while some := giving.forget_abandoned():
            forgotten += some
        self.stdout.write(f"Gifts forgotten: {forgotten}")
