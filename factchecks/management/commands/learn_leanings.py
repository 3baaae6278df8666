"""``manage.py learn_leanings``: what the worker does once a minute and once a night, by hand."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from factchecks import leaning
from factchecks.models import Leaning
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Work out how all checks lean on their sources, for the desk's report. Safe to repeat and to stop; the worker"
        " does the same for what was saved since, and once a night for all."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        while leaning.learn_new():
            pass
        total = Leaning.objects.count()
        for _each in progress(_learned(), total, "Fact checks worked out", self.stderr):
            pass


def _learned() -> Iterator[None]:
    """Once for each check, though they are read some at a time."""
    after: int | None = 0
    while after is not None:
        before = after
        after = leaning.learn_again(before)
        known = Leaning.objects.filter(pk__gt=before)
        yield from [None] * known.filter(pk__lte=after or before).count()
