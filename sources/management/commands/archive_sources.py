"""``manage.py archive_sources``: have the Wayback Machine save what lacks an archived copy."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sources import archiving, relying, wayback
from sources.progress import progress
from sources.wayback import Away


class Command(BaseCommand):
    help = (
        "Have the Wayback Machine save the sources of published checks that have no archived copy, one after the other."
        " It needs the newsroom's keys. Safe to repeat and to stop; the worker asks for it with each first copy."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        archive = wayback.current()
        if archive is None:
            raise CommandError(
                "Set WAYBACK_ACCESS_KEY and WAYBACK_SECRET_KEY first: see .env.example."
            )
        shown = archiving.lacking().filter(pk__in=relying.shown()).order_by("pk")
        keys = [pk for pk, url in shown.values_list("pk", "url") if archiving.is_savable(url)]
        saved = archiving.by_hand(archive, keys)
        try:
            for pk, problem in progress(saved, len(keys), "Sources archived", self.stderr):
                if problem:
                    self.stdout.write(f"Source {pk}: {problem}")
        except Away as away:
            raise CommandError(str(away)) from away
