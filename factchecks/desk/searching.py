"""The desk's search among checks, by the trigram index of what it looks at."""

from typing import Any

from django.db.models import QuerySet
from django.utils.text import smart_split, unescape_string_literal

from factchecks.models import FactCheck

MOST_FOUND = 1000  # checks, the newest; who finds more needs another word
MOST_WORDS = 10


def containing(checks: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """The newest of those in which every word stands somewhere; words in quotes are one. One query of its own."""
    words = words_of(typed)
    if not words:
        return checks
    found = FactCheck.objects.order_by("-pk")
    for word in words:
        found = found.filter(search_text__contains=word.lower())
    return checks.filter(pk__in=list(found.values_list("pk", flat=True)[:MOST_FOUND]))


def words_of(typed: str) -> list[str]:
    words = [
        unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] else word
        for word in smart_split(typed.replace("\0", ""))
    ]
    return [word for word in words if word][:MOST_WORDS]
