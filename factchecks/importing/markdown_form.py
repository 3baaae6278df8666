"""The first form: Markdown with a YAML header, the one to write by hand."""

import re
from typing import Any

import yaml
from django.utils.translation import gettext as _

from factchecks.documents import VERSION, clean_line, clean_text, topic_slug
from factchecks.importing import lengths
from factchecks.importing.cleaning import without_leaked_markers
from factchecks.importing.draft import Draft, Notes, UnreadableDraft, excerpt
from factchecks.importing.header import Fields, compose
from factchecks.importing.lengths import cut, first
from factchecks.importing.numbering import (
    Line,
    Passage,
    cited_in,
    report_cited_heading,
    report_uncited,
)
from factchecks.importing.slugs import is_slug, make_slug
from sources import addresses

KEYS = (
    *("question", "slug", "language", "authors", "reviewed_by", "review_on", "checked_on", "tags"),
    *(
        "searches",
        "sources",
        "follow_ups",
        "claim",
        "rating",
        "one_publisher_reason",
        "limitations",
    ),
)
SOURCE_KEYS = ("url", "title", "publisher", "published_on", "accessed_on", "quotes")
QUOTE_KEYS = ("text", "finding")
CLAIM_KEYS = ("text", "claimant", "claimed_on", "appearance")
HEADING = re.compile(r" {0,3}##(?!#)[ \t]*(.*)")
CLOSING_HASHES = re.compile(r"(?:^|[ \t])#{1,9}$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def has_header(lines: list[str]) -> bool:
    return _opening(lines) is not None


def _opening(lines: list[str]) -> int | None:
    """Where the header begins: at ``---`` on the first line that is not empty."""
    for place, line in enumerate(lines):
        if line.strip():
            return place if line.rstrip() == "---" else None
    return None


def read(lines: list[str], notes: Notes) -> Draft:
    """The draft, without keys; lines are counted from 1. Raises ``UnreadableDraft``."""
    start = _opening(lines) or 0
    end = next(
        (at for at, line in enumerate(lines) if at > start and line.rstrip() in {"---", "..."}),
        None,
    )
    if end is None:
        message = _("The header that begins here has no closing line “---”.")
        raise UnreadableDraft(message, start + 1)
    first_line = start + 2
    header = Fields(compose(lines[start + 1 : end], first_line), KEYS, first_line, notes)
    summary, findings = _split(lines[end + 1 :], end + 2, notes)
    document = {
        "version": VERSION,
        **_question(header),
        "summary": _text_of(summary, lengths.SUMMARY, notes),
        "language": _language(header),
        **_dates(header),
        **_people(header),
        "tags": _tags(header),
        "searches": _texts(header, "searches", lengths.SEARCHES),
        "findings": [
            {"heading": heading, "text": _text_of(passage, lengths.TEXT, notes)}
            for heading, passage in findings
        ],
        "citations": _citations(header, len(findings)),
        "follow_ups": _texts(header, "follow_ups", lengths.FOLLOW_UPS),
        "claim": _claim(header),
        "rating": _rating(header),
        "pictures": [],
        "one_publisher_reason": header.passage(
            "one_publisher_reason", lengths.ONE_PUBLISHER_REASON
        ),
        "limitations": header.passage("limitations", lengths.LIMITATIONS),
        "answers": None,
    }
    _report_numbers(header, [summary, *(passage for _heading, passage in findings)])
    return Draft(document, notes.in_order(), "markdown")


# The body -----------------------------------------------------------------------------------------


def _split(
    lines: list[str], first_line: int, notes: Notes
) -> tuple[Passage, list[tuple[str, Passage]]]:
    """The summary, and each finding's heading and text. A ``##`` within a code block is no heading."""
    summary = Passage(_("The summary"), [])
    findings: list[tuple[str, Passage]] = []
    lines_here = summary.lines
    fence, fence_line = "", 0
    for number, line in enumerate(lines, first_line):
        match = FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence, fence_line = match[1], number
        elif heading := HEADING.fullmatch(line):
            passage = Passage(_("Finding %(number)d") % {"number": len(findings) + 1}, [])
            findings.append((_heading(heading[1], number, notes), passage))
            lines_here = passage.lines
            lines_here.append(Line(number, ""))
            continue
        else:
            line = without_leaked_markers(line, number, notes)
        lines_here.append(Line(number, line.rstrip()))
    if fence:
        notes.block(fence_line, _("The code block that begins here is never closed."))
    findings = first(findings, lengths.FINDINGS, _("Findings"), first_line, notes)
    _report_empty(findings, notes)
    return summary, findings


def _heading(text: str, line: int, notes: Notes) -> str:
    text = clean_line(CLOSING_HASHES.sub("", clean_line(text)))
    if not text:
        notes.block(line, _("This finding has no heading."))
        return _("(no heading)")
    report_cited_heading(text, line, notes)
    return cut(text, lengths.HEADING, _("The heading"), line, notes)


def _report_empty(findings: list[tuple[str, Passage]], notes: Notes) -> None:
    for heading, passage in findings:
        if not passage.text.strip():
            message = _("The finding “%(heading)s” has no text.")
            notes.block(passage.lines[0].number, message % {"heading": excerpt(heading)})


def _text_of(passage: Passage, limit: int, notes: Notes) -> str:
    line = passage.lines[0].number if passage.lines else None
    return cut(clean_text(passage.text), limit, passage.name, line, notes)


def _report_numbers(header: Fields, passages: list[Passage]) -> None:
    nodes = header.items("sources")[: lengths.CITATIONS]
    cited = cited_in(passages, len(nodes), header.notes)
    for number, node in enumerate(nodes, 1):
        if number not in cited:
            report_uncited([number], header.line_of(node), header.notes)


# The header ---------------------------------------------------------------------------------------


def _question(header: Fields) -> dict[str, str]:
    question = header.text("question", lengths.QUESTION)
    if not question:
        message = _("The header has no question.")
        if "question" in header.values:
            message = _("The question in the header is not a text.")
        elif "question" in header.misspelt:
            message += " " + _("Did you misspell it as “%(key)s”?") % {
                "key": header.misspelt["question"]
            }
        raise UnreadableDraft(message, header.line("question"))
    return {"slug": _slug(header, question), "question": question}


def _slug(header: Fields, question: str) -> str:
    written = header.text("slug", 10 * lengths.SLUG)
    if is_slug(written):
        return written
    slug = make_slug(written) or make_slug(question)
    if written or not slug:
        slug = slug or "untitled"
        message = _(
            "slug: “%(written)s” cannot stand in an address; “%(slug)s” is used. At most %(most)d small letters,"
            " digits and hyphens are allowed."
        )
        values = {"written": excerpt(written), "slug": slug, "most": lengths.SLUG}
        header.notes.block(header.line("slug" if written else "question"), message % values)
    return slug


def _language(header: Fields) -> str:
    written = header.text("language", lengths.LANGUAGE)
    if written and not LANGUAGE.fullmatch(written):
        message = _(
            "language: “%(written)s” is not a language tag such as en or pt-BR; en is used."
        )
        header.notes.block(header.line("language"), message % {"written": written})
        return "en"
    return written or "en"


def _dates(header: Fields) -> dict[str, str | None]:
    checked_on, review_on = header.date("checked_on"), header.date("review_on")
    if checked_on and review_on and review_on <= checked_on:
        message = _("review_on is not later than checked_on; it was left empty.")
        header.notes.block(header.line("review_on"), message)
        review_on = None
    return {"checked_on": checked_on, "review_on": review_on}


def _people(header: Fields) -> dict[str, Any]:
    names = header.texts("authors", lengths.NAME)
    authors = [{"name": name} for name in dict.fromkeys(name for _line, name in names)]
    authors = first(authors, lengths.AUTHORS, "authors", header.line("authors"), header.notes)
    reviewer = header.text("reviewed_by", lengths.NAME)
    return {"authors": authors, "reviewed_by": {"name": reviewer} if reviewer else None}


def _tags(header: Fields) -> list[str]:
    """Each topic once, whatever its capitals."""
    tags: dict[str, str] = {}
    for line, tag in header.texts("tags", lengths.TAG):
        slug = topic_slug(tag)
        if slug:
            tags.setdefault(slug, tag)
        else:
            message = _("tags: “%(tag)s” has no letter or digit; it was left out.")
            header.notes.block(line, message % {"tag": tag})
    return first(list(tags.values()), lengths.TAGS, "tags", header.line("tags"), header.notes)


def _texts(header: Fields, key: str, limit: int) -> list[dict[str, str]]:
    items = [{"text": text} for _line, text in header.texts(key, lengths.ITEM)]
    return first(items, limit, key, header.line(key), header.notes)


def _claim(header: Fields) -> dict[str, Any] | None:
    node = header.values.get("claim")
    claim = header.fields(node, "claim", CLAIM_KEYS) if node else None
    if claim is None:
        return None
    return {
        "text": claim.passage("text", lengths.CLAIM),
        "claimant": claim.text("claimant", lengths.NAME),
        "claimed_on": claim.date("claimed_on"),
        "appearance": _address(claim, "appearance") or "",
    }


def _rating(header: Fields) -> dict[str, str] | None:
    name = header.text("rating", lengths.RATING)
    return {"name": name, "description": ""} if name else None


# The sources --------------------------------------------------------------------------------------


def _citations(header: Fields, findings: int) -> list[dict[str, Any]]:
    nodes = header.items("sources")
    nodes = first(nodes, lengths.CITATIONS, "sources", header.line("sources"), header.notes)
    numbers: dict[str, int] = {}
    return [
        _citation(header, number, node, findings, numbers) for number, node in enumerate(nodes, 1)
    ]


def _citation(
    header: Fields, number: int, node: yaml.Node, findings: int, numbers: dict[str, int]
) -> dict[str, Any]:
    """``numbers``: which number an address has already, for a source is cited under one number only."""
    entry = header.fields(node, f"sources[{number}]", SOURCE_KEYS)
    if entry is None:
        return {"number": number, "accessed_on": None, "source": None, "quotations": []}
    source = _source(entry)
    if source and numbers.setdefault(source["url"], number) != number:
        message = _(
            "Source [%(number)d] has the same address as [%(first)d]. Cite [%(first)d] instead."
        )
        values = {"number": number, "first": numbers[source["url"]]}
        header.notes.block(entry.line("url"), message % values)
        source = None
    return {
        "number": number,
        "accessed_on": entry.date("accessed_on"),
        "source": source,
        "quotations": _quotations(entry, findings),
    }


def _source(entry: Fields) -> dict[str, Any] | None:
    url = _address(entry, "url")
    title = entry.text("title", lengths.TITLE)
    name = entry.text("publisher", lengths.NAME)
    published_on = entry.date("published_on")
    if url is None:
        if "url" not in entry.values:
            message = _("%(source)s has no url; it is kept as a number without a source.")
            entry.notes.block(entry.line("url"), message % {"source": entry.path.rstrip(".")})
        return None
    publisher = {"name": name, "domain": addresses.domain(url)} if name else None
    return {"url": url, "title": title, "publisher": publisher, "published_on": published_on}


def _address(entry: Fields, key: str) -> str | None:
    """An address in its one spelling; a bad one is reported and left out."""
    written = entry.text(key, 100 * lengths.URL)
    if not written:
        return None
    try:
        url, host = addresses.normalise(written), addresses.domain(written)
    except addresses.BadAddress as problem:
        message = f"{entry.path}{key}: {problem} (“{excerpt(written)}”)"
        entry.notes.block(entry.line(key), message)
        return None
    if not host or len(url) > lengths.URL or len(host) > lengths.DOMAIN:
        message = _("%(key)s has no host, or more than %(most)d characters; it was left out.")
        values = {"key": entry.path + key, "most": lengths.URL}
        entry.notes.block(entry.line(key), message % values)
        return None
    return url


def _quotations(entry: Fields, findings: int) -> list[dict[str, Any]]:
    quotations = []
    for place, node in enumerate(entry.items("quotes"), 1):
        quote = entry.fields(node, f"quotes[{place}]", QUOTE_KEYS)
        text = quote.passage("text", lengths.QUOTATION) if quote else ""
        if quote and text:
            quotations.append({"text": text, "finding": _finding(quote, findings)})
        elif quote:
            message = _("%(quote)s has no text; it was left out.")
            entry.notes.block(quote.line("text"), message % {"quote": quote.path.rstrip(".")})
    return first(
        quotations, lengths.QUOTATIONS, f"{entry.path}quotes", entry.line("quotes"), entry.notes
    )


def _finding(quote: Fields, findings: int) -> int | None:
    number = quote.number("finding")
    if number is None or 1 <= number <= findings:
        return number
    message = _("%(key)s: there is no finding %(number)d; the passage stands for the whole check.")
    values = {"key": f"{quote.path}finding", "number": number}
    quote.notes.block(quote.line("finding"), message % values)
    return None
