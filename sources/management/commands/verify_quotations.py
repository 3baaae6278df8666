"""``manage.py verify_quotations``: look every quotation up in the newest copy of its source, as far as that lacks."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from sources import quoting, relying
from sources.models import Source
from sources.progress import progress

BATCH = 100  # sources that are asked about at once


class Command(BaseCommand):
    help = (
        "Look up what checks quote in the newest kept copy of each source, unless that was done by today's rules."
        " Safe to repeat and to stop; the worker does the same after each save and each new copy."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outdated = list(quoting.outdated().values_list("pk", flat=True))
        for pk in progress(outdated, len(outdated), "Pages looked through again", self.stderr):
            quoting.renew(pk)
        kept = Source.objects.filter(snapshots__isnull=False).order_by("pk").distinct()
        keys = list(kept.values_list("pk", flat=True))
        for pairs in progress(_quoted(keys), len(keys), "Sources looked through", self.stderr):
            quoting.looked_up(pairs)


def _quoted(keys: list[int]) -> Iterator[list[quoting.Pair]]:
    """For each source, what is quoted of it."""
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        relied = relying.quotations(some)
        for pk in some:
            yield [(pk, text) for text in (relied[pk].all if pk in relied else ())]
