"""``manage.py forget_unsaved_work``: what the worker does once a night, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from factchecks import tasks
from factchecks.desk import unsaved


class Command(BaseCommand):
    help = (
        f"Drop unsaved work that nobody came back for in {unsaved.KEPT_FOR.days} days, and who was at the desk before"
        " that. Safe to repeat; the worker does the same once a night."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        tasks.forget_unsaved_work(0)
        self.stdout.write("What nobody came back for is dropped.")
