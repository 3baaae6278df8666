"""``manage.py work``: the worker."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from factually import working


class Command(BaseCommand):
    help = "Do the jobs that wait, and those that are still to come, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--patience",
            type=float,
            default=10,
            metavar="SECONDS",
            help="so long it waits, told to end, for the jobs in hand; what is not done then is put back (default: 10)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lanes = ", ".join(f"{at_once} of “{queue}”" for queue, at_once in working.LANES.items())
        self.stdout.write(f"Working on the jobs that wait: at once {lanes}.")
        self.stdout.flush()
        working.make_room()
        asyncio.run(working.work(options["patience"]))
