"""What a page says of itself, as the fields of a source take it: for the form at the desk, and for the worker.

It is the page's word, and unchecked. What does not fit a field is not said.
"""

import re

from django.core.exceptions import ValidationError

from sources import addresses
from sources.models import Source
from sources.reading.result import Read

FIELDS = ("title", "author", "published_on", "language", "own_address")
# What an entity, or JSON, can write into a name: controls, and those that turn the order of the letters after them.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def said(read: Read) -> dict[str, str]:
    """By the field's name, as a form takes it; of the fields of ``FIELDS`` those that the page fills."""
    day = read.published_on
    offered = {
        "title": read.title,
        "author": _joined(read.authors),
        "published_on": day.isoformat() if day else "",
        "language": read.language,
        "own_address": own_address(read),
    }
    values = {name: line(value) for name, value in offered.items()}
    return {name: value for name, value in values.items() if value and _fits(name, value)}


def own_address(read: Read) -> str:
    """What the page calls its canonical address, in its one spelling; empty if it is no address."""
    try:
        return addresses.normalise(read.canonical) if read.canonical.isprintable() else ""
    except addresses.BadAddress:
        return ""


def line(text: str) -> str:
    """A title or a name as it may be shown, and stored: without controls, and without half a pair of surrogates."""
    return CONTROLS.sub("", text).strip().encode("utf-8", "replace").decode()


def _joined(names: tuple[str, ...]) -> str:
    """As many of the names, in their order, as there is room for."""
    longest = Source._meta.get_field("author").max_length or 0
    joined = ""
    for name in filter(None, map(line, names)):
        longer = f"{joined}, {name}" if joined else name
        if len(longer) > longest:
            break
        joined = longer
    return joined


def _fits(name: str, value: str) -> bool:
    field = Source._meta.get_field(name)
    try:
        field.clean(value, None)  # type: ignore[union-attr]
    except ValidationError:
        return False
    return True
