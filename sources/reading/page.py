"""HTML: what a page says of itself, and its text.

The parser (libxml2's, through lxml) is used for its events alone. No tree is built, so that depth costs nothing; a tag
of more than ``LONGEST_TAG`` characters loses its attributes, because their number costs its square.

Where the page says a thing more than once, the first in ``PRECEDENCE`` counts.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from sources.reading import charsets
from sources.reading.dates import read_day
from sources.reading.linked_data import LARGEST, LinkedData
from sources.reading.notices import Notice, notice
from sources.reading.result import LONGEST_LINE, LONGEST_TEXT, MOST_AUTHORS, Hint, Read
from sources.reading.visible_text import VisibleText

# ``citation_…``: Highwire Press, as Google Scholar asks; ``ld:…``: JSON-LD; ``og:``, ``article:``: Open Graph;
# ``dc.…``: Dublin Core, also written ``dcterms.…``; ``<…>``: an element of the page. Names in lower case.
PRECEDENCE = {
    "title": ("citation_title", "ld:headline name", "og:title", "dc.title", "twitter:title", "<title>", "<h1>"),
    "publisher_name": (
        "ld:publisher sourceOrganization", "citation_publisher", "og:site_name", "dc.publisher", "application-name",
    ),
    "authors": ("citation_author", "ld:author creator", "article:author", "author", "dc.creator", "parsely-author"),
    "published_on": (
        "citation_publication_date", "citation_date", "citation_online_date", "ld:datePublished dateCreated",
        "article:published_time", "og:published_time", "dc.date.issued", "dc.issued", "dc.date", "datepublished",
        "parsely-pub-date", "date", "<time>",
    ),
    "language": ("<html>", "ld:inLanguage", "citation_language", "dc.language", "content-language", "og:locale"),
    "doi": ("citation_doi", "dc.identifier.doi", "dc.identifier", "prism.doi", "bepress_citation_doi"),
}  # fmt: skip

LONGEST_TAG = 65_536  # characters
LONG_TAG = re.compile(rf"<(/?[a-zA-Z][^\s<>/]{{0,100}})[^<>]{{{LONGEST_TAG},}}>")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
LONE_SURROGATES = re.compile("[\ud800-\udfff]")
MOST_METAS = 2000
CHUNK = 65_536  # bytes that the parser gets at once

DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]{1,200}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}\Z", re.IGNORECASE)
PAYWALL = re.compile(
    r"\b(?:subscribe|sign in|log in|register) to (?:continue|keep) reading|\bsubscribers only\b"
    r"|\bthis (?:article|story|content) is (?:for|reserved for|available to) subscribers"
    r"|nur für abonnent|réservé aux abonnés|sólo para suscriptores|solo per gli abbonati",
    re.IGNORECASE,
)


@dataclass
class Found:
    """What the elements of a page hold, as they stand there. The keys are those of ``PRECEDENCE``."""

    values: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    linked_data: list[str] = field(default_factory=list)
    has_frames: bool = False

    def add(self, name: str, value: str | None) -> None:
        value = " ".join((value or "")[: 10 * LONGEST_LINE].split())[:LONGEST_LINE]
        if value and len(self.values) < MOST_METAS:
            known = self.values.setdefault(name.lower(), [])
            if len(known) < MOST_METAS:
                known.append(value)


class Reader:
    """What lxml tells of each tag and text as it comes (its “parser target” interface)."""

    def __init__(self) -> None:
        self.found = Found()
        self.text = VisibleText(LONGEST_TEXT)
        self._into: tuple[str, list[str]] | None = None  # the element whose text is being kept
        self._vector = 0  # how deep in SVG, whose titles are not the page's
        self._room = LARGEST

    def start(self, tag: object, attributes: dict[str, str]) -> None:
        if not isinstance(tag, str):
            return
        tag = tag.lower()
        self.text.start(tag, attributes)
        self._vector += tag == "svg"
        if tag in ELEMENTS:
            getattr(self, f"_{tag}")(attributes)

    def end(self, tag: object) -> None:
        if not isinstance(tag, str):
            return
        tag = tag.lower()
        self._vector -= tag == "svg" and self._vector > 0
        if self._into and self._into[0] == tag:
            self._keep(tag, "".join(self._into[1]))
            self._into = None
        self.text.end(tag)

    def data(self, text: str) -> None:
        if self._into and self._room > 0:
            self._into[1].append(text[: self._room])
            self._room -= len(text)
        self.text.data(text)

    def comment(self, _text: str) -> None:
        pass

    def close(self) -> None:
        self.text.close()

    def _keep(self, tag: str, text: str) -> None:
        if tag == "script":
            self.found.linked_data.append(text)
        else:
            self.found.add(f"<{tag}>", text)

    def _collect(self, tag: str) -> None:
        if self._into is None and not self._vector and f"<{tag}>" not in self.found.values:
            self._into = (tag, [])

    def _html(self, attributes: dict[str, str]) -> None:
        self.found.add("<html>", attributes.get("lang") or attributes.get("xml:lang"))

    def _title(self, _attributes: dict[str, str]) -> None:
        self._collect("title")

    def _h1(self, _attributes: dict[str, str]) -> None:
        self._collect("h1")

    def _script(self, attributes: dict[str, str]) -> None:
        if attributes.get("type", "").strip().lower().startswith("application/ld+json"):
            self._into = ("script", [])

    def _time(self, attributes: dict[str, str]) -> None:
        if "pubdate" in attributes or "datepublished" in attributes.get("itemprop", "").lower():
            self.found.add("datepublished", attributes.get("datetime"))
        self.found.add("<time>", attributes.get("datetime"))

    def _meta(self, attributes: dict[str, str]) -> None:
        value = attributes.get("content")
        for key in ("name", "property", "itemprop", "http-equiv"):
            name = attributes.get(key, "")[:100].lower().strip()
            if name:
                self.found.add(name.replace("dcterms.", "dc."), value)

    def _base(self, attributes: dict[str, str]) -> None:
        self.found.links.setdefault("base", attributes.get("href", ""))

    def _link(self, attributes: dict[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        address = attributes.get("href", "").strip()
        media = attributes.get("media", "").lower()
        if "canonical" in relations:
            self.found.links.setdefault("canonical", address)
        if "amphtml" in relations:
            self.found.links.setdefault("amp", address)
        if "alternate" in relations and ("handheld" in media or "max-width" in media):
            self.found.links.setdefault("mobile", address)

    def _frame(self, _attributes: dict[str, str]) -> None:
        self.found.has_frames = True


ELEMENTS = {"html", "title", "h1", "script", "time", "meta", "base", "link", "frame"}


def read(data: bytes, content_type: str = "", url: str = "") -> Read:
    """A page from its bytes and its Content-Type; relative addresses in it are relative to ``url``."""
    written, encoding = charsets.decode(data, content_type)
    reader = _events(LONG_TAG.sub(r"<\1>", CONTROLS.sub("", written)))
    found, text = reader.found, reader.text
    lines = text.lines or text.fallback
    linked = LinkedData(found.linked_data)
    whole = unicodedata.normalize("NFC", "\n".join(lines))
    first = {name: _first(name, found, linked) for name in PRECEDENCE}
    return Read(
        kind="html",
        text=whole,
        title=_one(first["title"]),
        publisher_name=_one(first["publisher_name"]),
        authors=_names(first["authors"]),
        published_on=next(filter(None, map(read_day, first["published_on"])), None),
        language=_one(first["language"]),
        canonical=_address(found, "canonical", url),
        amp=_address(found, "amp", url),
        mobile=_address(found, "mobile", url),
        doi=_one(first["doi"]),
        encoding=encoding,
        hints=tuple(_hints(whole, text, found, linked)),
    )


def _events(written: str) -> Reader:
    reader = Reader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, no_network=True)
    data = LONE_SURROGATES.sub("\ufffd", written).encode()
    try:
        for start in range(0, len(data), CHUNK):
            parser.feed(data[start : start + CHUNK])
        if data:
            parser.close()
    except etree.XMLSyntaxError:  # nothing in it at all
        reader.close()
    return reader


def _first(name: str, found: Found, linked: LinkedData) -> list[str]:
    """The values of the first source of ``PRECEDENCE`` that has a fitting one."""
    for place in PRECEDENCE[name]:
        if place.startswith("ld:"):
            values = linked.texts(*place.removeprefix("ld:").split())
        else:
            values = found.values.get(place, [])
        if fitting := [fit for value in values if (fit := FITTING.get(name, str)(value))]:
            return fitting
    return []


def _fitting_language(value: str) -> str:
    value = value.split(",")[0].strip().replace("_", "-")
    return value if LANGUAGE.match(value) else ""


def _fitting_doi(value: str) -> str:
    match = DOI.search(value)
    return match[0].rstrip(".,;)") if match else ""


def _fitting_name(value: str) -> str:
    """Not an address: some pages give that of the author's page."""
    return "" if "://" in value or value.startswith(("@", "/")) else value.strip()


def _fitting_day(value: str) -> str:
    return value if read_day(value) else ""


FITTING = {
    "authors": _fitting_name,
    "doi": _fitting_doi,
    "language": _fitting_language,
    "published_on": _fitting_day,
    "publisher_name": _fitting_name,
}


def _one(values: list[str]) -> str:
    line = " ".join(values[0].split()) if values else ""
    return unicodedata.normalize("NFC", line[:LONGEST_LINE])


def _names(values: list[str]) -> tuple[str, ...]:
    names = dict.fromkeys(_one([value]) for value in values)
    return tuple(names)[:MOST_AUTHORS]


def _address(found: Found, name: str, url: str) -> str:
    """Absolute, or nothing where it isn't an address that can be followed."""
    written = found.links.get(name, "")[:2000]
    if not written:
        return ""
    try:
        address = urljoin(urljoin(url, found.links.get("base", "")), written)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""


def _hints(whole: str, text: VisibleText, found: Found, linked: LinkedData) -> list[Hint]:
    titles = found.values.get("<title>", [])[:1] + found.values.get("<h1>", [])[:1]
    says = {
        Hint.LOOKS_MISSING: Notice.MISSING in [notice(title, whole) for title in titles or [""]],
        Hint.LOOKS_PAYWALLED: linked.is_not_free or bool(PAYWALL.search(whole)),
        Hint.FRAMES: found.has_frames,
        Hint.NEEDS_SCRIPT: not text.lines and bool(text.fallback),
        Hint.NO_TEXT: not whole,
        Hint.CUT: text.is_cut,
    }
    return [hint for hint, is_said in says.items() if is_said]
