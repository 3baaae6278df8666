"""A check's page in parts, made once when it is published, so that a reader's request makes nothing.

The same function serves the preview of unsaved text. ``version()`` changes with the templates, with the rules that turn
text into HTML, and with what the newsroom says of itself on every page; the worker then makes the parts of all
publications again (``factchecks.tasks``).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from factchecks import citations, documents, markup, structured
from factchecks.documents import CitationPart, Document, QuotationPart, RatingPart
from factchecks.evidence import Evidence
from factchecks.search import language, vectors
from sources.fetching.verdict import State
from sources.models import Publisher

LIBRARIES = ("markdown-it-py", "nh3")
PARTS = ("header", "verdict", "summary", "findings", "limits", "sources")
INCLUDED = re.compile(r'{% include "([^"]+)"')
LONGEST_WHOLE_FRAGMENT = 5  # words; a longer passage is named by its first and last ones
MOST_AT_AN_END = 4  # words


@dataclass(frozen=True)
class Newsroom:
    """What a check's page says besides its document: the scale, and which people have a biography to read."""

    scale: tuple[tuple[str, str], ...] = ()  # the name and description of each rating
    listed: frozenset[str] = frozenset()  # keys of people

    @classmethod
    def of(cls, scale: Iterable[RatingPart], listed: Iterable[object]) -> "Newsroom":
        steps = tuple((rating["name"], rating["description"]) for rating in scale)
        return cls(steps, frozenset(map(str, listed)))


NOT_SAID = Newsroom()


@cache
def version(newsroom: Newsroom = NOT_SAID) -> str:
    """A hash over what the parts are made of besides the document: rules, templates, libraries, the newsroom's words."""
    digest = hashlib.sha256()
    rules = [citations.__file__, markup.__file__, structured.__file__]
    for file in [*rules, language.__file__, vectors.__file__, __file__]:
        digest.update(Path(file).read_bytes())
    for text in _texts(_template(part) for part in PARTS):
        digest.update(text.encode())
    for library in LIBRARIES:
        digest.update(metadata.version(library).encode())
    digest.update(json.dumps([newsroom.scale, sorted(newsroom.listed)]).encode())
    return digest.hexdigest()


def _texts(templates: Iterable[str]) -> Iterator[str]:
    """The text of each template, and of those that it includes."""
    for name in templates:
        text = Path(get_template(name).origin.name).read_text("utf-8")  # type: ignore[attr-defined]
        yield text
        yield from _texts(INCLUDED.findall(text))


def _template(part: str) -> str:
    return f"factchecks/_{part}.html"


def parts(
    document: Document, evidence: Mapping[str, Evidence], newsroom: Newsroom = NOT_SAID
) -> dict[str, str]:
    """The page's parts as safe HTML, by name. ``evidence`` is what is known of each source, by its address."""
    with translation.override(_spoken(document["language"])):
        values = {
            **context(document, evidence),
            "scale": newsroom.scale,
            "listed": newsroom.listed,
        }
        return {part: render_to_string(_template(part), values) for part in PARTS}


def kept(
    document: Document, evidence: Mapping[str, Evidence], newsroom: Newsroom = NOT_SAID
) -> dict[str, Any]:
    """What is kept of a document on publication: the page's parts, and what they say to machines.

    The ``questions`` are kept as they are: which check answers one is known only when the page is read.
    """
    made = parts(document, evidence, newsroom)
    with translation.override(_spoken(document["language"])):
        archived = {url: known.archived_url for url, known in evidence.items()}
        frozen = structured.frozen(document, newsroom.listed, archived)
    return {
        **made,
        "questions": document["follow_ups"],
        "structured": frozen,
        "evidence": _for_programs(document, evidence),
    }


def _for_programs(document: Document, evidence: Mapping[str, Evidence]) -> list[dict[str, Any]]:
    """What the API tells of the sources, but for the addresses of their pages: ``source`` is the number of each."""
    return [
        {
            "number": citation["number"],
            "source": known.page,
            "state": known.state,
            "state_since": _told(known.state_since),
            "archived_url": structured.as_iri(known.archived_url) or None,
            "author": known.author or None,
            "language": known.language or None,
            "publisher_kind": known.kind or None,
            "publisher_interest": known.interest or None,
            "quotations": [
                {
                    "key": quotation["key"],
                    "verified_at": _told(known.verified_at(quotation["text"])),
                }
                for quotation in citation["quotations"]
            ],
        }
        for citation in document["citations"]
        if citation["source"] and (known := evidence.get(citation["source"]["url"]))
    ]


def _told(moment: datetime | None) -> str | None:
    return structured.moment(moment) if moment else None


def _spoken(language: str) -> str:
    """The check's language where the templates speak it, so that no page mixes two."""
    spoken = dict(settings.LANGUAGES)
    return next(
        (tag for tag in (language.lower(), language.lower().split("-")[0]) if tag in spoken),
        settings.LANGUAGE_CODE,
    )


def context(document: Document, evidence: Mapping[str, Evidence]) -> dict[str, Any]:
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
    around = document["language"]
    sources = [
        _source(citation, evidence, numbers, cited.places.get(citation["number"], []), around)
        for citation in document["citations"]
    ]
    quotations = [each for source in sources for each in source.get("quotations", [])]
    return {
        "document": document,
        "summary": summary,
        "findings": findings,
        "sources": sources,
        "any_verified": any(quotation["verified_at"] for quotation in quotations),
        "cited_count": len(cited.places),
        "checked_on": documents.day(document["checked_on"]),
        "claimed_on": documents.day(document["claim"]["claimed_on"]) if document["claim"] else None,
    }


def _source(
    citation: CitationPart,
    evidence: Mapping[str, Evidence],
    findings: Mapping[object, object],
    places: list[str],
    around: str,
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
    known = evidence.get(source["url"])
    # (where readers find it: only if the source itself is not what it was)
    archived = known.archived_url if known and known.is_troubled else ""
    is_dead = known is not None and known.state == State.DEAD
    if known:
        language = foreign(known.language, around)
        entry |= {
            "source_path": reverse("factchecks:source", args=[known.page]),
            "archived_url": known.archived_url,
            "state": known.state if known.is_troubled else "",
            "state_since": known.state_since,
            "author": known.author,
            "language": language,
            "title_language": language if source["title"] else "",
            "publisher_kind": Publisher.Kind(known.kind).label if known.kind else "",
            "publisher_interest": known.interest,
        }
    return entry | {
        "url": source["url"],
        "title": source["title"] or source["url"],
        "title_href": archived if archived and is_dead else source["url"],
        "published_on": documents.day(source["published_on"]),
        "quotations": [
            _quotation(quotation, source["url"], archived, known, findings)
            for quotation in citation["quotations"]
        ],
    }


def _quotation(
    quotation: QuotationPart,
    url: str,
    archived: str,
    known: Evidence | None,
    findings: Mapping[object, object],
) -> dict[str, Any]:
    """A passage, and where it is read. No link promises the place of one that is known not to stand as quoted.

    An archive has what stood there before.
    """
    text = quotation["text"]
    verified_at = known.verified_at(text) if known else None
    is_lost = known is not None and known.is_lost(text)
    stood = verified_at is not None or not is_lost
    return {
        "text": text,
        "finding": findings.get(quotation["finding"]),
        "href": url if is_lost else at_passage(url, text),
        "archived_href": at_passage(archived, text) if archived and stood else archived,
        "is_lost": is_lost,
        "stood": stood,
        "verified_at": verified_at,
    }


def foreign(language: str, around: str) -> str:
    """The language of words that stand in a text in another; empty where it is the same, or not known."""
    return language if language.lower() != around.lower() else ""


def at_passage(url: str, passage: str) -> str:
    """The address that opens a page at a passage."""
    fragment = text_fragment(passage)
    return url + (fragment.removeprefix("#") if "#" in url else fragment)


def text_fragment(passage: str) -> str:
    """The part of an address that opens a page at a passage (WICG's URL fragment text directives).

    What is named in one piece is found in one block of the page alone, such as a paragraph, and a passage may go over
    two: so only a short one is named as a whole.
    """
    words = passage.split()
    if len(words) <= LONGEST_WHOLE_FRAGMENT:
        return f"#:~:text={_fragment_quote(' '.join(words))}"
    size = min(MOST_AT_AN_END, len(words) // 2)
    start, end = " ".join(words[:size]), " ".join(words[-size:])
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
