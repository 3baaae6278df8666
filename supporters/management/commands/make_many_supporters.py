"""``manage.py make_many_supporters``: fill a database with made-up supporters, to see how it behaves at size."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supporters import generating


class Command(BaseCommand):
    help = (
        "Fill a database for trials with made-up supporters and their payments, marked as demonstration; some were"
        " refunded or disputed besides. They can't be deleted afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supporters", type=int, required=True, metavar="N")
        parser.add_argument(
            "--payments", type=int, metavar="M", help="three for each supporter, unless you say"
        )
        parser.add_argument(
            "--yes", action="store_true", help="even where there are supporters of your own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        supporters: int = options["supporters"]
        payments = 3 * supporters if options["payments"] is None else options["payments"]
        self._check(supporters, payments, options["yes"])
        began = time.monotonic()
        for done in generating.fill(supporters, payments, timezone.now()):
            rate = done / (time.monotonic() - began)
            self.stderr.write(
                f"{100 * done // supporters:3}%  {done} of {supporters} supporters, {rate:.0f}/s"
            )
        self.stdout.write(f"Made {supporters} supporters with {payments} payments.")

    def _check(self, supporters: int, payments: int, is_sure: bool) -> None:
        room = generating.MOST + 1 - generating.next_number()
        if not 1 <= supporters <= room:
            raise CommandError(f"Give a number of supporters from 1 to {room}.")
        if not 0 <= payments <= 30 * supporters:
            raise CommandError("Give a number of payments from 0 to 30 for each supporter.")
        real = generating.real_supporters()
        if real and not is_sure:
            raise CommandError(
                f"This database has {real} supporter{'s' * (real > 1)} that were not made up, and made-up ones can't"
                " be deleted again. Add --yes to make them all the same."
            )
