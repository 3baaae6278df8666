"""``manage.py draw_cards``: what the worker does once a minute, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from factchecks import cards, tasks
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Draw the pictures for social media that are lacking, or that an earlier version drew. Safe to repeat and to"
        " stop; the worker does the same once a minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = list(cards.lacking().order_by("-pk").values_list("pk", flat=True))
        for pk in progress(lacking, len(lacking), "Pictures drawn", self.stderr):
            tasks.make_card(pk)
