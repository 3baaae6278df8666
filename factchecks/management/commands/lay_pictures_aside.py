"""``manage.py lay_pictures_aside``: what the worker does after a takedown, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from factchecks import takedown
from factchecks.models import Publication
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Lay the pictures aside that only versions taken down show. Safe to repeat and to stop; the worker does the"
        " same after each takedown."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        down = Publication.objects.filter(is_taken_down=True).order_by("fact_check")
        checks = list(down.values_list("fact_check", flat=True).distinct())
        for pk in progress(checks, len(checks), "Fact checks looked through", self.stderr):
            takedown.lay_pictures_aside(pk)
