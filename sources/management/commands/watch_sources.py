"""``manage.py watch_sources``: look at every source whose day has come."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources import watching
from sources.models import Look
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Look at the sources of published checks whose day has come: whether they stand, and still say what is quoted."
        " Safe to repeat and to stop; the worker does the same every ten minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found: dict[str, int] = {}
        due = watching.due(timezone.now()).count()
        try:
            for look in progress(_looks(), due, "Sources looked at", self.stderr):
                found[look.get_kind_display()] = found.get(look.get_kind_display(), 0) + 1
        except watching.Busy as busy:
            raise CommandError(
                "A round is under way already: the worker's, or another command's."
            ) from busy
        finally:
            for kind, count in sorted(found.items()):
                self.stdout.write(f"{kind}: {count}")


def _looks() -> Iterator[Look]:
    """One round after the other, until one finds nothing that could be looked at."""
    goes_on = True
    while goes_on:
        goes_on = False
        for look in watching.round_(seconds=None):
            goes_on = True
            yield look
