"""What an address identifies besides itself: a DOI, an arXiv paper, another page's archived copy. Pure text."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from sources import addresses

DOI_RESOLVERS = {"doi.org", "dx.doi.org", "hdl.handle.net"}
ARXIV = {"arxiv.org", "export.arxiv.org"}
WAYBACK = {"web.archive.org", "wayback.archive.org"}
ARCHIVE_TODAY = {f"archive.{end}" for end in ("today", "is", "ph", "li", "vn", "fo", "md")}

# The DOI Handbook, 2.2: a prefix of “10.” and a registrant, a slash, and anything; here: without space and quotes.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"<>]+")
_DOI_IN_PATH = re.compile(r"/doi/(?:abs|full|pdf|epdf|epub|pdfdirect|reader|book)?/?(10\..+)", re.I)
DOI_AS_IS = "/:;()@!$&'*+,="  # what a path may hold as it is (RFC 3986, 3.3)
# arXiv's identifiers since April 2007, and those before: hep-th/9901001, math.GT/0309136
_ARXIV = re.compile(
    r"(?P<paper>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z]{2})?/[0-9]{7})(?:v(?P<version>[0-9]{1,3}))?",
    re.IGNORECASE,
)
_ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|ps|src|e-print)/(.+?)(?:\.pdf)?/?")
_WAYBACK_PATH = re.compile(r"/web/(?P<moment>[0-9]{1,14})(?:[a-z]{2}_|\*)?/(?P<original>.+)")
_TODAY_PATH = re.compile(r"/(?P<moment>[0-9]{4}[0-9.-]{0,15})/(?P<original>https?:.+)")
_SCHEME = re.compile("(https?):/+", re.I)


@dataclass(frozen=True)
class Arxiv:
    """A paper at arXiv, such as ``2101.00001``; ``version`` is none for “the latest”."""

    paper: str
    version: int | None = None


@dataclass(frozen=True)
class Archived:
    """A copy in a public archive of ``original``, of the moment ``at`` in UTC (none where the address says less than a day)."""

    original: str
    at: datetime | None


def doi(url: str) -> str | None:
    """The DOI in lower case (DOIs are the same in any case), from a resolver's or a journal's address, or ``doi:``."""
    text = url.strip()
    if text.lower().startswith("doi:"):
        return _whole_doi(text[4:].strip())
    host, path = _host_and_path(text)
    if host in DOI_RESOLVERS:
        return _whole_doi(path.removeprefix("/"))
    paper = arxiv(text)
    if paper:
        return f"10.48550/arxiv.{paper.paper.lower()}"
    found = _DOI_IN_PATH.search(path)
    return _whole_doi(found[1].rstrip("/")) if found else None


def arxiv(url: str) -> Arxiv | None:
    """The paper that an address at arXiv shows, as abstract, PDF or HTML; also by its DOI (10.48550)."""
    host, path = _host_and_path(url)
    if host in ARXIV:
        found = _ARXIV_PATH.fullmatch(path)
        return _paper(found[1]) if found else None
    prefix = "/10.48550/arxiv."
    if host in DOI_RESOLVERS and path.lower().startswith(prefix):
        return _paper(path[len(prefix) :])
    return None


def address_of(text: str) -> str:
    """The https address of a DOI or an arXiv paper that is written without one; any other text as it is."""
    bare = text.strip()
    name = bare.lower()
    if name.startswith("arxiv:"):
        paper = bare[6:].strip()
        return f"https://arxiv.org/abs/{paper}" if _paper(paper) else text
    found = doi(bare if name.startswith("doi:") else f"doi:{bare}")
    return f"https://doi.org/{quote(found, safe=DOI_AS_IS)}" if found else text


def stored(url: str) -> str:
    """The address that a new source gets: in its one spelling, and without what only tracks.

    But for a copy in an archive, which is known by the whole address of its original. Raises ``BadAddress``.
    """
    return addresses.normalise(url) if archived(url) else addresses.untracked(url)


def archived(url: str) -> Archived | None:
    """The page that an address of the Wayback Machine or of archive.today holds a copy of.

    None for every other address, for an archive's short address, which does not say, and for one of no single copy.
    """
    parts = _parts(url)
    if parts is None:
        return None
    host, path = parts
    pattern = _WAYBACK_PATH if host in WAYBACK else _TODAY_PATH if host in ARCHIVE_TODAY else None
    found = pattern.fullmatch(path) if pattern else None
    original = _original(found["original"]) if found else None
    if found is None or original is None:
        return None
    return Archived(original, _moment(found["moment"]))


def _parts(url: str) -> tuple[str, str] | None:
    """The host without ``www.``, and the rest of the address as it is written."""
    try:
        parts = urlsplit(addresses.normalise(url))
    except addresses.BadAddress:
        return None
    host = (parts.hostname or "").removeprefix("www.").removesuffix(".")
    return host, parts.path + (f"?{parts.query}" if parts.query else "")


def _host_and_path(url: str) -> tuple[str, str]:
    """The host, and the path with its per cent undone; both empty for what is no address."""
    parts = _parts(url)
    return (parts[0], unquote(parts[1].partition("?")[0])) if parts else ("", "")


def _whole_doi(text: str) -> str | None:
    return text.lower() if _DOI.fullmatch(text) else None


def _paper(text: str) -> Arxiv | None:
    found = _ARXIV.fullmatch(text)
    if found is None:
        return None
    return Arxiv(found["paper"], int(found["version"]) if found["version"] else None)


def _original(text: str) -> str | None:
    """The original's address. Archives take it without a scheme, and some proxies make one slash of two."""
    text = _SCHEME.sub(r"\1://", text, count=1) if _SCHEME.match(text) else f"http://{text}"
    try:
        return addresses.normalise(text)
    except addresses.BadAddress:
        return None


def _moment(text: str) -> datetime | None:
    """Of 8 to 14 digits, with or without points and dashes between them."""
    digits = re.sub(r"[.-]", "", text)
    if len(digits) < 8:
        return None
    whole = digits[:14].ljust(14, "0")
    try:
        return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
