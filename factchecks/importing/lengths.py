"""How much of each part a check may have: what the document's schema says, applied while reading."""

from typing import TypeVar

from django.utils.translation import gettext as _

from factchecks.documents import SCHEMA
from factchecks.importing.draft import Notes, excerpt

_parts = SCHEMA["properties"]
_shared = SCHEMA["$defs"]
_finding = _parts["findings"]["items"]["properties"]
_quotations = _parts["citations"]["items"]["properties"]["quotations"]
_claim = _parts["claim"]["anyOf"][1]["properties"]

QUESTION: int = _parts["question"]["maxLength"]
SUMMARY: int = _parts["summary"]["maxLength"]
LANGUAGE: int = _parts["language"]["maxLength"]
NAME: int = _shared["person"]["properties"]["name"]["maxLength"]
AUTHORS: int = _parts["authors"]["maxItems"]
TAG: int = _parts["tags"]["items"]["maxLength"]
TAGS: int = _parts["tags"]["maxItems"]
ITEM: int = _shared["item"]["properties"]["text"]["maxLength"]
SEARCHES: int = _parts["searches"]["maxItems"]
FOLLOW_UPS: int = _parts["follow_ups"]["maxItems"]
HEADING: int = _finding["heading"]["maxLength"]
TEXT: int = _finding["text"]["maxLength"]
FINDINGS: int = _parts["findings"]["maxItems"]
CITATIONS: int = _parts["citations"]["maxItems"]
QUOTATION: int = _quotations["items"]["properties"]["text"]["maxLength"]
QUOTATIONS: int = _quotations["maxItems"]
URL: int = _shared["address"]["maxLength"]
TITLE: int = _shared["source"]["properties"]["title"]["maxLength"]
CLAIM: int = _claim["text"]["maxLength"]
RATING: int = _parts["rating"]["anyOf"][1]["properties"]["name"]["maxLength"]
ONE_PUBLISHER_REASON: int = _parts["one_publisher_reason"]["maxLength"]
LIMITATIONS: int = _parts["limitations"]["maxLength"]
SLUG = 80
DOMAIN = 253

T = TypeVar("T")


def cut(text: str, limit: int, name: str, line: int | None, notes: Notes) -> str:
    """The text, or, reported, as many of its words as are allowed."""
    if len(text) <= limit:
        return text
    message = _(
        "%(name)s: “%(start)s” has %(length)d characters, at most %(limit)d are allowed. It was cut."
    )
    start = excerpt(text, 40)
    values = {"name": name, "start": start, "length": len(text), "limit": limit}
    notes.block(line, message % values)
    words, _space, _last = text[: limit + 1].rpartition(" ")
    return (words or text[:limit]).rstrip()


def first(items: list[T], limit: int, name: str, line: int | None, notes: Notes) -> list[T]:
    """The items, or, reported, as many of them as are allowed."""
    if len(items) > limit:
        message = _(
            "%(name)s: there are %(count)d, at most %(limit)d are allowed. The rest was left out."
        )
        notes.block(line, message % {"name": name, "count": len(items), "limit": limit})
    return items[:limit]
