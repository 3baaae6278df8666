"""``manage.py learn_words``: what the worker does once a minute, by hand."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from factchecks.models import Publication
from factchecks.search import spelling
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Let the search learn the words of what has become public since it learned last. Safe to repeat and to stop;"
        " the worker does the same once a minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = Publication.objects.begun().filter(words_known=False).count()
        for _each in progress(_learned(), unknown, "Publications read", self.stderr):
            pass


def _learned() -> Iterator[None]:
    """Once for each publication, though they are read some at a time."""
    while count := spelling.learn_new():
        yield from [None] * count
