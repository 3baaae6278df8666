"""A numbered list of sources at the end of a text: the addresses that it gives."""

import re
from typing import Any

from django.utils.translation import gettext as _

from factchecks.documents import clean_line
from factchecks.importing import lengths
from factchecks.importing.draft import Notes, excerpt
from factchecks.importing.numbering import Line
from sources import addresses

ENTRY = re.compile(r"[ \t]*\[?([0-9]{1,3})(?:\]|[.)])[.:]?[ \t]*(.*)")
ADDRESS = re.compile(r"https?://[^\s<>\"”“]{1,4000}", re.IGNORECASE)


def sources_in(lines: list[Line], notes: Notes) -> dict[int, dict[str, Any]]:
    """Sources by their numbers. An entry may go on over several lines; what has no address is reported."""
    entries: list[tuple[int, Line]] = []
    for line in lines:
        if match := ENTRY.fullmatch(line.text):
            entries.append((int(match[1]), Line(line.number, match[2])))
        elif line.text and entries:
            number, start = entries[-1]
            if len(start.text) < 2 * lengths.URL:
                entries[-1] = (number, Line(start.number, f"{start.text} {line.text.strip()}"))
        elif line.text:
            _leave_out(line, line.text, notes)
    found: dict[int, dict[str, Any]] = {}
    for number, line in entries:
        source = _source(line)
        known = {other["url"] for other in found.values()}
        taken = number in found or not 1 <= number <= lengths.CITATIONS
        if source is None or taken or source["url"] in known:
            _leave_out(line, f"[{number}] {line.text}", notes)
        else:
            found[number] = source
    return found


def _source(line: Line) -> dict[str, Any] | None:
    match = ADDRESS.search(line.text)
    if match is None:
        return None
    try:
        url = addresses.normalise(match[0].rstrip(".,;:)]*"))
    except addresses.BadAddress:
        return None
    host = addresses.domain(url)
    if not host or len(url) > lengths.URL or len(host) > lengths.DOMAIN:
        return None
    title = clean_line(line.text[: match.start()]).strip(' -–—:,.;(<[*"“”')
    return {"url": url, "title": title[: lengths.TITLE], "publisher": None, "published_on": None}


def _leave_out(line: Line, text: str, notes: Notes) -> None:
    message = _(
        "“%(text)s” in the list of sources has no number or address of its own; it was left out."
    )
    notes.block(line.number, message % {"text": excerpt(text)})
