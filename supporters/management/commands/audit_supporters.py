"""``manage.py audit_supporters``: is every figure that readers see what follows from the payments?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supporters import audit, goals
from supporters.models import Goal


class Command(BaseCommand):
    help = (
        "Work out every goal's figures, every balance and every total straight from the payments, and compare. Each"
        " difference is a line; with any, the exit code is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="first work the balances of every goal out anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self._rebuild()
        found = 0
        for difference in audit.differences(self.stderr.write):
            self.stdout.write(str(difference))
            found += 1
        if found:
            raise CommandError(f"{found} of the figures differ from the ledger.")
        self.stdout.write("Every figure is what follows from the ledger.")

    def _rebuild(self) -> None:
        for goal in Goal.objects.order_by("pk"):
            self.stderr.write(f"Rebuilding {goal}")
            goals.rebuild(goal)
