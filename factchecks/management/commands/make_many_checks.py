"""``manage.py make_many_checks N``: fill a database with made-up checks, to see how it behaves at size."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from factchecks.generating import filling, writing


class Command(BaseCommand):
    help = (
        "Fill a database for trials with N made-up fact checks, marked as generated: most of them published, others"
        " scheduled, in review or overdue. They can't be deleted afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, metavar="N")
        parser.add_argument(
            "--yes", action="store_true", help="even where there are fact checks of your own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count: int = options["number"]
        room = writing.MOST + 1 - filling.next_number()
        if not 1 <= count <= room:
            raise CommandError(f"Give a number from 1 to {room}.")
        real = filling.real_checks()
        if real and not options["yes"]:
            raise CommandError(
                f"This database has {real} fact check{'s' * (real > 1)} that were not generated, and generated ones"
                " can't be deleted again. Add --yes to make them all the same."
            )
        began = time.monotonic()
        for done in filling.fill(count, now=timezone.now()):
            rate = done / (time.monotonic() - began)
            self.stderr.write(f"{100 * done // count:3}%  {done} of {count}, {rate:.0f}/s")
        self.stdout.write(f"Made {count} fact checks.")
