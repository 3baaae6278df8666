"""``manage.py remake_pages``: what the worker does once a minute, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from factchecks import publishing, tasks
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Make the pages again that other templates or rules made, or whose sources have changed since. The words stay."
        " Safe to repeat and to stop; the worker does the same once a minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outdated = list(publishing.outdated().order_by("pk").values_list("pk", flat=True))
        for pk in progress(outdated, len(outdated), "Pages made again", self.stderr):
            tasks.make_page(pk)
