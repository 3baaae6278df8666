"""A revision's document: its shape, its one spelling, its hash. Pure, no queries.

The shape is ``schema/document-v1.json``. The same document is what the desk saves, the importer makes, the exporter
writes and the pages are made from.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, cast

from django.utils.text import slugify
from jsonschema import Draft202012Validator

from sources import addresses

VERSION = 1
SCHEMA = json.loads((Path(__file__).parent / "schema" / "document-v1.json").read_text("utf-8"))
_validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
MAX_PROBLEMS = 20
# Unicode's categories Cc, but for tab and line feed, and Cs.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class PersonPart(TypedDict):
    key: str
    name: str


class Item(TypedDict):
    """A search or a follow-up question."""

    key: str
    text: str


class FindingPart(TypedDict):
    key: str
    heading: str
    text: str


class PublisherPart(TypedDict):
    name: str
    domain: str


class SourcePart(TypedDict):
    url: str
    title: str
    publisher: PublisherPart | None
    published_on: str | None


class QuotationPart(TypedDict):
    key: str
    text: str
    finding: str | None


class CitationPart(TypedDict):
    key: str
    number: int
    accessed_on: str | None
    source: SourcePart | None
    quotations: list[QuotationPart]


class ClaimPart(TypedDict):
    text: str
    claimant: str
    claimed_on: str | None
    appearance: str


class RatingPart(TypedDict):
    name: str
    description: str


class PicturePart(TypedDict):
    """A picture that the texts place by its name; its files are named by the hash."""

    key: str
    name: str
    alt: str
    credit: str
    licence: str
    sha256: str
    width: int
    height: int


class Document(TypedDict):
    """See ``schema/document-v1.json``; days are ISO 8601 text, texts are Markdown."""

    version: int
    key: str
    slug: str
    question: str
    summary: str
    language: str
    checked_on: str | None
    review_on: str | None
    authors: list[PersonPart]
    reviewed_by: PersonPart | None
    tags: list[str]
    searches: list[Item]
    findings: list[FindingPart]
    citations: list[CitationPart]
    follow_ups: list[Item]
    claim: ClaimPart | None
    rating: RatingPart | None
    pictures: list[PicturePart]
    one_publisher_reason: str
    limitations: str
    answers: str | None


def problems_of(value: Any) -> list[str]:
    """Where a value is not a document, a sentence each, at most ``MAX_PROBLEMS``; empty when it is one."""
    problems = []
    for error in _validator.iter_errors(value):
        place = ".".join(str(step) for step in error.absolute_path) or "document"
        problems.append(f"{place}: {_short(error.message)}.")
        if len(problems) == MAX_PROBLEMS:
            break
    return problems or _loose_ends(value)


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:100]} … {message[-90:]}"


def _loose_ends(document: Document) -> list[str]:
    """What a JSON schema cannot say: keys are used once, numbers run from 1, quotations name findings of the check."""
    problems = []
    parts = [
        *document["findings"],
        *document["searches"],
        *document["follow_ups"],
        *document["pictures"],
    ]
    quotations = [quote for citation in document["citations"] for quote in citation["quotations"]]
    keys = [part["key"] for part in [*parts, *document["citations"], *quotations]]
    if len(set(keys)) != len(keys):
        problems.append("Two parts have the same key.")
    names = [picture["name"] for picture in document["pictures"]]
    if len(set(names)) != len(names):
        problems.append("pictures: two have the same name.")
    numbers = [citation["number"] for citation in document["citations"]]
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append("citations: the numbers do not run from 1 in order.")
    findings = {finding["key"] for finding in document["findings"]}
    if any(quote["finding"] not in {None, *findings} for quote in quotations):
        problems.append("citations: a quotation names a finding that is not in the check.")
    problems += [*_unfit_addresses(document), *_unfit_tags(document["tags"])]
    return problems[:MAX_PROBLEMS]


def _unfit_addresses(document: Document) -> Iterator[str]:
    """Addresses that nobody could follow, and two spellings of one address."""
    claim = document["claim"]
    if claim and claim["appearance"]:
        try:
            addresses.normalise(claim["appearance"])
        except addresses.BadAddress as error:
            yield f"claim.appearance: {error}"
    seen: set[str] = set()
    for place, citation in enumerate(document["citations"]):
        source = citation["source"]
        if source is None:
            continue
        try:
            url = addresses.normalise(source["url"])
        except addresses.BadAddress as error:
            yield f"citations.{place}.source.url: {error}"
            continue
        if url in seen:
            yield f"citations: {url} stands twice in the list of sources."
        seen.add(url)
        domain = source["publisher"]["domain"] if source["publisher"] else ""
        if domain != domain.lower():
            yield f"citations.{place}.source.publisher.domain: it is not in lower case."


def _unfit_tags(tags: list[str]) -> Iterator[str]:
    for tag in tags:
        if not topic_slug(tag):
            yield f"tags: “{tag}” has no letter or digit."


def clean_text(text: str) -> str:
    """One spelling for texts of several lines: NFC, one kind of line end, no control characters, no space at the end."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in CONTROLS.sub("", text).split("\n")).strip("\n")


def clean_line(text: str) -> str:
    """One spelling for a single line: as ``clean_text``, white space folded."""
    return " ".join(clean_text(text).split())


def whole(document: Document) -> Document:
    """A document that was saved before checks had all of today's fields, with the fields that came since."""
    since: Any = {
        "pictures": [],
        "one_publisher_reason": "",
        "limitations": "",
        "answers": None,
    }
    return cast(Document, {**since, **document})


def canonical(document: Document) -> bytes:
    """The bytes that are hashed: UTF-8 JSON, keys sorted, no white space."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(document: Document) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def topic_slug(tag: str) -> str:
    """A tag's part of ``/topics/<tag>/``."""
    return slugify(tag, allow_unicode=True)
