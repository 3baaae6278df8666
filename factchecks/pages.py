"""A check's page in parts, made once when it is published, so that a reader's request makes nothing.

The same function serves the preview of unsaved text. ``version()`` changes with the templates and with the rules that
turn text into HTML; the worker then makes the parts of all publications again (``factchecks.tasks``).
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from factchecks import citations, documents, markup
from factchecks.documents import CitationPart, Document

LIBRARIES = ("markdown-it-py", "nh3")
PARTS = ("header", "summary", "findings", "follow_ups", "sources")
LONGEST_WHOLE_FRAGMENT = 80  # characters; a longer passage is named by its first and last words


@cache
def version() -> str:
    """A hash over what the parts are made of besides the document: our rules, the templates, the libraries.

    The templates include no others, so that nothing is missed.
    """
    templates = [get_template(_template(part)).origin.name for part in PARTS]  # type: ignore[attr-defined]
    rules = [citations.__file__, markup.__file__, __file__]
    digest = hashlib.sha256()
    for file in [*rules, *templates]:
        digest.update(Path(file).read_bytes())
    for library in LIBRARIES:
        digest.update(metadata.version(library).encode())
    return digest.hexdigest()


def _template(part: str) -> str:
    return f"factchecks/_{part}.html"


def parts(document: Document, source_ids: Mapping[str, int]) -> dict[str, str]:
    """The page's parts as safe HTML, by name. ``source_ids`` gives the number of each source's page by its address."""
    with translation.override(_spoken(document["language"])):
        values = context(document, source_ids)
        return {part: render_to_string(_template(part), values) for part in PARTS}


def _spoken(language: str) -> str:
    """The check's language where the templates speak it, so that no page mixes two."""
    spoken = dict(settings.LANGUAGES)
    return next(
        (tag for tag in (language.lower(), language.lower().split("-")[0]) if tag in spoken),
        settings.LANGUAGE_CODE,
    )


def context(document: Document, source_ids: Mapping[str, int]) -> dict[str, Any]:
    """What the templates of the parts are given."""
    cited = markup.CitedAt({citation["number"] for citation in document["citations"]})
    own = document["pictures"]
    summary = markup.render(document["summary"], cited, own)
    findings = [
        {
            "number": number,
            "key": finding["key"],
            "heading": finding["heading"],
            "html": markup.render(finding["text"], cited, own),
        }
        for number, finding in enumerate(document["findings"], 1)
    ]
    numbers = {finding["key"]: finding["number"] for finding in findings}
    return {
        "document": document,
        "summary": summary,
        "findings": findings,
        "sources": [
            _source(citation, source_ids, numbers, cited.places.get(citation["number"], []))
            for citation in document["citations"]
        ],
        "cited_count": len(cited.places),
        "checked_on": documents.day(document["checked_on"]),
        "claimed_on": documents.day(document["claim"]["claimed_on"]) if document["claim"] else None,
    }


def _source(
    citation: CitationPart,
    source_ids: Mapping[str, int],
    findings: Mapping[object, object],
    places: list[str],
) -> dict[str, Any]:
    """One entry of the source list; of a placeholder only the number and where it is cited are known."""
    entry: dict[str, Any] = {
        "number": citation["number"],
        "accessed_on": documents.day(citation["accessed_on"]),
        "cited_at": [{"id": place, "label": _letters(index)} for index, place in enumerate(places)],
    }
    source = citation["source"]
    if source is None:
        return entry
    publisher = source["publisher"]
    if publisher:
        entry |= {
            "publisher_name": publisher["name"],
            "publisher_domain": publisher["domain"],
            "publisher_url": reverse("factchecks:publisher", args=[publisher["domain"]]),
        }
    if source["url"] in source_ids:
        entry["source_path"] = reverse("factchecks:source", args=[source_ids[source["url"]]])
    return entry | {
        "url": source["url"],
        "title": source["title"] or source["url"],
        "published_on": documents.day(source["published_on"]),
        "quotations": [
            {
                "text": quotation["text"],
                "finding": findings.get(quotation["finding"]),
                "href": source["url"] + text_fragment(quotation["text"]),
            }
            for quotation in citation["quotations"]
        ],
    }


def text_fragment(passage: str) -> str:
    """The part of an address that opens a page at a passage (WICG's URL fragment text directives)."""
    words = passage.split()
    whole = " ".join(words)
    if len(whole) <= LONGEST_WHOLE_FRAGMENT or len(words) < 8:
        return f"#:~:text={_fragment_quote(whole)}"
    start, end = " ".join(words[:4]), " ".join(words[-4:])
    return f"#:~:text={_fragment_quote(start)},{_fragment_quote(end)}"


def _fragment_quote(text: str) -> str:
    """Percent-encode; a dash too, which separates a directive's parts."""
    return quote(text, safe="").replace("-", "%2D")


def _letters(index: int) -> str:
    """a, b, … z, aa, ab, …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
