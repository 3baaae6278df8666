"""``manage.py keep_copies``: keep copies of sources now, one after the other."""

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from factchecks.models import FactCheck
from sources.fetching.pacing import NotNow
from sources.looking import look
from sources.models import Look, Snapshot, Source
from sources.progress import progress
from sources.storing import Unkept


class Command(BaseCommand):
    help = (
        "Fetch sources and keep a copy of each: of those that have none yet, unless others are named. Safe to repeat"
        " and to stop; the worker keeps one when a source is added and when a check that cites it is published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--source", nargs="+", type=int, metavar="ID", help="these sources")
        chosen.add_argument("--check", nargs="+", metavar="SLUG", help="what these checks cite")
        chosen.add_argument("--all", action="store_true", help="all sources")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(_chosen(options).values_list("pk", flat=True))
        kept = 0
        for pk in progress(keys, len(keys), "Sources looked at", self.stderr):
            said, is_kept = _keep(pk)
            kept += is_kept
            if said:
                self.stdout.write(f"Source {pk}: {said}")
        self.stdout.write(f"Copies kept: {kept} of {len(keys)}")


def _chosen(options: dict[str, Any]) -> QuerySet[Source]:
    known = Source.objects.unmerged().order_by("pk")
    if options["all"]:
        return known
    if options["source"]:
        _refuse_unknown(set(options["source"]) - set(known.values_list("pk", flat=True)), "source")
        return known.filter(pk__in=options["source"])
    if options["check"]:
        checks = FactCheck.objects.filter(slug__in=options["check"])
        _refuse_unknown(
            set(options["check"]) - set(checks.values_list("slug", flat=True)), "fact check"
        )
        return known.filter(citations__fact_check__in=checks).distinct()
    return known.filter(snapshots=None)


def _refuse_unknown(names: set[Any], what: str) -> None:
    if names:
        raise CommandError(f"There is no {what} {', '.join(map(str, sorted(names)))}.")


def _keep(pk: int) -> tuple[str, bool]:
    """What is to be said of the source, and whether a copy was kept. Raises ``CommandError`` where none can be."""
    key = uuid4()
    try:
        looked = look(pk, key=key, reason=Snapshot.Reason.ASKED)
    except NotNow as not_now:
        return str(not_now), False
    except Unkept as unkept:
        raise CommandError(str(unkept)) from unkept
    if looked is None:  # merged into another meanwhile
        return "", False
    is_kept = looked.snapshot is not None and looked.snapshot.key == key
    return looked.problem or ("" if is_kept else _found(looked)), is_kept


def _found(looked: Look) -> str:
    return f"The page {looked.get_kind_display()}."
