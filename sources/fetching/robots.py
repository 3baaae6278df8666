"""robots.txt (RFC 9309): whether a site minds that we keep copies of a page. Pure text; who fetches it gives the answer.

The rules of the standard, which Python's own parser lacks: the longest match wins, ``*`` and ``$`` are understood. A
pattern is matched piece by piece, so that none can take more time than its length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sources import addresses
from sources.fetching.policy import PRODUCT

MOST_BYTES = 500 * 1024  # what RFC 9309, 2.5, asks for at least
LONGEST_DELAY = 60.0  # seconds of a Crawl-delay that are respected
MOST_PATTERN = 2000  # characters
_PRODUCT = re.compile(r"[a-zA-Z_-]+")


@dataclass(frozen=True)
class Rule:
    pattern: str
    allows: bool


@dataclass(frozen=True)
class Robots:
    """What a site asks of us. ``delay``: seconds between two requests (not of the standard, but meant in earnest)."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0

    def may_keep(self, url: str) -> bool:
        """Whether the page may be fetched to be archived. Among equally long matches Allow wins (RFC 9309, 2.2.2)."""
        parts = urlsplit(url)
        path = addresses.octets(urlunsplit(("", "", parts.path or "/", parts.query, "")))
        if path == "/robots.txt":
            return True
        found = [rule for rule in self.rules if matches(rule.pattern, path)]
        best = max(found, key=lambda rule: (len(rule.pattern), rule.allows), default=None)
        return best is None or best.allows


EVERYTHING = Robots()
NOTHING = Robots((Rule("/", allows=False),))


def address_for(url: str) -> str:
    """Where the rules for a page are."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def from_answer(status: int | None, body: bytes = b"") -> Robots:
    """The rules by the answer for robots.txt; None where there was no answer.

    4xx: there are none, all is allowed. 5xx or no answer: all is forbidden until it answers (RFC 9309, 2.3.1).
    """
    if status is None or status >= 500:
        return NOTHING
    return parse(body) if status == 200 else EVERYTHING


def parse(body: bytes, product: str = PRODUCT) -> Robots:
    """The groups for our name together, or those for ``*``, or nothing forbidden. What is no rule is passed over."""
    groups: dict[str, list[tuple[str, str]]] = {}
    named: list[str] = []
    in_rules = False
    for key, value in _lines(body):
        if key == "user-agent":
            named = [*([] if in_rules else named), _product(value)]
            in_rules = False
            groups.setdefault(named[-1], [])
        elif key in {"allow", "disallow", "crawl-delay"}:
            in_rules = True
            for name in named:
                groups[name].append((key, value))
    lines = groups.get(product.lower(), groups.get("*", []))
    return Robots(tuple(_rules(lines)), _delay(lines))


def matches(pattern: str, path: str) -> bool:
    """Whether the pattern matches the path from its beginning: ``*`` is any text, a final ``$`` the end."""
    is_whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not is_whole or path == first
    at = len(first)
    last = rest.pop() if is_whole else ""
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= at


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MOST_BYTES].decode("utf-8-sig", "replace")
    for line in text.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _product(value: str) -> str:
    if value.startswith("*"):
        return "*"
    token = _PRODUCT.match(value)
    return token[0].lower() if token else ""


def _rules(lines: list[tuple[str, str]]) -> Iterator[Rule]:
    for key, value in lines:
        if key != "crawl-delay" and value.startswith(("/", "*")) and len(value) <= MOST_PATTERN:
            yield Rule(addresses.octets(value), allows=key == "allow")


def _delay(lines: list[tuple[str, str]]) -> float:
    for key, value in lines:
        if key == "crawl-delay" and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value):
            return min(float(value), LONGEST_DELAY)
    return 0.0
